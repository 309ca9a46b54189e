with

webhooks as (

    select * from {{ ref('stg_providers__webhooks') }}

    where preference in ('stop', 'start')

),

renamed as (

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
        case when address is not null then 'address' else 'customer' end as key_type,
        coalesce(address, customer_id) as key_value,
        preference as action,
        is_own_choice,
        payload_hash,

        ---------- timestamps
        occurred_at,
        coalesce(occurred_at, received_at) as known_at,
        received_at

    from webhooks

),

-- A stop is heard in any case. A start must say to whom and when, and be their own.
heard as (

    select * from renamed

    where
        key_value is not null
        and (
            action = 'stop'
            or (
                coalesce(sender_id, account_id) is not null
                and occurred_at is not null
                and is_own_choice
            )
        )

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'heard',
        keys=[
            'provider',
            'channel',
            'account_id',
            'sender_id',
            'key_value',
            'action',
            'coalesce(message_id, payload_hash)',
        ],
        order_by=[
            'received_at asc nulls last',
            'known_at asc nulls last',
            'payload_hash asc',
            'customer_id asc nulls last',
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
        key_type,
        key_value,
        action,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
