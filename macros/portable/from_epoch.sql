{#- An instant from text with unix seconds; null where it is no whole number or lies
    outside the years 2000 to 2199. -#}
{% macro from_epoch(expression) -%}
    {{ return(adapter.dispatch('from_epoch', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__from_epoch(expression) -%}
    case
        when try_cast({{ expression }} as bigint) between 946684800 and 7258118399
            then make_timestamp(try_cast({{ expression }} as bigint) * 1000000)
    end
{%- endmacro %}

{% macro postgres__from_epoch(expression) -%}
    case
        when not pg_input_is_valid(cast({{ expression }} as text), 'bigint') then null
        when cast({{ expression }} as bigint) between 946684800 and 7258118399
            then to_timestamp(cast({{ expression }} as bigint)) at time zone 'UTC'
    end
{%- endmacro %}

{% macro spark__from_epoch(expression) -%}
    case
        when try_cast({{ expression }} as bigint) between 946684800 and 7258118399
            then timestamp_seconds(try_cast({{ expression }} as bigint))
    end
{%- endmacro %}
