{#- Whether a limit lets through more than another; an empty one is no limit. -#}
{% macro is_more(limit, other) -%}
    ({{ other }} is not null and coalesce({{ limit }} > {{ other }}, true))
{%- endmacro %}
