{#- The send tables whose rows are messages to people; the others keep a state on a
    platform's profiles, or hold back. -#}
{% macro message_tables() -%}
    {%- set names = [] -%}
    {%- for name in var('send_tables')
        if name != 'holdout' and name not in var('state_tables') -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
