{#- The value as boolean, from text or a typed column; null where it cannot be read. -#}
{% macro try_boolean(expression) -%}
    {{ return(adapter.dispatch('try_boolean', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__try_boolean(expression) -%}
    try_cast(trim(cast({{ expression }} as varchar)) as boolean)
{%- endmacro %}

{% macro postgres__try_boolean(expression) -%}
    case
        when pg_input_is_valid(trim(cast({{ expression }} as text)), 'boolean')
            then cast(trim(cast({{ expression }} as text)) as boolean)
    end
{%- endmacro %}

{% macro spark__try_boolean(expression) -%}
    try_cast(trim(cast({{ expression }} as string)) as boolean)
{%- endmacro %}
