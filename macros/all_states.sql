{#- The rows of all state tables, for the tests that judge them alike. -#}
{% macro all_states() -%}
    (
        {% for table in var('state_tables') -%}
        select * from {{ ref('sync_' ~ table) }}
        {{ 'union all' if not loop.last }}
        {% endfor -%}
    )
{%- endmacro %}
