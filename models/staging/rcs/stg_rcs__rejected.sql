{{ config(enabled=has_channel('rcs')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_rcs_webhooks')) }}

),

events as (

    select * from {{ ref('stg_rcs__events') }}

),

webhooks as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as row_key,
        {{ json_text('payload', ['message', 'data']) }} as envelope_data,
        {{ json_text('payload', ['message', 'attributes', 'type']) }} as attribute_type,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

bodies as (

    select
        payload,
        row_key,
        envelope_data,
        attribute_type,
        {{ whole_characters('coalesce(envelope_data, payload)') | indent(8) }} as body,
        received_at

    from webhooks

),

payloads as (

    select
        row_key,
        case
            when not {{ is_json('payload') }} then 'broken_json'
            when substring({{ trimmed('envelope_data') }}, 1, 1) != '{'
                then 'encoded_envelope'
            when not {{ is_json('body') }} then 'broken_json'
            -- What a carrier decided about our agent is nobody's message.
            when lower(attribute_type) = 'agent_launch_event' then null
            when
                {{ json_text('body', ['eventType']) }} is null
                and {{ json_text('body', ['messageId']) }} is null
                and {{ json_value('body', ['text']) }} is null
                and {{ json_value('body', ['suggestionResponse']) }} is null
                and {{ json_value('body', ['userFile']) }} is null
                and {{ json_value('body', ['location']) }} is null
                then 'unknown_shape'
            when received_at is null then 'unreadable_received_at'
        end as rejection_code,
        received_at

    from bodies

),

typed as (

    select
        events.*,
        event_type in (
            'delivered', 'read',
            'ttl_expiration_revoked', 'ttl_expiration_revoke_failed'
        ) as is_status,
        event_type in ('subscribe', 'unsubscribe') as is_preference

    from events

),

unusable as (

    select
        payload_hash as row_key,
        case
            when kind = 'message' and message_id is null then 'message_without_id'
            when is_status and message_id is null then 'status_without_id'
            when (kind = 'message' or is_preference) and phone is null
                then 'without_phone'
            when (kind = 'message' or is_status or is_preference) and agent_id is null
                then 'without_agent'
            when
                (kind = 'message' or is_status or is_preference)
                and occurred_at is null
                then 'unreadable_timestamp'
        end as rejection_code,
        received_at

    from typed

),

unioned as (

    select * from payloads
    union all
    select * from unusable

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
