{#- 1 for Monday to 7 for Sunday. -#}
{% macro iso_weekday(expression) -%}
    {{ return(adapter.dispatch('iso_weekday', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__iso_weekday(expression) -%}
    cast(extract(isodow from {{ expression }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(expression) -%}
    (weekday({{ expression }}) + 1)
{%- endmacro %}

{% macro snowflake__iso_weekday(expression) -%}
    dayofweekiso({{ expression }})
{%- endmacro %}

{% macro bigquery__iso_weekday(expression) -%}
    (mod(extract(dayofweek from {{ expression }}) + 5, 7) + 1)
{%- endmacro %}

{% macro trino__iso_weekday(expression) -%}
    day_of_week({{ expression }})
{%- endmacro %}

{#- Sunday is 0 here. -#}
{% macro redshift__iso_weekday(expression) -%}
    (mod(cast(extract(dow from {{ expression }}) as integer) + 6, 7) + 1)
{%- endmacro %}
