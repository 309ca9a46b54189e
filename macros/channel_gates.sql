{% macro channel_gates() -%}
    {%- set pairs = [] -%}
    {%- for gate, reason, asked_of in gates() if asked_of == 'channel' -%}
        {%- do pairs.append((gate, reason)) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}
