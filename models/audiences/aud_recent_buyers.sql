with

orders as (

    select * from {{ ref('stg_crm__orders') }}

    where
        received_at <= {{ as_of() }}
        and ordered_at <= {{ as_of() }}
        and ordered_at > {{ dbt.dateadd('day', -3, as_of()) }}
        and order_status = 'placed'

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

ranked as (

    select
        customer_merges.canonical_customer_id as customer_id,
        orders.order_id,
        row_number() over (
            partition by customer_merges.canonical_customer_id
            -- The latest order; ids break a tie.
            order by orders.ordered_at desc, orders.order_id desc
        ) as order_rank

    from orders

    inner join customer_merges
        on orders.customer_id = customer_merges.customer_id

),

final as (

    select
        ranked.customer_id,
        cast(1 as {{ dbt.type_numeric() }}) as score,
        {{ json_object({
            'first_name': json_text('customers.attributes', ['first_name']),
            'order_id': 'ranked.order_id',
            'code': "'000000'",
        }) }} as variables

    from ranked

    inner join customers
        on ranked.customer_id = customers.customer_id

    where ranked.order_rank = 1

)

select * from final
