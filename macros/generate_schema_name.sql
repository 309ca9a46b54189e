{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}{{ '_replay' if is_replay() }}
    {{- '_' ~ custom_schema_name if custom_schema_name }}
{%- endmacro %}
