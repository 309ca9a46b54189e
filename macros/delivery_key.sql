{% macro delivery_key(campaign_id, customer_id, occurrence, step="'0'") -%}
    {{ dbt.hash(
        campaign_id ~ " || '|' || " ~ customer_id ~ " || '|' || "
        ~ occurrence ~ " || '|' || " ~ step
    ) }}
{%- endmacro %}
