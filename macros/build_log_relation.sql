{% macro build_log_relation() -%}
    {{ var('raw_schema') }}.ott_build_log
{%- endmacro %}
