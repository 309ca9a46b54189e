{#- An instant from unix seconds, as text or as a number; null where they are no whole
    number or lie outside the years 2000 to 2199. -#}
{% macro from_epoch(expression) -%}
    {{ return(adapter.dispatch('from_epoch', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__from_epoch(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800 and 7258118399
            then make_timestamp({{ try_bigint(expression) }} * 1000000)
    end
{%- endmacro %}

{% macro postgres__from_epoch(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800 and 7258118399
            then to_timestamp({{ try_bigint(expression) }}) at time zone 'UTC'
    end
{%- endmacro %}

{% macro spark__from_epoch(expression) -%}
    case
        when {{ try_bigint(expression) }} between 946684800 and 7258118399
            then timestamp_seconds({{ try_bigint(expression) }})
    end
{%- endmacro %}
