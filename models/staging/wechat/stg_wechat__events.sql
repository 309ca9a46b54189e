{{ config(enabled=has_channel('wechat')) }}

with

webhooks as (

    select * from {{ ref('stg_wechat__webhooks') }}

    where is_whole

),

typed as (

    select
        webhooks.*,
        case when message_type = 'event' then event end as event_type,
        {{ from_epoch('created_epoch') }} as occurred_at

    from webhooks

),

renamed as (

    select

        ---------- ids
        case
            when message_type != 'event' then inbound_message_id
            -- Two of our messages may be done in one second. Without a time of their
            -- own, events are the same only when they came together.
            else {{ dbt.hash(
                "openid || '|' || coalesce(cast(coalesce(occurred_at, received_at) as "
                ~ dbt.type_string() ~ "), '') || '|' || coalesce(event_type, '')"
                ~ " || '|' || coalesce(outbound_message_id, '')"
                ~ " || '|' || coalesce(event_key, '')"
            ) }}
        end as message_key,
        payload_hash,
        case
            when message_type = 'event' then outbound_message_id
            else inbound_message_id
        end as message_id,
        openid,
        account_id,
        sender_id,

        ---------- strings
        message_type,
        event_type,
        event_key,
        -- What lets us answer, each for its own time and number of messages. Other
        -- menu entries and payments outside of WeChat's card tell the account nothing.
        case
            when message_type != 'event' then 'message'
            when event_type = 'subscribe' then 'follow'
            when event_type = 'scan' then 'scan'
            when event_type in ('click', 'scancode_push', 'scancode_waitmsg')
                then 'menu_click'
            when event_type = 'user_pay_from_pay_cell' then 'payment'
        end as trigger_kind,
        case when message_type != 'event' then written_text end as message_text,
        case
            -- WeChat writes `failed:user block` and `failed: system failed`.
            when event_type = 'templatesendjobfinish'
                then replace(job_status, 'failed: ', 'failed:')
            when event_type = 'subscribe_msg_sent_event' and error_code = '0'
                then 'success'
            when event_type = 'subscribe_msg_sent_event' and error_code is not null
                then 'failed:' || coalesce(error_status, error_code)
        end as status,
        case
            when event_type = 'subscribe_msg_sent_event' and error_code != '0'
                then error_code
        end as error_code,

        ---------- timestamps
        occurred_at,
        received_at

    from typed

),

identified as (

    select * from renamed

    where
        openid is not null
        and message_key is not null
        and (event_type is not null or message_type != 'event')

),

-- WeChat calls again when we are slow to answer: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_key'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'openid asc nulls last',
            'account_id asc nulls last',
            'sender_id asc nulls last',
            'payload_hash asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_key,
        payload_hash,
        message_id,
        openid,
        account_id,
        sender_id,

        ---------- strings
        message_type,
        event_type,
        event_key,
        trigger_kind,
        message_text,
        status,
        error_code,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
