{#- The value as decimal, from text or a typed column; null where it cannot be read. -#}
{% macro try_decimal(expression) -%}
    {{ return(adapter.dispatch('try_decimal', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__try_decimal(expression) -%}
    try_cast(trim(cast({{ expression }} as varchar)) as decimal(28, 6))
{%- endmacro %}

{% macro postgres__try_decimal(expression) -%}
    case
        when pg_input_is_valid(trim(cast({{ expression }} as text)), 'numeric')
            and trim(cast({{ expression }} as text)) ~ '^[+-]?[0-9]'
            then cast(trim(cast({{ expression }} as text)) as numeric)
    end
{%- endmacro %}

{% macro spark__try_decimal(expression) -%}
    try_cast(trim(cast({{ expression }} as string)) as decimal(28, 6))
{%- endmacro %}
