{#- True where the text is JSON; null and junk give false. -#}
{% macro is_json(expression) -%}
    {{ return(adapter.dispatch('is_json', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__is_json(expression) -%}
    coalesce(json_valid(cast({{ expression }} as {{ dbt.type_string() }})), false)
{%- endmacro %}

{% macro postgres__is_json(expression) -%}
    coalesce(pg_input_is_valid(cast({{ expression }} as text), 'jsonb'), false)
{%- endmacro %}

{% macro spark__is_json(expression) -%}
    ({{ spark_valid_json(expression) }} is not null)
{%- endmacro %}

{% macro redshift__is_json(expression) -%}
    coalesce(can_json_parse(cast({{ expression }} as varchar)), false)
{%- endmacro %}

{% macro snowflake__is_json(expression) -%}
    (try_parse_json({{ expression }}) is not null)
{%- endmacro %}

{% macro bigquery__is_json(expression) -%}
    ({{ bigquery_parsed_json(expression) }} is not null)
{%- endmacro %}

{% macro trino__is_json(expression) -%}
    (try(json_parse({{ expression }})) is not null)
{%- endmacro %}
