{#- What is a view everywhere may be a table in a test: views over views over JSON take
    Spark minutes to plan. Never outside of one, as `sync_stops` reads through them who
    said stop since the build. -#}
{% macro view_or_table() -%}
    {%- set is_test = target.name.startswith('test') -%}
    {{ return('table' if is_test and var('views_as_tables', false) else 'view') }}
{%- endmacro %}
