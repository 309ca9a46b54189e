{#- A column of a delivery as it was when the message went, else as anybody noted it: one
    key may be refused on a channel and accepted on another, from another sender. -#}
{% macro as_it_left(column) -%}
    coalesce(
        max(case when delivery_event in ('accepted', 'held_out') then {{ column }} end),
        max(case when delivery_event in ('claimed', 'unknown') then {{ column }} end),
        max({{ column }})
    )
{%- endmacro %}
