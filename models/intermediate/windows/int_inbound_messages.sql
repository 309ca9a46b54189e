with

whatsapp as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

),

line as (

    select * from {{ ref('stg_line__inbound_messages') }}

),

kakao as (

    select * from {{ ref('stg_kakao__inbound_messages') }}

),

wechat as (

    select * from {{ ref('stg_wechat__events') }}

    where trigger_kind is not null

),

rcs as (

    select * from {{ ref('stg_rcs__inbound_messages') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

-- Whatever somebody said or did towards us, by each address that is known of it.
heard as (

    select
        'whatsapp' as channel,
        phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        '+' || wa_id as address,
        message_type as trigger_type,
        message_id,
        sent_at,
        received_at

    from whatsapp

    union all

    select
        'whatsapp' as channel,
        phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        user_id as address,
        message_type as trigger_type,
        message_id,
        sent_at,
        received_at

    from whatsapp

    union all

    select
        'line' as channel,
        destination as account_id,
        sender_id,
        line_user_id as address,
        'message' as trigger_type,
        message_id,
        sent_at,
        received_at

    from line

    union all

    -- Kakao tells no time of its own.
    select
        'kakao' as channel,
        bot_id as account_id,
        sender_id,
        coalesce(plusfriend_user_key, app_user_id, bot_user_key) as address,
        'message' as trigger_type,
        message_id,
        received_at as sent_at,
        received_at

    from kakao

    union all

    select
        'wechat' as channel,
        account_id,
        sender_id,
        openid as address,
        trigger_kind as trigger_type,
        message_key as message_id,
        occurred_at as sent_at,
        received_at

    from wechat

    union all

    select
        'rcs' as channel,
        agent_id as account_id,
        sender_id,
        '+' || replace(phone, '+', '') as address,
        'message' as trigger_type,
        message_id,
        sent_at,
        received_at

    from rcs

),

final as (

    select

        ---------- ids
        heard.message_id,
        coalesce(heard.sender_id, senders.sender_id) as sender_id,

        ---------- strings
        heard.channel,
        heard.address,
        heard.trigger_type,

        ---------- timestamps
        heard.sent_at,
        heard.received_at

    from heard

    left join senders
        on
            heard.channel = senders.channel
            and heard.account_id = senders.provider_account

    where
        heard.address is not null
        and coalesce(heard.sender_id, senders.sender_id) is not null
        and heard.sent_at is not null
        and heard.received_at <= {{ as_of() }}

)

select * from final
