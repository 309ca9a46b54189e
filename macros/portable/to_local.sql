{#- The local time of a UTC instant in an IANA zone, both without an offset. Only ever this
    way round: a local time may be ambiguous or not exist, an instant never is. The zone
    must be one the engine knows, so take it from a seed; null gives null. -#}
{% macro to_local(instant, zone) -%}
    {{ return(adapter.dispatch('to_local', 'ott')(instant, zone)) }}
{%- endmacro %}

{% macro default__to_local(instant, zone) -%}
    (({{ instant }} at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}

{% macro spark__to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}

{% macro snowflake__to_local(instant, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ instant }})
{%- endmacro %}

{% macro bigquery__to_local(instant, zone) -%}
    datetime(timestamp({{ instant }}), {{ zone }})
{%- endmacro %}

{% macro trino__to_local(instant, zone) -%}
    cast(at_timezone(with_timezone({{ instant }}, 'UTC'), {{ zone }}) as timestamp)
{%- endmacro %}
