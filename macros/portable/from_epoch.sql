{#- An instant from unix seconds, as text or as a number; null where they are no whole
    number or lie outside the years 2000 to 2199. -#}
{% macro from_epoch(expression) -%}
    {{ from_epoch_parts(expression, 1) }}
{%- endmacro %}

{#- The same from so many parts of a second. -#}
{% macro from_epoch_parts(expression, per_second) -%}
    case
        when
            {{ try_bigint(expression) }}
            between {{ 946684800 * per_second }} and {{ 7258118400 * per_second - 1 }}
            then {{ from_microseconds(
                try_bigint(expression) ~ ' * ' ~ 1000000 // per_second
            ) }}
    end
{%- endmacro %}

{% macro from_microseconds(expression) -%}
    {{ return(adapter.dispatch('from_microseconds', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__from_microseconds(expression) -%}
    make_timestamp({{ expression }})
{%- endmacro %}

{% macro postgres__from_microseconds(expression) -%}
    to_timestamp(({{ expression }}) / 1000000.0) at time zone 'UTC'
{%- endmacro %}

{% macro spark__from_microseconds(expression) -%}
    timestamp_micros({{ expression }})
{%- endmacro %}

{% macro redshift__from_microseconds(expression) -%}
    (timestamp 'epoch' + ({{ expression }}) * interval '1 microsecond')
{%- endmacro %}

{% macro snowflake__from_microseconds(expression) -%}
    to_timestamp_ntz({{ expression }}, 6)
{%- endmacro %}

{% macro bigquery__from_microseconds(expression) -%}
    timestamp_micros({{ expression }})
{%- endmacro %}

{% macro trino__from_microseconds(expression) -%}
    cast(
        at_timezone(from_unixtime_nanos(({{ expression }}) * 1000), 'UTC')
        as {{ dbt.type_timestamp() }}
    )
{%- endmacro %}
