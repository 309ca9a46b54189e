{% macro campaign_gates() -%}
    {%- set pairs = [] -%}
    {%- for gate, reason, asked_of in gates() -%}
        {%- do pairs.append((gate, reason)) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}
