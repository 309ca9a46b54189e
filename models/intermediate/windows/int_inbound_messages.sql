{#- A view without `as_of`: windows filter it, stops are asked live. -#}
{{ config(materialized=view_or_table()) }}

{%- set missing = 'cast(null as ' ~ dbt.type_string() ~ ')' %}

with

whatsapp as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

),

line as (

    {{ staged('line', 'stg_line__inbound_messages', [
        'message_id', 'line_user_id', 'destination', 'sender_id', 'message_text',
        'sent_at', 'received_at',
    ]) }}

),

kakao as (

    {{ staged('kakao', 'stg_kakao__inbound_messages', [
        'message_id', 'plusfriend_user_key', 'app_user_id', 'bot_user_key', 'bot_id',
        'sender_id', 'message_text', 'received_at',
    ]) }}

),

wechat as (

    {{ staged('wechat', 'stg_wechat__events', [
        'message_key', 'trigger_kind', 'openid', 'account_id', 'sender_id',
        'event_key', 'message_text', 'occurred_at', 'received_at',
    ]) }}

    where trigger_kind is not null

),

rcs as (

    {{ staged('rcs', 'stg_rcs__inbound_messages', [
        'message_id', 'phone', 'agent_id', 'sender_id', 'message_text',
        'suggestion_text', 'sent_at', 'received_at',
    ]) }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

unioned as (

    select
        'whatsapp' as channel,
        message_id,
        message_type as trigger_type,
        true as is_written,
        coalesce('+' || wa_id, user_id) as address,
        phone_number_id as provider_account,
        {{ missing }} as given_sender_id,
        message_text,
        button_text as label_text,
        sent_at,
        received_at

    from whatsapp

    union all

    select
        'line' as channel,
        message_id,
        'message' as trigger_type,
        true as is_written,
        line_user_id as address,
        destination as provider_account,
        sender_id as given_sender_id,
        message_text,
        {{ missing }} as label_text,
        sent_at,
        received_at

    from line

    union all

    -- Kakao knows a person by up to three keys; any of them may be the address.
    {% for key in ['plusfriend_user_key', 'app_user_id', 'bot_user_key'] -%}
    select
        'kakao' as channel,
        message_id,
        'message' as trigger_type,
        true as is_written,
        {{ key }} as address,
        bot_id as provider_account,
        sender_id as given_sender_id,
        message_text,
        {{ missing }} as label_text,
        received_at as sent_at,
        received_at

    from kakao

    where {{ key }} is not null

    union all

    {% endfor -%}
    select
        'wechat' as channel,
        message_key as message_id,
        trigger_kind as trigger_type,
        trigger_kind = 'message' as is_written,
        openid as address,
        account_id as provider_account,
        sender_id as given_sender_id,
        message_text,
        case
            when trigger_kind in ('message', 'menu_click') then event_key
        end as label_text,
        occurred_at as sent_at,
        received_at

    from wechat

    union all

    select
        'rcs' as channel,
        message_id,
        'message' as trigger_type,
        true as is_written,
        {{ normalise_address('phone', "'phone'") }} as address,
        agent_id as provider_account,
        sender_id as given_sender_id,
        message_text,
        suggestion_text as label_text,
        sent_at,
        received_at

    from rcs

),

final as (

    select

        ---------- ids
        unioned.message_id,
        -- Who received the webhook knows best; else the account it came to.
        coalesce(named.sender_id, owners.sender_id) as sender_id,

        ---------- strings
        unioned.channel,
        unioned.address,
        unioned.trigger_type,
        unioned.message_text,
        unioned.label_text,

        ---------- booleans
        unioned.is_written,

        ---------- timestamps
        unioned.sent_at,
        coalesce(unioned.sent_at, unioned.received_at) as occurred_at,
        unioned.received_at

    from unioned

    left join senders as named
        on
            unioned.channel = named.channel
            and unioned.given_sender_id = named.sender_id

    left join senders as owners
        on
            unioned.channel = owners.channel
            and unioned.provider_account = owners.provider_account

)

select * from final
