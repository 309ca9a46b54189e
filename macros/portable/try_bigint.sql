{#- The value as bigint, from text or a typed column; null where it cannot be read. -#}
{% macro try_bigint(expression) -%}
    {{ return(adapter.dispatch('try_bigint', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__try_bigint(expression) -%}
    try_cast(trim(cast({{ expression }} as varchar)) as bigint)
{%- endmacro %}

{% macro postgres__try_bigint(expression) -%}
    case
        when pg_input_is_valid(trim(cast({{ expression }} as text)), 'bigint')
            then cast(trim(cast({{ expression }} as text)) as bigint)
    end
{%- endmacro %}

{% macro spark__try_bigint(expression) -%}
    try_cast(trim(cast({{ expression }} as string)) as bigint)
{%- endmacro %}
