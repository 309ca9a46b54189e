{#- The rows of all state tables, for the tests that judge them alike. -#}
{% macro all_states() -%}
    (
        {% for table in var('state_tables') -%}
        select
            delivery_key,
            customer_id,
            destination,
            send_rank,
            is_withdrawal,
            states

        from {{ ref('sync_' ~ table) }}
        {{ 'union all' if not loop.last }}
        {% endfor -%}
    )
{%- endmacro %}
