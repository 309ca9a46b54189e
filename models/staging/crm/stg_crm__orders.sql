with

source as (

    select * from {{ source('crm', 'raw_orders') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(order_id), '') as order_id,
        nullif(trim(customer_id), '') as customer_id,

        ---------- strings
        nullif(lower(trim(status)), '') as order_status,

        ---------- numbers
        {{ try_decimal('amount') }} as amount,

        ---------- timestamps
        {{ try_timestamp('ordered_at') }} as ordered_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

)

select * from renamed
