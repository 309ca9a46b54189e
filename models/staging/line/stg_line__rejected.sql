{{ config(enabled=has_channel('line')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_line_webhooks')) }}

),

webhooks as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as row_key,
        {{ json_text('payload', ['destination']) }} as destination,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

payloads as (

    select
        row_key,
        case
            when not {{ is_json('payload') }} then 'broken_json'
            when
                {{ regexp_like('destination', '^U[0-9a-f]{32}$') }} is not true
                then 'unknown_shape'
            -- A list without events is how the console tries the address.
            when substring({{ json_value('payload', ['events']) }}, 1, 1) = '['
                then case when received_at is null then 'unreadable_received_at' end
            else 'unknown_shape'
        end as rejection_code,
        received_at

    from webhooks

),

elements as (

    select
        webhooks.row_key,
        {{ json_element('event', as_column=true) }},
        webhooks.received_at

    from webhooks

    {{ json_elements(json_value('webhooks.payload', ['events']), 'event') }}

    where {{ regexp_like('webhooks.destination', '^U[0-9a-f]{32}$') }}

),

renamed as (

    select
        row_key,
        {{ json_text('event', ['webhookEventId']) }} as webhook_event_id,
        {{ json_text('event', ['source', 'type']) }} as source_type,
        {{ json_text('event', ['source', 'userId']) }} as user_id,
        {{ json_text('event', ['message', 'id']) }} as message_id,
        lower({{ json_text('event', ['type']) }}) as event_type,
        {{ json_text('event', ['delivery', 'data']) }} as delivery_data,
        {{ from_epoch_ms(json_text('event', ['timestamp'])) }} as occurred_at,
        received_at

    from elements

),

events as (

    select
        row_key,
        case
            when
                {{ regexp_like('webhook_event_id', '^[0-9A-Za-z_-]+$') }} is not true
                then 'event_without_id'
            when event_type is null then 'event_without_type'
            -- Groups and rooms talk too; that is nothing to set aside.
            when
                event_type in ('message', 'postback')
                and source_type in ('group', 'room')
                then null
            when
                event_type in ('message', 'postback', 'follow', 'unfollow')
                and (
                    source_type = 'user'
                    and {{ regexp_like('user_id', '^U[0-9a-f]{32}$') }}
                ) is not true
                then 'event_without_user'
            when
                event_type = 'message'
                and {{ regexp_like('message_id', '^[0-9A-Za-z_-]+$') }} is not true
                then 'message_without_id'
            when
                event_type = 'delivery'
                and {{ regexp_like('delivery_data', '^[^{].{15,99}$') }} is not true
                then 'delivery_without_data'
            when
                event_type in ('message', 'postback', 'follow', 'unfollow', 'delivery')
                and occurred_at is null
                then 'unreadable_timestamp'
        end as rejection_code,
        received_at

    from renamed

),

unioned as (

    select * from payloads
    union all
    select * from events

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
