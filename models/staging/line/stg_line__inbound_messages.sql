{{ config(enabled=has_channel('line')) }}

with

events as (

    select * from {{ ref('stg_line__events') }}

    where
        event_type in ('message', 'postback')
        and line_user_id is not null

),

renamed as (

    select

        ---------- ids
        -- A tap has no message of its own: the event's id stands for it.
        case
            when event_type = 'postback' then webhook_event_id
            else {{ json_text('value', ['message', 'id']) }}
        end as message_id,
        webhook_event_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        case
            when event_type = 'postback' then 'postback'
            else lower({{ json_text('value', ['message', 'type']) }})
        end as message_type,
        case
            when event_type = 'postback'
                then {{ json_text('value', ['postback', 'data']) }}
            else {{ json_text('value', ['message', 'text']) }}
        end as message_text,

        ---------- timestamps
        occurred_at as sent_at,
        received_at

    from events

),

identified as (

    select * from renamed

    where {{ regexp_like('message_id', '^[0-9A-Za-z_-]+$') }}

),

-- The same message may come in two events: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id'],
        order_by=[
            'received_at asc nulls last',
            'sent_at asc nulls last',
            'webhook_event_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        message_type,
        message_text,

        ---------- timestamps
        sent_at,
        received_at

    from first_receipts

)

select * from final
