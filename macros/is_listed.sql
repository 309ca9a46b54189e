{#- Whether a value stands in a comma-separated list, where `*` is everything. -#}
{% macro is_listed(value, list) -%}
    ({{ list }} = '*' or {{ dbt.position(
        "',' || " ~ value ~ " || ','", "',' || replace(" ~ list ~ ", ' ', '') || ','"
    ) }} > 0)
{%- endmacro %}
