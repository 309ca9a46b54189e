{#- An instant as naive UTC, from text with any offset (none means UTC) or from a typed
    column; null where it cannot be read or lies outside the years 1900 to 2199. -#}
{% macro try_timestamp(expression) -%}
    {{ return(adapter.dispatch('try_timestamp', 'ott')(expression)) }}
{%- endmacro %}

{#- Engines read more than this, each something else, and most drop an offset they do
    not expect. So the shape is checked first, and only then cast. -#}
{% macro instant_shape() -%}
    ^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])
    {{- '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -}}
    {{- '( ?(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?)?$' -}}
{%- endmacro %}

{% macro default__try_timestamp(expression) -%}
    {%- set given = "cast(" ~ expression ~ " as varchar)" -%}
    {%- set text = "upper(" ~ trimmed(given) ~ ")" -%}
    {%- set utc = "regexp_replace(" ~ text ~ ", ' ?(Z|UTC|GMT)$', '+00:00')" -%}
    {%- set hours = "regexp_replace(" ~ utc ~ ", ' ?([+-][0-9]{2})$', '\\1:00')" -%}
    case
        {#- As DuckDB writes it itself: patterns cost many times as much. #}
        when
            cast(try_cast({{ given }} as timestamp) as varchar) = {{ given }}
            and length({{ given }}) = 19
            and {{ given }} between '1900' and '2200'
            then try_cast({{ given }} as timestamp)
        when not regexp_matches({{ text }}, '{{ instant_shape() }}') then null
        when
            regexp_matches(
                {{ text }}, ':[0-9.:]+ ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)$'
            )
            then try_cast(
                regexp_replace(
                    {{ hours }}, ' ?([+-][0-9]{2}):?([0-9]{2})$', '\1:\2'
                ) as timestamptz
            ) at time zone 'UTC'
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro postgres__try_timestamp(expression) -%}
    {%- set text = "upper(" ~ trimmed("cast(" ~ expression ~ " as text)") ~ ")" -%}
    {#- PostgreSQL would round the seventh digit, and so turn a second. -#}
    {%- set short = "regexp_replace(" ~ text ~ ", '([.][0-9]{6})[0-9]+', '\\1')" -%}
    case
        when {{ text }} !~ '{{ instant_shape() }}' then null
        when not pg_input_is_valid({{ short }}, 'timestamptz') then null
        when {{ text }} ~ ':[0-9.:]+ ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)$'
            then cast({{ short }} as timestamptz) at time zone 'UTC'
        else cast({{ short }} as timestamp)
    end
{%- endmacro %}

{% macro spark__try_timestamp(expression) -%}
    {#- Without an offset Spark takes the session's zone: pin it to UTC. -#}
    {%- set text = "upper(" ~ trimmed("cast(" ~ expression ~ " as string)") ~ ")" -%}
    {#- It also wants seconds before an offset. -#}
    {%- set full = "regexp_replace(" ~ text ~ ", '^(.{16})([ A-Z+-]|$)', '$1:00$2')" -%}
    {%- set utc = "regexp_replace(" ~ full ~ ", ' ?(Z|UTC|GMT)$', '+00:00')" -%}
    case
        when {{ regexp_like(text, instant_shape()) }}
            then try_cast(
                regexp_replace(
                    {{ utc }}, '(:[0-9.:]+) ?([+-][0-9]{2}):?([0-9]{2})$', '$1$2:$3'
                ) as timestamp
            )
    end
{%- endmacro %}

{% macro snowflake__try_timestamp(expression) -%}
    case
        when {{ regexp_like(instant_text(expression), instant_shape()) }}
            then cast(convert_timezone(
                'UTC', try_to_timestamp_tz({{ instant_with_offset(expression) }})
            ) as timestamp_ntz)
    end
{%- endmacro %}

{% macro bigquery__try_timestamp(expression) -%}
    case
        when {{ regexp_like(instant_text(expression), instant_shape()) }}
            then safe_cast({{ instant_with_offset(expression) }} as timestamp)
    end
{%- endmacro %}

{% macro trino__try_timestamp(expression) -%}
    case
        when {{ regexp_like(instant_text(expression), instant_shape()) }}
            then cast(
                at_timezone(
                    try_cast(
                        {{ instant_with_offset(expression) }}
                        as timestamp(6) with time zone
                    ),
                    'UTC'
                ) as {{ dbt.type_timestamp() }}
            )
    end
{%- endmacro %}

{% macro redshift__try_timestamp(expression) -%}
    case
        when {{ regexp_like(instant_text(expression), instant_shape()) }}
            then try_cast({{ instant_with_offset(expression) }} as timestamptz)
            at time zone 'UTC'
    end
{%- endmacro %}

{% macro instant_text(expression) -%}
    upper({{ trimmed("cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")") }})
{%- endmacro %}

{#- An instant of the shape above with all its parts, `2026-11-18 10:00:00.25+09:00`: six
    digits of a second at most, seconds and an offset where there was none. -#}
{% macro instant_with_offset(expression) -%}
    {%- set ns = namespace(sql="replace(" ~ instant_text(expression) ~ ", 'T', ' ')") -%}
    {#- GMT lost its last letter above. -#}
    {%- for pattern, replacement in [
        (' ?(Z|U C|GM )$', '+00:00'),
        ('^(.{10})$', '{1} 00:00:00+00:00'),
        ('^(.{16})([ +-].*)?$', '{1}:00{2}'),
        ('([.][0-9]{6})[0-9]+', '{1}'),
        ('^(.{19}([.][0-9]+)?)$', '{1}+00:00'),
        (' ?([+-][0-9]{2})$', '{1}:00'),
        (' ?([+-][0-9]{2}):?([0-9]{2})$', '{1}:{2}'),
    ] -%}
        {%- set ns.sql = regexp_replace_all(
            ns.sql,
            "'" ~ pattern ~ "'",
            "'" ~ replacement | replace('{1}', regexp_group(1))
                | replace('{2}', regexp_group(2)) ~ "'"
        ) -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}
