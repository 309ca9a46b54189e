{#- A whole send table of messages to addresses: what one destination carries. -#}
{% macro message_table(destination) -%}
with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

    where
        decided_reason_code = 'sendable'
        and destination = '{{ destination }}'

),

final as (

    select

        ---------- every send table
        {{ send_columns('decided') }},

        ---------- every message
        {{ message_columns('decided') }}

    from decided

)

select * from final
{%- endmacro %}
