{#- A row of a rule as one text, alike on every engine; what is empty is left out. -#}
{% macro rule_text(rule) -%}
    ''
    {%- for column in rule_columns(rule) if column != '*' %}
    || coalesce(
        '{{ column }}=' || cast({{ column }} as {{ dbt.type_string() }}) || '|', ''
    )
    {%- endfor %}
{%- endmacro %}
