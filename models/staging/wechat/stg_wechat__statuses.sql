{{ config(enabled=has_channel('wechat')) }}

with

events as (

    select * from {{ ref('stg_wechat__events') }}

    where event_type in ('templatesendjobfinish', 'subscribe_msg_sent_event')

),

identified as (

    select * from events

    where
        message_id is not null
        and status is not null

),

-- The first receipt of each status is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id', 'status'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'message_key asc',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        openid,
        account_id,
        sender_id,

        ---------- strings
        status,
        error_code,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
