{#- An instant from unix milliseconds, as text or as a number; null where they are no
    whole number or lie outside the years 2000 to 2199, so for seconds too. -#}
{% macro from_epoch_ms(expression) -%}
    {{ from_epoch_parts(expression, 1000) }}
{%- endmacro %}
