{#- The text with everything a pattern finds replaced; both given as SQL. What the groups
    of the pattern found is `regexp_group(n)` in the replacement. -#}
{% macro regexp_replace_all(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'ott')(
        expression, pattern, replacement
    )) }}
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}

{#- These two stop after the first, unless asked. -#}
{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro postgres__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro redshift__regexp_replace_all(expression, pattern, replacement) -%}
    {{ ott.default__regexp_replace_all(expression, pattern, replacement) }}
{%- endmacro %}

{#- The n-th group, inside the quotation marks of a replacement. -#}
{% macro regexp_group(number) -%}
    {{ return(adapter.dispatch('regexp_group', 'ott')(number)) }}
{%- endmacro %}

{% macro default__regexp_group(number) -%}
    {{ return('$' ~ number) }}
{%- endmacro %}

{% macro duckdb__regexp_group(number) -%}
    {{ return('\\' ~ number) }}
{%- endmacro %}

{% macro postgres__regexp_group(number) -%}
    {{ return('\\' ~ number) }}
{%- endmacro %}

{% macro redshift__regexp_group(number) -%}
    {{ return('$' ~ number) }}
{%- endmacro %}

{#- A backslash in a text is an escape here, so it takes two. -#}
{% macro snowflake__regexp_group(number) -%}
    {{ return('\\\\' ~ number) }}
{%- endmacro %}

{% macro bigquery__regexp_group(number) -%}
    {{ return('\\\\' ~ number) }}
{%- endmacro %}
