{{ config(enabled=has_channel('rcs')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_rcs_webhooks'), ['sender_id']) }}

),

webhooks as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as payload_hash,
        nullif(sender_id, '') as sender_id,
        {{ json_text('payload', ['message', 'data']) }} as envelope_data,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

bodies as (

    select
        payload_hash,
        sender_id,
        -- Base64 is no JSON: of an envelope that is still encoded nothing is read.
        {{ whole_characters('coalesce(envelope_data, payload)') | indent(8) }} as value,
        received_at

    from webhooks

),

renamed as (

    select

        ---------- ids
        payload_hash,
        {{ json_text('value', ['messageId']) }} as message_id,
        {{ json_text('value', ['eventId']) }} as event_id,
        {{ json_text('value', ['agentId']) }} as agent_id,
        -- Google's own events name the phone otherwise than a person's do.
        coalesce(
            {{ json_text('value', ['senderPhoneNumber']) }},
            {{ json_text('value', ['phoneNumber']) }}
        ) as phone,
        sender_id,

        ---------- strings
        lower({{ json_text('value', ['eventType']) }}) as event_type,
        case
            when {{ json_value('value', ['text']) }} is not null then 'text'
            when {{ json_value('value', ['suggestionResponse']) }} is not null
                then 'suggestion'
            when {{ json_value('value', ['userFile']) }} is not null then 'file'
            when {{ json_value('value', ['location']) }} is not null then 'location'
        end as message_type,
        value,

        ---------- timestamps
        {{ try_timestamp(json_text('value', ['sendTime'])) }} as occurred_at,
        received_at

    from bodies

),

known as (

    select * from renamed

    where
        event_type is not null
        or message_type is not null
        or message_id is not null

),

-- What is no id, such as an object, is none.
typed as (

    select
        payload_hash,
        case
            when {{ regexp_like('message_id', '^[0-9A-Za-z_+/=-]+$') }} then message_id
        end as message_id,
        case
            when {{ regexp_like('event_id', '^[0-9A-Za-z_+/=-]+$') }} then event_id
        end as event_id,
        case
            when {{ regexp_like('agent_id', '^[0-9A-Za-z_@.-]+$') }} then agent_id
        end as agent_id,
        case
            when {{ regexp_like('phone', '^[+]?[0-9]{5,15}$') }} then phone
        end as phone,
        sender_id,
        event_type,
        message_type,
        value,
        occurred_at,
        received_at

    from known

),

final as (

    select

        ---------- ids
        payload_hash,
        message_id,
        event_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        case when event_type is null then 'message' else 'event' end as kind,
        event_type,
        message_type,
        value,

        ---------- timestamps
        occurred_at,
        received_at

    from typed

)

select * from final
