{#- The text under a key that is itself an expression; one level deep. A key that is
    empty or has a quotation mark or a star in it finds nothing. -#}
{% macro json_text_dynamic(expression, key) -%}
    {{ return(adapter.dispatch('json_text_dynamic', 'ott')(expression, key)) }}
{%- endmacro %}

{% macro default__json_text_dynamic(expression, key) -%}
    {#- DuckDB raises on a path it cannot read, so none such is ever built. -#}
    {%- set safe = "replace(replace(" ~ key ~ ", '\"', ''), '*', '')" -%}
    case
        when {{ key }} = {{ safe }} and {{ key }} != ''
            then json_extract_string(
                try_cast({{ expression }} as json),
                '$."' || coalesce(nullif({{ safe }}, ''), ' ') || '"'
            )
    end
{%- endmacro %}

{% macro postgres__json_text_dynamic(expression, key) -%}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then {{ valid_jsonb(expression) }} ->> ({{ key }})
    end
{%- endmacro %}

{% macro spark__json_text_dynamic(expression, key) -%}
    {#- A map, not a path: no letter of the key has a meaning there. -#}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then try_element_at(
                from_json({{ spark_valid_json(expression) }}, 'map<string, string>'),
                {{ key }}
            )
    end
{%- endmacro %}

{% macro snowflake__json_text_dynamic(expression, key) -%}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then cast(get(try_parse_json({{ expression }}), {{ key }}) as varchar)
    end
{%- endmacro %}

{#- A path must be a constant; behind brackets any text is a key. -#}
{% macro bigquery__json_text_dynamic(expression, key) -%}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then coalesce(
                json_value({{ bigquery_parsed_json(expression) }}[{{ key }}]),
                nullif(to_json_string(
                    {{ bigquery_parsed_json(expression) }}[{{ key }}]
                ), 'null')
            )
    end
{%- endmacro %}

{% macro trino__json_text_dynamic(expression, key) -%}
    {%- set json = "element_at(try(cast(json_parse(" ~ expression
        ~ ") as map(varchar, json))), " ~ key ~ ")" -%}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then coalesce(
                json_extract_scalar({{ json }}, '$'),
                nullif(json_format({{ json }}), 'null')
            )
    end
{%- endmacro %}

{% macro redshift__json_text_dynamic(expression, key) -%}
    case
        when {{ key }} != '' and {{ key }} not like '%"%' and {{ key }} not like '%*%'
            then json_extract_path_text(
                {{ redshift_valid_json(expression) }}, {{ key }}, true
            )
    end
{%- endmacro %}
