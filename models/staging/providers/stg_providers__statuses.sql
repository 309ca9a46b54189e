with

webhooks as (

    select * from {{ ref('stg_providers__webhooks') }}

    where kind = 'status'

),

renamed as (

    select

        ---------- ids
        message_id,
        batch_id,
        delivery_key,
        account_id,
        customer_id,
        sender_id,

        ---------- strings
        provider,
        channel,
        address,
        status as message_status,
        error_code,
        payload_hash,

        ---------- timestamps
        occurred_at,
        received_at

    from webhooks

),

-- A batch's id names a message only together with its recipient.
identified as (

    select * from renamed

    where
        (
            message_id is not null
            or (batch_id is not null and coalesce(customer_id, address) is not null)
        )
        and message_status in ('sent', 'delivered', 'read', 'failed', 'expired')

),

keyed as (

    select
        identified.*,
        coalesce(message_id, batch_id || '|' || coalesce(customer_id, address))
            as message_key

    from identified

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'keyed',
        keys=['provider', 'message_key', 'message_status'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'error_code asc nulls last',
            'payload_hash asc',
            'batch_id asc nulls last',
            'delivery_key asc nulls last',
            'account_id asc nulls last',
            'customer_id asc nulls last',
            'address asc nulls last',
            'channel asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        batch_id,
        delivery_key,
        account_id,
        customer_id,
        sender_id,

        ---------- strings
        provider,
        channel,
        address,
        message_status as status,
        error_code,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
