{#- Whether a value stands in a comma-separated list. -#}
{% macro is_listed(value, list) -%}
    {{ dbt.position(
        "',' || " ~ value ~ " || ','", "',' || replace(" ~ list ~ ", ' ', '') || ','"
    ) }} > 0
{%- endmacro %}
