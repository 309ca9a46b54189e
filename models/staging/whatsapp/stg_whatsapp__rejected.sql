with

source as (

    select * from {{ source('whatsapp', 'raw_whatsapp_webhooks') }}

),

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

),

payloads as (

    select
        {{ dbt.hash("coalesce(payload, '')") }} as row_key,
        case
            when not {{ is_json('payload') }} then 'broken_json'
            when {{ json_text('payload', ['object']) }} is null then 'unknown_shape'
            when {{ json_value('payload', ['entry', 0, 'changes', 0]) }} is null
                then 'unknown_shape'
            when {{ try_timestamp('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

messages as (

    select
        changes.payload_hash as row_key,
        case
            when {{ json_text(json_element('message'), ['id']) }} is null
                then 'message_without_id'
            when {{ from_epoch(json_text(json_element('message'), ['timestamp'])) }}
                is null
                then 'unreadable_timestamp'
        end as rejection_code,
        changes.received_at

    from changes

    {{ json_elements(json_value('changes.value', ['messages']), 'message') }}

    where changes.field = 'messages'

),

statuses as (

    select
        changes.payload_hash as row_key,
        case
            when
                {{ json_text(json_element('status'), ['id']) }} is null
                or {{ json_text(json_element('status'), ['status']) }} is null
                then 'status_without_id'
        end as rejection_code,
        changes.received_at

    from changes

    {{ json_elements(json_value('changes.value', ['statuses']), 'status') }}

    where changes.field = 'messages'

),

unioned as (

    select * from payloads
    union all
    select * from messages
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
