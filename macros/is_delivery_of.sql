{#- Whether a key is a campaign's delivery to a customer in one time round, at whatever
    step. A test keeps `max_steps` at five or fewer. -#}
{% macro is_delivery_of(key, campaign_id, customer_id, occurrence) -%}
    {{ key }} in (
        {%- for step in range(5) %}
        {{ delivery_key(campaign_id, customer_id, occurrence, "'" ~ step ~ "'") }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
