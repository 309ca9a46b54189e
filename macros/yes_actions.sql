{#- What a consent event says on the way to a yes; any other word takes one back. -#}
{% macro yes_actions() -%}
    ('grant', 'request', 'confirm', 'renew_notice')
{%- endmacro %}
