with

source as (

    select * from {{ source('sync', 'raw_operator_stops') }}

),

renamed as (

    select

        ---------- ids
        operator_stop_id,
        customer_id,
        address_hash,

        ---------- strings
        channel,
        purpose,
        reason,

        ---------- timestamps
        occurred_at,
        received_at

    from source

)

select * from renamed
