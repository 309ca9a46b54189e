{#- For unit tests: the gates asked of a channel as columns, each one open for everybody
    but the person named after its reason. A new gate needs no new column there.
    Another column has to follow. -#}
{% macro named_gates(closed='false', but=[]) -%}
    {%- for gate, reason in channel_gates() if gate not in but -%}
        case when name = '{{ reason }}' then {{ closed }} else true end as {{ gate }},
    {%- endfor -%}
{%- endmacro %}
