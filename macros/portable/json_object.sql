{#- A flat JSON object of text values, as text; a null value leaves its key out. -#}
{% macro json_object(pairs) -%}
    '{' || substring(
        {%- for key, expression in pairs.items() %}
        case
            when {{ expression }} is not null
                then ',"{{ key }}":"' || {{ json_escape(expression) }} || '"'
            else ''
        end
        {{- ' ||' if not loop.last }}
        {%- endfor %},
        2
    ) || '}'
{%- endmacro %}

{#- Control characters would break the JSON text: \n, \r and \t as JSON writes them, so
    that a gate can still see and refuse them; the rest become spaces. A backslash by its
    code, as in a text it is an escape on some engines. -#}
{% macro json_escape(expression) -%}
    {%- set ns = namespace(
        sql="replace(replace(cast(" ~ expression ~ " as " ~ dbt.type_string()
        ~ "), chr(92), chr(92) || chr(92)), '\"', chr(92) || '\"')"
    ) -%}
    {%- for code, letter in [(10, 'n'), (13, 'r'), (9, 't')] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", chr(" ~ code ~ "), chr(92) || '"
            ~ letter ~ "')" -%}
    {%- endfor -%}
    {{ regexp_replace_all(ns.sql, control_characters(), "' '") }}
{%- endmacro %}

{% macro control_characters() -%}
    {{ return(adapter.dispatch('control_characters', 'ott')()) }}
{%- endmacro %}

{% macro default__control_characters() -%}
    '[[:cntrl:]]'
{%- endmacro %}

{#- It would count those of Latin-1 as well. -#}
{% macro postgres__control_characters() -%}
    '[' || chr(1) || '-' || chr(31) || chr(127) || ']'
{%- endmacro %}

{% macro spark__control_characters() -%}
    '[' || chr(0) || '-' || chr(31) || chr(127) || ']'
{%- endmacro %}

{% macro trino__control_characters() -%}
    {{ ott.spark__control_characters() }}
{%- endmacro %}
