{{ config(enabled=has_channel('wechat')) }}

with

events as (

    select * from {{ ref('stg_wechat__events') }}

    where event_type in ('subscribe', 'unsubscribe')

),

renamed as (

    select

        ---------- ids
        message_key as relationship_key,
        openid,
        account_id,
        sender_id,

        ---------- strings
        case when event_type = 'subscribe' then 'follow' else 'unfollow' end as action,

        ---------- timestamps
        occurred_at,
        received_at

    from events

),

-- Who leaves is heard in any case; who follows must say which account, and when.
final as (

    select

        ---------- ids
        relationship_key,
        openid,
        account_id,
        sender_id,

        ---------- strings
        action,

        ---------- timestamps
        occurred_at,
        received_at

    from renamed

    where
        action = 'unfollow'
        or (account_id is not null and occurred_at is not null)

)

select * from final
