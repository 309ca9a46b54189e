{{ config(enabled=has_channel('wechat')) }}

with

events as (

    select * from {{ ref('stg_wechat__events') }}

    where message_type != 'event'

),

final as (

    select

        ---------- ids
        message_id,
        openid,
        account_id,
        sender_id,

        ---------- strings
        message_type,
        message_text,

        ---------- timestamps
        occurred_at as sent_at,
        received_at

    from events

)

select * from final
