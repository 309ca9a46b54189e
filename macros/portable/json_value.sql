{#- The JSON at a path of keys and places, as text, to look into further; null where
    there is none, where it is a JSON null, or in what is no JSON. -#}
{% macro json_value(expression, path) -%}
    {{ return(adapter.dispatch('json_value', 'ott')(expression, path)) }}
{%- endmacro %}

{% macro default__json_value(expression, path) -%}
    nullif(cast(json_extract(
        try_cast({{ expression }} as json), '{{ json_path(path) }}'
    ) as varchar), 'null')
{%- endmacro %}

{% macro postgres__json_value(expression, path) -%}
    nullif(cast(
        {{ valid_jsonb(expression) }} #> '{ {{- path | join(',') -}} }' as text
    ), 'null')
{%- endmacro %}

{% macro spark__json_value(expression, path) -%}
    {#- By way of a variant: `get_json_object` takes the quotation marks off a text. -#}
    nullif(to_json(try_variant_get(
        try_parse_json({{ spark_valid_json(expression) }}),
        '{{ spark_json_path(path) }}',
        'variant'
    )), 'null')
{%- endmacro %}

{% macro snowflake__json_value(expression, path) -%}
    nullif(to_json({{ snowflake_json_at(expression, path) }}), 'null')
{%- endmacro %}

{% macro bigquery__json_value(expression, path) -%}
    nullif(to_json_string(json_query(
        {{ bigquery_parsed_json(expression) }}, '{{ json_path(path) }}'
    )), 'null')
{%- endmacro %}

{% macro trino__json_value(expression, path) -%}
    nullif(json_format(json_extract(
        try(json_parse({{ expression }})), '{{ trino_json_path(path) }}'
    )), 'null')
{%- endmacro %}

{#- By way of a `super`: the functions for text take the quotation marks off a text. -#}
{% macro redshift__json_value(expression, path) -%}
    nullif(json_serialize(
        (json_parse({{ redshift_valid_json(expression) }}))
        {%- for key in path -%}
        {{ '[' ~ key ~ ']' if key is integer else '."' ~ key ~ '"' }}
        {%- endfor %}
    ), 'null')
{%- endmacro %}
