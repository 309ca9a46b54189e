{{ config(enabled=has_channel('kakao')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_kakao_webhooks')) }}

),

calls as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as row_key,
        lower({{ json_text('payload', ['event']) }}) as event,
        -- The lists of what NHN Cloud reports, and the words of a person to a bot.
        substring({{ json_value('payload', ['hooks']) }}, 1, 1) = '[' as has_hooks,
        {{ json_value('payload', ['userRequest']) }} is not null as has_words,
        {{ json_value('payload', ['userRequest', 'user']) }} as person,
        {{ json_text('payload', ['userRequest', 'utterance']) }} as message_text,
        {{ json_text('payload', ['id']) }} as kakao_user_id,
        {{ json_text('payload', ['id_type']) }} as id_type,
        {{ json_text('payload', ['channel_public_id']) }} as channel_public_id,
        {{ try_timestamp(json_text('payload', ['updated_at'])) }} as occurred_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

people as (

    select
        *,
        coalesce(
            {{ json_text('person', ['properties', 'plusfriendUserKey']) }},
            {{ json_text('person', ['properties', 'plusfriend_user_key']) }},
            {{ json_text('person', ['properties', 'appUserId']) }},
            {{ json_text('person', ['properties', 'app_user_id']) }},
            {{ json_text('person', ['properties', 'botUserKey']) }},
            {{ json_text('person', ['properties', 'bot_user_key']) }},
            case
                when {{ json_text('person', ['type']) }} = 'botUserKey'
                    then {{ json_text('person', ['id']) }}
            end
        ) as user_key

    from calls

),

payloads as (

    select
        row_key,
        case
            when not {{ is_json('payload') }} then 'broken_json'
            when event in ('added', 'blocked')
                then
                    case
                        when
                            {{ regexp_like('kakao_user_id', '^[0-9A-Za-z_=.+/-]+$') }}
                            is not true
                            then 'event_without_user'
                        when coalesce(id_type, '') not in ('app_user_id', 'open_id')
                            then 'unknown_id_type'
                        when
                            {{ regexp_like(
                                'channel_public_id', '^[0-9A-Za-z_=.+/-]+$'
                            ) }} is not true
                            then 'event_without_channel'
                        when occurred_at is null then 'unreadable_timestamp'
                        when received_at is null then 'unreadable_received_at'
                    end
            when has_words
                then
                    case
                        when
                            {{ regexp_like('user_key', '^[0-9A-Za-z_=.+/-]+$') }}
                            is not true
                            then 'message_without_user'
                        when coalesce(message_text, '') = '' then 'message_without_text'
                        when received_at is null then 'unreadable_received_at'
                    end
            when has_hooks and event = 'message_result_update'
                then case when received_at is null then 'unreadable_received_at' end
            -- What NHN Cloud says about a template is read nowhere yet.
            when
                has_hooks
                and {{ json_text('payload', ['hooks', 0, 'templateCode']) }} is not null
                then null
            else 'unknown_shape'
        end as rejection_code,
        received_at

    from people

),

hooks as (

    select
        calls.row_key,
        {{ json_element('hook', as_column=true) }},
        calls.received_at

    from calls

    {{ json_elements(json_value('calls.payload', ['hooks']), 'hook') }}

    where calls.event = 'message_result_update'

),

statuses as (

    select
        row_key,
        case
            when
                (
                    {{ regexp_like(
                        json_text('hook', ['requestId']), '^[0-9A-Za-z_-]+$'
                    ) }}
                    and {{ try_bigint(json_text('hook', ['recipientSeq'])) }}
                    is not null
                    and {{ regexp_like(
                        json_text('hook', ['resultCode']), '^[0-9A-Za-z_-]+$'
                    ) }}
                ) is not true
                then 'status_without_id'
        end as rejection_code,
        received_at

    from hooks

),

unioned as (

    select * from payloads
    union all
    select * from statuses

),

final as (

    select

        ---------- strings
        row_key,
        rejection_code,

        ---------- timestamps
        received_at

    from unioned

    where rejection_code is not null

)

select * from final
