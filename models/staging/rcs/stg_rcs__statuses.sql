{{ config(enabled=has_channel('rcs')) }}

with

events as (

    select * from {{ ref('stg_rcs__events') }}

),

renamed as (

    select

        ---------- ids
        message_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        case event_type
            when 'delivered' then 'delivered'
            when 'read' then 'read'
            when 'ttl_expiration_revoked' then 'expired'
            -- It may still arrive: whoever writes again elsewhere may write twice.
            when 'ttl_expiration_revoke_failed' then 'revoke_failed'
        end as message_status,

        ---------- timestamps
        occurred_at,
        received_at

    from events

),

identified as (

    select * from renamed

    where
        message_id is not null
        and message_status is not null

),

-- Google calls again for seven days: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id', 'message_status'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'agent_id asc nulls last',
            'phone asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        message_status as status,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
