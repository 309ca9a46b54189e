{#- Whether two rows have the same key; what is empty in both is the same. -#}
{% macro is_same_rule(rule, left, right) -%}
    {%- for key in rule_keys()[rule] %}
    {{ 'and ' if not loop.first -}}
    coalesce(cast({{ left }}.{{ key }} as {{ dbt.type_string() }}), '')
    = coalesce(cast({{ right }}.{{ key }} as {{ dbt.type_string() }}), '')
    {%- endfor %}
{%- endmacro %}
