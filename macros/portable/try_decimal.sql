{#- The value as decimal(28, 6), from text or a typed column; null where it is no number
    or has no room. No thousands separators: whoever writes them means different things. -#}
{% macro try_decimal(expression) -%}
    {{ return(adapter.dispatch('try_decimal', 'ott')(expression)) }}
{%- endmacro %}

{% macro decimal_shape() -%}
    ^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$
{%- endmacro %}

{% macro default__try_decimal(expression) -%}
    {%- set text = trimmed("cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")") -%}
    case
        when {{ regexp_like(text, decimal_shape()) }}
            then try_cast({{ text }} as decimal(28, 6))
    end
{%- endmacro %}

{% macro postgres__try_decimal(expression) -%}
    {%- set text = trimmed("cast(" ~ expression ~ " as text)") -%}
    cast(
        case
            when
                {{ regexp_like(text, decimal_shape()) }}
                and pg_input_is_valid({{ text }}, 'numeric(28, 6)')
                then {{ text }}
        end as numeric(28, 6)
    )
{%- endmacro %}

{#- It has a `try_cast`, but not what PostgreSQL asks. -#}
{% macro redshift__try_decimal(expression) -%}
    {{ ott.default__try_decimal(expression) }}
{%- endmacro %}

{#- Its `numeric` has 29 digits before the point; ours have 22. -#}
{% macro bigquery__try_decimal(expression) -%}
    {%- set text = trimmed("cast(" ~ expression ~ " as string)") -%}
    {%- set number = "safe_cast(" ~ text ~ " as numeric)" -%}
    case
        when
            {{ regexp_like(text, decimal_shape()) }}
            and abs({{ number }}) < 1e22
            then round({{ number }}, 6)
    end
{%- endmacro %}
