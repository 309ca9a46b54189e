{#- A row of a rule as one text, alike on every engine; what is empty is left out. -#}
{% macro rule_text(rule) -%}
    {%- for column in rule_columns(rule) %}
    coalesce(
        '{{ column }}=' || cast({{ column }} as {{ dbt.type_string() }}) || '|', ''
    ){{ ' ||' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
