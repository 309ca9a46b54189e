with

-- Each order as its last version says, and only if it still is a purchase.
purchases as (

    select * from {{ ref('int_purchases') }}

    where ordered_at > {{ dbt.dateadd('day', -3, as_of()) }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

ranked as (

    select
        customer_id,
        order_id,
        row_number() over (
            partition by customer_id
            -- The latest order; ids break a tie.
            order by ordered_at desc, order_id desc
        ) as order_rank

    from purchases

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
