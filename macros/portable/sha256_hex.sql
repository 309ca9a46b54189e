{#- The sha256 of a text, as 64 lower-case hex digits. -#}
{% macro sha256_hex(expression) -%}
    {{ return(adapter.dispatch('sha256_hex', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__sha256_hex(expression) -%}
    sha256(cast({{ expression }} as {{ dbt.type_string() }}))
{%- endmacro %}

{% macro postgres__sha256_hex(expression) -%}
    encode(sha256(convert_to(cast({{ expression }} as text), 'UTF8')), 'hex')
{%- endmacro %}

{% macro spark__sha256_hex(expression) -%}
    sha2(cast({{ expression }} as string), 256)
{%- endmacro %}

{% macro redshift__sha256_hex(expression) -%}
    sha2(cast({{ expression }} as varchar), 256)
{%- endmacro %}

{% macro snowflake__sha256_hex(expression) -%}
    sha2(cast({{ expression }} as varchar), 256)
{%- endmacro %}

{% macro bigquery__sha256_hex(expression) -%}
    to_hex(sha256(cast({{ expression }} as string)))
{%- endmacro %}

{% macro trino__sha256_hex(expression) -%}
    lower(to_hex(sha256(to_utf8(cast({{ expression }} as varchar)))))
{%- endmacro %}
