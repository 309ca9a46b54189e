{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized=view_or_table()) }}

with

line as (

    {{ staged('line', 'stg_line__relationships', [
        'destination', 'sender_id', 'line_user_id', 'action', 'occurred_at',
        'received_at',
    ]) }}
),

kakao as (

    {{ staged('kakao', 'stg_kakao__relationships', [
        'channel_public_id', 'sender_id', 'kakao_user_id', 'action', 'occurred_at',
        'received_at',
    ]) }}

),

wechat as (

    {{ staged('wechat', 'stg_wechat__relationships', [
        'account_id', 'sender_id', 'openid', 'action', 'occurred_at', 'received_at',
    ]) }}

),

rcs_statuses as (

    {{ staged('rcs', 'stg_rcs__statuses', [
        'agent_id', 'sender_id', 'phone', 'status', 'occurred_at', 'received_at',
    ]) }}

    where status in ('delivered', 'read')

),

rcs_messages as (

    {{ staged('rcs', 'stg_rcs__inbound_messages', [
        'agent_id', 'sender_id', 'phone', 'sent_at', 'received_at',
    ]) }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

heard as (

    select
        'line' as channel,
        destination as account_id,
        sender_id,
        line_user_id as address,
        case when action = 'follow' then 'here' else 'left' end as relationship,
        occurred_at,
        received_at

    from line

    union all

    select
        'kakao' as channel,
        channel_public_id as account_id,
        sender_id,
        kakao_user_id as address,
        case when action = 'added' then 'here' else 'left' end as relationship,
        occurred_at,
        received_at

    from kakao

    union all

    select
        'wechat' as channel,
        account_id,
        sender_id,
        openid as address,
        case when action = 'follow' then 'here' else 'left' end as relationship,
        occurred_at,
        received_at

    from wechat

    union all

    -- What arrived there, or came from there, shows that the phone takes RCS.
    select
        'rcs' as channel,
        agent_id as account_id,
        sender_id,
        '+' || replace(phone, '+', '') as address,
        'here' as relationship,
        occurred_at,
        received_at

    from rcs_statuses

    union all

    select
        'rcs' as channel,
        agent_id as account_id,
        sender_id,
        '+' || replace(phone, '+', '') as address,
        'here' as relationship,
        sent_at as occurred_at,
        received_at

    from rcs_messages

),

placed as (

    select
        heard.channel,
        -- Who received the webhook knows best; else the account it came to. Who leaves
        -- an account we do not know has left them all.
        coalesce(
            named.sender_id,
            owners.sender_id,
            case when heard.relationship = 'left' then '*' end
        ) as sender_id,
        heard.address,
        heard.relationship,
        -- A clock that runs ahead opens nothing later than we heard of it (R3).
        case
            when heard.relationship = 'here'
                then least(
                    coalesce(heard.occurred_at, heard.received_at), heard.received_at
                )
            else coalesce(heard.occurred_at, heard.received_at)
        end as occurred_at,
        heard.received_at

    from heard

    left join senders as named
        on
            heard.channel = named.channel
            and heard.sender_id = named.sender_id

    left join senders as owners
        on
            heard.channel = owners.channel
            and heard.account_id = owners.provider_account

),

final as (

    select

        ---------- ids
        sender_id,

        ---------- strings
        channel,
        address,
        relationship,

        ---------- timestamps
        occurred_at,
        received_at

    from placed

    where
        address is not null
        and sender_id is not null
        and (relationship = 'left' or occurred_at is not null)

)

select * from final
