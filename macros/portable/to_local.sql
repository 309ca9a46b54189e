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

{% macro redshift__to_local(instant, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ instant }})
{%- endmacro %}

{#- As all else a `timestamp`, which BigQuery shows in UTC: the clock on the wall there.
    A `datetime` cannot be compared with it. -#}
{% macro bigquery__to_local(instant, zone) -%}
    timestamp(datetime({{ instant }}, {{ zone }}))
{%- endmacro %}

{% macro trino__to_local(instant, zone) -%}
    cast(
        at_timezone(with_timezone({{ instant }}, 'UTC'), {{ zone }})
        as {{ dbt.type_timestamp() }}
    )
{%- endmacro %}
