{#- The rows of both, each once. BigQuery wants it said, and not all others may say it. -#}
{% macro union_distinct() -%}
    {{ return(adapter.dispatch('union_distinct', 'ott')()) }}
{%- endmacro %}

{% macro default__union_distinct() -%}
    union
{%- endmacro %}

{% macro bigquery__union_distinct() -%}
    union distinct
{%- endmacro %}
