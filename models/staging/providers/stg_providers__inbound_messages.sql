with

webhooks as (

    select * from {{ ref('stg_providers__webhooks') }}

    where kind = 'message'

),

renamed as (

    select

        ---------- ids
        -- Without an id a stop is heard all the same, so a message gets one of ours.
        coalesce(
            message_id,
            {{ dbt.hash(
                "payload_hash || '|' || coalesce(address, '') || '|' "
                ~ "|| coalesce(customer_id, '') || '|' || coalesce(message_text, '') "
                ~ "|| '|' || coalesce(button_text, '')"
            ) }}
        ) as message_id,
        account_id,
        customer_id,
        sender_id,

        ---------- strings
        provider,
        channel,
        address,
        message_type,
        message_text,
        button_text,
        payload_hash,

        ---------- timestamps
        occurred_at as sent_at,
        received_at

    from webhooks

),

identified as (

    select * from renamed

    where
        address is not null
        or customer_id is not null

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['provider', 'message_id'],
        order_by=[
            'received_at asc nulls last',
            'sent_at asc nulls last',
            'payload_hash asc',
            'message_text asc nulls last',
            'button_text asc nulls last',
            'message_type asc nulls last',
            'account_id asc nulls last',
            'address asc nulls last',
            'customer_id asc nulls last',
            'channel asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        account_id,
        customer_id,
        sender_id,

        ---------- strings
        provider,
        channel,
        address,
        message_type,
        message_text,
        button_text,

        ---------- timestamps
        sent_at,
        received_at

    from first_receipts

)

select * from final
