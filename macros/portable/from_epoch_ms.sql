{#- An instant from unix milliseconds, as text or as a number; null where they are no
    whole number or lie outside the years 2000 to 2199, so for seconds too. -#}
{% macro from_epoch_ms(expression) -%}
    {{ return(adapter.dispatch('from_epoch_ms', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__from_epoch_ms(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800000 and 7258118399999
            then make_timestamp({{ try_bigint(expression) }} * 1000)
    end
{%- endmacro %}

{% macro postgres__from_epoch_ms(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800000 and 7258118399999
            then to_timestamp({{ try_bigint(expression) }} / 1000.0) at time zone 'UTC'
    end
{%- endmacro %}

{% macro spark__from_epoch_ms(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800000 and 7258118399999
            then timestamp_millis({{ try_bigint(expression) }})
    end
{%- endmacro %}
