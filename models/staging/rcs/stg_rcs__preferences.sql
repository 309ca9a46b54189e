{{ config(enabled=has_channel('rcs')) }}

with

events as (

    select * from {{ ref('stg_rcs__events') }}

    where event_type in ('subscribe', 'unsubscribe')

),

renamed as (

    select

        ---------- ids
        event_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        case when event_type = 'subscribe' then 'start' else 'stop' end as action,

        ---------- timestamps
        occurred_at,
        coalesce(occurred_at, received_at) as known_at,
        received_at

    from events

),

-- A stop is heard in any case; a start must say to whom, and when.
heard as (

    select * from renamed

    where
        phone is not null
        and (action = 'stop' or (agent_id is not null and occurred_at is not null))

),

-- Google calls again for seven days: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'heard',
        keys=['agent_id', 'phone', 'action', 'known_at'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'event_id asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        event_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        action,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
