{#- True where the pattern (POSIX classes and ranges only) is found in the text. -#}
{% macro regexp_like(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_like', 'ott')(expression, pattern)) }}
{%- endmacro %}

{% macro default__regexp_like(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro postgres__regexp_like(expression, pattern) -%}
    ({{ expression }}) ~ '{{ pattern }}'
{%- endmacro %}

{% macro spark__regexp_like(expression, pattern) -%}
    (({{ expression }}) rlike '{{ regexp_to_the_very_end(pattern) }}')
{%- endmacro %}

{% macro trino__regexp_like(expression, pattern) -%}
    regexp_like({{ expression }}, '{{ regexp_to_the_very_end(pattern) }}')
{%- endmacro %}

{#- Not its `regexp_like`, which wants the whole text to be like the pattern. -#}
{% macro snowflake__regexp_like(expression, pattern) -%}
    (regexp_instr({{ expression }}, '{{ pattern }}') > 0)
{%- endmacro %}

{% macro bigquery__regexp_like(expression, pattern) -%}
    regexp_contains({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{#- In Java `$` also stands before a line break at the end. -#}
{% macro regexp_to_the_very_end(pattern) -%}
    {{ return(pattern[:-1] ~ '(?!(?s:.))' if pattern.endswith('$') else pattern) }}
{%- endmacro %}
