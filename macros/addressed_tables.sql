{#- The message tables that say themselves where to and what: those of `message_columns`
    and `sync_whatsapp`. A platform's campaign keeps both to itself. -#}
{% macro addressed_tables() -%}
    {%- set names = [] -%}
    {%- for name in message_tables() if name not in ['braze_triggers'] -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
