{#- The last version of each order has `version_rank` 1. One CTE; `orders` stands before
    it. -#}
{% macro latest_orders() -%}
latest_orders as (

    select
        orders.*,
        row_number() over (
            partition by order_id
            -- The version received last wins; the one that is no purchase, a tie.
            order by
                received_at desc,
                case when order_status = 'placed' then 1 else 0 end asc,
                customer_id desc,
                ordered_at desc
        ) as version_rank

    from orders

),
{%- endmacro %}
