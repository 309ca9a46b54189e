{#- A whole send table of a platform's own campaigns: whom to let in, with which values. -#}
{% macro trigger_table(destination, requests_per_second) -%}
with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

    where
        decided_reason_code = 'sendable'
        and destination = '{{ destination }}'

),

parameters as (

    select * from {{ ref('int_campaign_parameters') }}

),

-- One name a message, at its first place: header, text, buttons.
named as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        parameter_name,
        min(
            parameter_position
            + case component when 'header' then 0 when 'body' then 100 else 200 end
        ) as parameter_place

    from parameters

    group by
        campaign_id,
        channel,
        message_type,
        sender_id,
        parameter_name

),

listed as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        {{ dbt.listagg('parameter_name', "','", 'order by parameter_place') }}
            as parameters

    from named

    group by
        campaign_id,
        channel,
        message_type,
        sender_id

),

final as (

    select

        ---------- every send table
        {{ send_columns('decided') }},

        ---------- every trigger
        decided.provider_campaign_id,
        cast(
            {{ requests_per_second }}
            as {{ dbt.type_bigint() }}
        ) as requests_per_second,
        coalesce(listed.parameters, '') as parameters,
        decided.variables

    from decided

    left join listed
        on
            decided.campaign_id = listed.campaign_id
            and decided.channel = listed.channel
            and decided.message_type = listed.message_type
            and decided.sender_id = listed.sender_id

)

select * from final
{%- endmacro %}
