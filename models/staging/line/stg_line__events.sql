{{ config(enabled=has_channel('line')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_line_webhooks'), ['sender_id']) }}

),

webhooks as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as payload_hash,
        nullif(sender_id, '') as sender_id,
        {{ json_text('payload', ['destination']) }} as destination,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

events as (

    select
        webhooks.payload_hash,
        webhooks.sender_id,
        webhooks.destination,
        {{ json_element('event', as_column=true) }},
        webhooks.received_at

    from webhooks

    {{ json_elements(json_value('webhooks.payload', ['events']), 'event') }}

    where {{ regexp_like('webhooks.destination', '^U[0-9a-f]{32}$') }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('event', ['webhookEventId']) }} as webhook_event_id,
        payload_hash,
        -- What is said in a group or a room is not one person speaking to us alone.
        case
            when
                {{ json_text('event', ['source', 'type']) }} = 'user'
                and {{ regexp_like(
                    json_text('event', ['source', 'userId']), '^U[0-9a-f]{32}$'
                ) }}
                then {{ json_text('event', ['source', 'userId']) }}
        end as line_user_id,
        destination,
        sender_id,

        ---------- strings
        lower({{ json_text('event', ['type']) }}) as event_type,
        event as value,

        ---------- booleans
        {{ try_boolean(json_text('event', ['deliveryContext', 'isRedelivery'])) }}
            as is_redelivery,

        ---------- timestamps
        {{ from_epoch_ms(json_text('event', ['timestamp'])) }} as occurred_at,
        received_at

    from events

),

identified as (

    select * from renamed

    where
        {{ regexp_like('webhook_event_id', '^[0-9A-Za-z_-]+$') }}
        and event_type is not null

),

-- LINE delivers again what was not answered: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['webhook_event_id'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'event_type asc nulls last',
            'line_user_id asc nulls last',
            'destination asc nulls last',
            'sender_id asc nulls last',
            'payload_hash asc nulls last',
            'value asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        webhook_event_id,
        payload_hash,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        event_type,
        value,

        ---------- booleans
        is_redelivery,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
