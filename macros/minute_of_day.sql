{#- Minutes since midnight of `HH:MM`. -#}
{% macro minute_of_day(text) -%}
    (
        cast(substring({{ text }}, 1, 2) as integer) * 60
        + cast(substring({{ text }}, 4, 2) as integer)
    )
{%- endmacro %}
