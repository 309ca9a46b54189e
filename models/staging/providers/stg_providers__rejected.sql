with

source as (

    {{ webhook_calls(source('channels', 'raw_provider_webhooks'), ['provider']) }}

),

webhooks as (

    select * from {{ ref('stg_providers__webhooks') }}

),

calls as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as row_key,
        lower({{ trimmed('provider') }}) as provider,
        {{ is_json('payload') }} as is_json,
        {{ regexp_like('payload', '^[A-Za-z][A-Za-z0-9_]*=') }} as is_form,
        substring({{ json_value('payload', []) }}, 1, 1) as first_letter,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

-- What gave no event at all.
payloads as (

    select
        calls.row_key,
        calls.provider,
        case
            when
                coalesce(calls.provider, '') not in ({{ webhook_providers() }})
                then 'unknown_provider'
            when
                calls.is_json is false
                and (calls.provider = 'twilio' and calls.is_form) is not true
                then 'broken_body'
            when calls.is_json and coalesce(calls.first_letter, '') not in ('{', '[')
                then 'unknown_shape'
            when calls.received_at is null then 'unreadable_received_at'
        end as rejection_code,
        calls.received_at

    from calls

),

parts as (

    select
        payload_hash as row_key,
        provider,
        case
            when is_sound is false then 'undecodable_text'
            when kind is null then 'unknown_shape'
            when kind = 'other' then null
            when kind = 'status' and status is null then 'unknown_status'
            when kind = 'status' and status = 'pending' then null
            when
                kind = 'status'
                and message_id is null
                and (batch_id is null or coalesce(customer_id, address) is null)
                then 'status_without_id'
            when kind = 'message' and message_id is null then 'message_without_id'
            when
                (kind != 'status' or preference = 'stop')
                and coalesce(address, customer_id) is null
                then 'without_person'
            when kind = 'preference' and preference is null then 'unknown_preference'
            when preference_word is not null and preference is null
                then 'unknown_preference'
            when preference = 'start' and is_own_choice is false
                then 'start_not_by_the_person'
            when preference = 'start' and occurred_at is null
                then 'start_without_time'
            when preference = 'start' and coalesce(sender_id, account_id) is null
                then 'start_without_account'
            when channel_word is not null and channel is null then 'unknown_channel'
            -- Twilio tells no time.
            when provider != 'twilio' and occurred_at is null
                then 'unreadable_timestamp'
        end as rejection_code,
        received_at

    from webhooks

),

unioned as (

    select * from payloads
    union all
    select * from parts

),

final as (

    select

        ---------- strings
        row_key,
        provider,
        rejection_code,

        ---------- timestamps
        received_at

    from unioned

    where rejection_code is not null

)

select * from final
