{% macro is_replay() -%}
    {{ return(var('as_of') != '' and not target.name.startswith('test')) }}
{%- endmacro %}
