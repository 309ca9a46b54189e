{#- An instant as naive UTC, from text with any offset (none means UTC) or from a typed
    column; null where it cannot be read or lies outside the years 1900 to 2199. -#}
{% macro try_timestamp(expression) -%}
    {{ return(adapter.dispatch('try_timestamp', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__try_timestamp(expression) -%}
    {%- set text = "trim(cast(" ~ expression ~ " as varchar))" -%}
    case
        when not regexp_matches({{ text }}, '^(19|2[01])[0-9]{2}-') then null
        when regexp_matches({{ text }}, '[0-9:](Z|z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)$')
            and regexp_matches({{ text }}, '[0-9]:[0-9]')
            then try_cast(
                regexp_replace(
                    regexp_replace({{ text }}, '(Z|z| ?UTC)$', '+00:00'),
                    '([+-][0-9]{2})([0-9]{2})$',
                    '\1:\2'
                ) as timestamptz
            ) at time zone 'UTC'
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro postgres__try_timestamp(expression) -%}
    {%- set text = "trim(cast(" ~ expression ~ " as text))" -%}
    case
        when {{ text }} !~ '^(19|2[01])[0-9]{2}-' then null
        when not pg_input_is_valid({{ text }}, 'timestamptz') then null
        when {{ text }} ~ '[0-9]:[0-9]'
            and {{ text }} ~ '[0-9:](Z|z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
            then cast({{ text }} as timestamptz) at time zone 'UTC'
        else cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro spark__try_timestamp(expression) -%}
    case
        when cast({{ expression }} as string) rlike '^ *(19|2[01])[0-9]{2}-'
            then try_cast({{ expression }} as timestamp)
    end
{%- endmacro %}
