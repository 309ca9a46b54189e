with

source as (

    select * from {{ source('whatsapp', 'raw_whatsapp_webhooks') }}

),

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

),

messages as (

    select
        changes.received_at,
        message

    from changes

    {{ json_elements(json_value('changes.change_value', ['messages']), 'message') }}

    where changes.field = 'messages'

),

payloads as (

    select
        {{ dbt.hash("coalesce(source.payload, '')") }} as row_key,
        case
            when not {{ is_json('source.payload') }} then 'broken_json'
            when {{ json_text('source.payload', ['object']) }} is null
                then 'unknown_shape'
            when {{ json_value('source.payload', ['entry']) }} is null
                then 'unknown_shape'
            when {{ try_timestamp('source.received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp('source.received_at') }} as received_at

    from source

),

items as (

    select
        {{ dbt.hash('message') }} as row_key,
        case
            when {{ json_text('message', ['id']) }} is null
                then 'message_without_id'
            when {{ from_epoch(json_text('message', ['timestamp'])) }} is null
                then 'unreadable_timestamp'
        end as rejection_code,
        received_at

    from messages

),

unioned as (

    select * from payloads
    union all
    select * from items

),

final as (

    select
        row_key,
        rejection_code,
        received_at

    from unioned

    where rejection_code is not null

)

select * from final
