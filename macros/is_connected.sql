{#- Whether messages on a channel have a way out at all, and the team has it. -#}
{% macro is_connected(channels) -%}
    {{ channels }}.is_connected
        and {{ channels }}.channel in ('{{ var('channels') | join("', '") }}')
{%- endmacro %}
