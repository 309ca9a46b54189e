{% macro has_channel(channel) -%}
    {{ return(channel in var('channels')) }}
{%- endmacro %}
