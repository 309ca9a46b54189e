with

orders as (

    select * from {{ ref('stg_crm__orders') }}

    where
        received_at <= {{ as_of() }}
        and ordered_at <= {{ as_of() }}
        -- Set aside: which order it changes, nobody knows.
        and order_id is not null

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

latest_orders as (

    -- The version received last wins; the one that is no purchase, a tie.
    {{ latest_of_few(
        'orders',
        keys=['order_id'],
        order_by=[
            'received_at desc',
            "case when order_status = 'placed' then 1 else 0 end asc",
            'customer_id desc nulls last',
            'ordered_at desc',
        ],
    ) | indent }}

),

final as (

    select

        ---------- ids
        latest_orders.order_id,
        customer_merges.canonical_customer_id as customer_id,

        ---------- timestamps
        latest_orders.ordered_at

    from latest_orders

    inner join customer_merges
        on latest_orders.customer_id = customer_merges.customer_id

    where latest_orders.order_status = 'placed'

)

select * from final
