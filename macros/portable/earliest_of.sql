{#- The least of some values, and the greatest; null only where all are. -#}
{% macro earliest_of(expressions) -%}
    {{ return(adapter.dispatch('earliest_of', 'ott')(expressions)) }}
{%- endmacro %}

{% macro latest_of(expressions) -%}
    {{ return(adapter.dispatch('latest_of', 'ott')(expressions)) }}
{%- endmacro %}

{% macro default__earliest_of(expressions) -%}
    least({{ expressions | join(', ') }})
{%- endmacro %}

{% macro default__latest_of(expressions) -%}
    greatest({{ expressions | join(', ') }})
{%- endmacro %}

{#- The plain ones give null here as soon as one of the values is. -#}
{% macro snowflake__earliest_of(expressions) -%}
    least_ignore_nulls({{ expressions | join(', ') }})
{%- endmacro %}

{% macro snowflake__latest_of(expressions) -%}
    greatest_ignore_nulls({{ expressions | join(', ') }})
{%- endmacro %}

{% macro bigquery__earliest_of(expressions) -%}
    (select min(one) from unnest([{{ expressions | join(', ') }}]) as one)
{%- endmacro %}

{% macro bigquery__latest_of(expressions) -%}
    (select max(one) from unnest([{{ expressions | join(', ') }}]) as one)
{%- endmacro %}

{% macro trino__earliest_of(expressions) -%}
    array_min(filter(array[{{ expressions | join(', ') }}], one -> one is not null))
{%- endmacro %}

{% macro trino__latest_of(expressions) -%}
    array_max(filter(array[{{ expressions | join(', ') }}], one -> one is not null))
{%- endmacro %}
