{#- The text (or number, as text) at a path of keys and of places in arrays (0 is the
    first); null where there is none, where it is a JSON null, or in what is no JSON. -#}
{% macro json_text(expression, path) -%}
    {{ return(adapter.dispatch('json_text', 'ott')(expression, path)) }}
{%- endmacro %}

{% macro json_path(path) -%}
    ${% for key in path %}{{ '[' ~ key ~ ']' if key is integer else '."' ~ key ~ '"' }}
    {%- endfor %}
{%- endmacro %}

{% macro default__json_text(expression, path) -%}
    json_extract_string(try_cast({{ expression }} as json), '{{ json_path(path) }}')
{%- endmacro %}

{% macro postgres__json_text(expression, path) -%}
    ({{ valid_jsonb(expression) }} #>> '{ {{- path | join(',') -}} }')
{%- endmacro %}

{#- PostgreSQL casts a constant while it plans, whatever `case` stands around it. With
    the check inside the cast there is no constant. -#}
{% macro valid_jsonb(expression) -%}
    cast(
        case
            when pg_input_is_valid(cast({{ expression }} as text), 'jsonb')
                then cast({{ expression }} as text)
        end as jsonb
    )
{%- endmacro %}

{% macro spark__json_text(expression, path) -%}
    get_json_object({{ spark_valid_json(expression) }}, '{{ spark_json_path(path) }}')
{%- endmacro %}

{#- In brackets: behind a dot, a dot in a key would be one more step. -#}
{% macro spark_json_path(path) -%}
    ${% for key in path -%}
        [{{ key if key is integer else dbt.escape_single_quotes("'" ~ key ~ "'") }}]
    {%- endfor %}
{%- endmacro %}

{#- Spark stops reading where the first value ends, whatever stands behind it. What
    closes one of these two wraps too early breaks the other. -#}
{% macro spark_valid_json(expression) -%}
    case
        when
            try_parse_json('[' || {{ expression }} || ']') is not null
            and try_parse_json('{"a":' || {{ expression }} || '}') is not null
            then {{ expression }}
    end
{%- endmacro %}

{#- Also what stands there as an object or a list, as JSON text. -#}
{% macro snowflake__json_text(expression, path) -%}
    cast({{ snowflake_json_at(expression, path) }} as varchar)
{%- endmacro %}

{% macro snowflake_json_at(expression, path) -%}
    {%- if path -%}
    get_path(
        try_parse_json({{ expression }}), '
        {%- for key in path -%}
        [{{ key if key is integer else '"' ~ key ~ '"' }}]
        {%- endfor %}')
    {%- else -%}
    try_parse_json({{ expression }})
    {%- endif -%}
{%- endmacro %}

{% macro bigquery__json_text(expression, path) -%}
    {%- set json = bigquery_parsed_json(expression) -%}
    coalesce(
        json_value({{ json }}, '{{ json_path(path) }}'),
        nullif(to_json_string(json_query({{ json }}, '{{ json_path(path) }}')), 'null')
    )
{%- endmacro %}

{% macro bigquery_parsed_json(expression) -%}
    safe.parse_json({{ expression }}, wide_number_mode => 'round')
{%- endmacro %}

{% macro trino__json_text(expression, path) -%}
    {%- set json = 'try(json_parse(' ~ expression ~ '))' -%}
    coalesce(
        json_extract_scalar({{ json }}, '{{ trino_json_path(path) }}'),
        nullif(
            json_format(json_extract({{ json }}, '{{ trino_json_path(path) }}')), 'null'
        )
    )
{%- endmacro %}

{% macro trino_json_path(path) -%}
    ${% for key in path %}[{{ key if key is integer else '"' ~ key ~ '"' }}]
    {%- endfor %}
{%- endmacro %}

{#- Redshift has two functions for it, one for keys and one for places. -#}
{% macro redshift__json_text(expression, path) -%}
    {%- set ns = namespace(sql=redshift_valid_json(expression)) -%}
    {%- for key in path -%}
        {%- set ns.sql = (
            'json_extract_array_element_text(' ~ ns.sql ~ ', ' ~ key ~ ', true)'
            if key is integer
            else "json_extract_path_text(" ~ ns.sql ~ ", '" ~ key ~ "', true)"
        ) -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{% macro redshift_valid_json(expression) -%}
    case when can_json_parse({{ expression }}) then {{ expression }} end
{%- endmacro %}
