with

source as (

    select * from {{ source('sync', 'raw_sync_states') }}

),

-- Written twice is the same attempt: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'source',
        keys=['delivery_event_id', 'destination', 'customer_id', 'attribute'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'event asc nulls last',
            'value asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        delivery_event_id,
        customer_id,

        ---------- strings
        destination,
        attribute,
        value as attribute_value,
        event as delivery_event,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
