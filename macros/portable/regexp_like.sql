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
    {#- In Java `$` also stands before a line break at the end. -#}
    {%- set exact = pattern[:-1] ~ '(?!(?s:.))' if pattern.endswith('$')
        else pattern -%}
    (({{ expression }}) rlike '{{ exact }}')
{%- endmacro %}
