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

{% macro json_escape(expression) -%}
    {{ return(adapter.dispatch('json_escape', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__json_escape(expression) -%}
    {%- set ns = namespace(
        sql="replace(replace(cast(" ~ expression ~ " as " ~ dbt.type_string()
        ~ "), '\\', '\\\\'), '\"', '\\\"')"
    ) -%}
    {#- Control characters would break the JSON text: \n, \r and \t as JSON writes
        them, so that a gate can still see and refuse them; the rest become spaces. -#}
    {%- for code, letter in [(10, 'n'), (13, 'r'), (9, 't')] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", chr(" ~ code ~ "), '\\" ~ letter ~ "')" -%}
    {%- endfor -%}
    regexp_replace({{ ns.sql }}, '[[:cntrl:]]', ' ', 'g')
{%- endmacro %}

{% macro spark__json_escape(expression) -%}
    {#- Spark reads a backslash in a literal as an escape: write it by its code. -#}
    {%- set ns = namespace(
        sql="replace(replace(cast(" ~ expression
        ~ " as string), chr(92), chr(92) || chr(92)), '\"', chr(92) || '\"')"
    ) -%}
    {%- for code, letter in [(10, 'n'), (13, 'r'), (9, 't')] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", chr(" ~ code ~ "), chr(92) || '" ~ letter ~ "')" -%}
    {%- endfor -%}
    regexp_replace(
        {{ ns.sql }}, '[' || chr(0) || '-' || chr(31) || chr(127) || ']', ' '
    )
{%- endmacro %}
