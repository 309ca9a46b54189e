with

source as (

    select * from {{ source('crm', 'raw_orders') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('order_id') }}, '') as order_id,
        nullif({{ trimmed('customer_id') }}, '') as customer_id,

        ---------- strings
        nullif(lower({{ trimmed('status') }}), '') as order_status,

        ---------- numbers
        {{ try_decimal('amount') }} as amount,

        ---------- timestamps
        {{ try_timestamp('ordered_at') }} as ordered_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

)

select * from renamed
