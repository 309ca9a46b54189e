{{ config(enabled=has_channel('kakao')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_kakao_webhooks'), ['sender_id']) }}

),

calls as (

    select
        payload,
        nullif(sender_id, '') as sender_id,
        {{ json_value('payload', ['userRequest', 'user']) }} as person,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

renamed as (

    select

        ---------- ids
        -- Kakao gives none: the same words at another instant are another message.
        {{ dbt.hash(
            "payload || '|' || coalesce(cast(received_at as "
            ~ dbt.type_string() ~ "), '')"
        ) }} as message_id,
        coalesce(
            {{ json_text('person', ['properties', 'botUserKey']) }},
            {{ json_text('person', ['properties', 'bot_user_key']) }},
            case
                when {{ json_text('person', ['type']) }} = 'botUserKey'
                    then {{ json_text('person', ['id']) }}
            end
        ) as bot_user_key,
        coalesce(
            {{ json_text('person', ['properties', 'plusfriendUserKey']) }},
            {{ json_text('person', ['properties', 'plusfriend_user_key']) }}
        ) as plusfriend_user_key,
        coalesce(
            {{ json_text('person', ['properties', 'appUserId']) }},
            {{ json_text('person', ['properties', 'app_user_id']) }}
        ) as app_user_id,
        {{ json_text('payload', ['bot', 'id']) }} as bot_id,
        sender_id,

        ---------- strings
        nullif({{ json_text('payload', ['userRequest', 'utterance']) }}, '')
            as message_text,

        ---------- booleans
        {{ try_boolean(json_text('person', ['properties', 'isFriend'])) }}
            as is_friend,

        ---------- timestamps
        received_at

    from calls

),

identified as (

    select * from renamed

    where
        {{ regexp_like(
            'coalesce(plusfriend_user_key, app_user_id, bot_user_key)',
            '^[0-9A-Za-z_=.+/-]+$'
        ) }}
        and message_text is not null

),

-- A verbatim copy received at the same instant is one message.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id'],
        order_by=['sender_id asc nulls last'],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        bot_user_key,
        plusfriend_user_key,
        app_user_id,
        bot_id,
        sender_id,

        ---------- strings
        message_text,

        ---------- booleans
        is_friend,

        ---------- timestamps
        received_at

    from first_receipts

)

select * from final
