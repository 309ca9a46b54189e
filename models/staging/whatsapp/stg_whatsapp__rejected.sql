with

source as (

    {{ webhook_calls(source('whatsapp', 'raw_whatsapp_webhooks')) }}

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
            when
                coalesce(
                    {{ json_text(json_element('message'), ['from']) }},
                    {{ json_text(json_element('message'), ['from_user_id']) }},
                    {{ json_text('changes.value', ['contacts', 0, 'wa_id']) }},
                    {{ json_text('changes.value', ['contacts', 0, 'user_id']) }}
                ) is null
                then 'message_without_person'
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

preferences as (

    select
        changes.payload_hash as row_key,
        case
            when
                coalesce(
                    {{ json_text(json_element('preference'), ['wa_id']) }},
                    {{ json_text(json_element('preference'), ['user_id']) }},
                    {{ json_text('changes.value', ['contacts', 0, 'wa_id']) }},
                    {{ json_text('changes.value', ['contacts', 0, 'user_id']) }}
                ) is null
                then 'preference_without_person'
        end as rejection_code,
        changes.received_at

    from changes

    {{ json_elements(
        json_value('changes.value', ['user_preferences']), 'preference'
    ) }}

    where changes.field = 'user_preferences'

),

-- Of what is no list nothing is read.
shapes as (

    {% for field, list in [
        ('messages', 'messages'),
        ('messages', 'statuses'),
        ('user_preferences', 'user_preferences'),
    ] -%}
    select
        payload_hash as row_key,
        'unknown_shape' as rejection_code,
        received_at

    from changes

    where
        field = '{{ field }}'
        and substring({{ json_value('value', [list]) }}, 1, 1) != '['
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

unioned as (

    select * from payloads
    union all
    select * from preferences
    union all
    select * from shapes
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
