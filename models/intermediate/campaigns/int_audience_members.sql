{%- set audiences = var('audiences') -%}

with

{% for audience in audiences -%}
{{ audience }} as (

    select * from {{ ref('aud_' ~ audience) }}

),

{% endfor -%}

final as (

    {% for audience in audiences -%}
    select
        '{{ audience }}' as audience,
        customer_id,
        score,
        variables

    from {{ audience }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
)

select * from final
