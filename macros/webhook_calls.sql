{#- The calls of a webhook's raw table, their JSON free of halves of characters; `also` names
    columns beside the two that all have. -#}
{% macro webhook_calls(relation, also=[]) -%}
    select
        {%- for column in also %}
        {{ column }},
        {%- endfor %}
        received_at,
        {{ whole_characters('payload') | indent(8) }} as payload

    from {{ relation }}
{%- endmacro %}
