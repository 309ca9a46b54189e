{#- The numbers and user ids that WhatsApp named together in these models, in rows that
    meet a condition: a whole select. -#}
{% macro whatsapp_pairs(models, condition) -%}
select distinct
    '+' || wa_id as phone,
    user_id

from (
    {%- for model in models %}
    select
        wa_id,
        user_id

    from {{ model }}

    where
        wa_id is not null
        and user_id is not null
        and {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as seen_together
{%- endmacro %}
