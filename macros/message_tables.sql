{#- The send tables whose rows are messages to people; the others keep a state on a
    platform's profiles, or hold back. -#}
{% macro message_tables() -%}
    {{ return(var('message_tables') + var('trigger_tables')) }}
{%- endmacro %}

{#- Whatever the sync reads its rows from. -#}
{% macro send_tables() -%}
    {{ return(message_tables() + var('state_tables') + ['holdout']) }}
{%- endmacro %}
