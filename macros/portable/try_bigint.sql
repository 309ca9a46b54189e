{#- The value as bigint, from text or a typed column; null where it is no whole number.
    The shape is checked first: one engine rounds '1.5', the other reads '0x1f'. -#}
{% macro try_bigint(expression) -%}
    {%- set text = trimmed("cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")") -%}
    case
        when {{ regexp_like(text, '^[+-]?[0-9]{1,18}$') }}
            then cast({{ text }} as {{ dbt.type_bigint() }})
    end
{%- endmacro %}
