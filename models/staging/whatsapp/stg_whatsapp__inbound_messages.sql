with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field = 'messages'

),

messages as (

    select
        changes.value,
        {{ json_element('message', as_column=true) }},
        changes.received_at,
        -- Beside several contacts nobody knows whose the message is.
        case
            when {{ json_value('changes.value', ['contacts', 1]) }} is null
                then {{ json_value('changes.value', ['contacts', 0]) }}
        end as contact

    from changes

    {{ json_elements(json_value('changes.value', ['messages']), 'message') }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('message', ['id']) }} as message_id,
        {{ json_text('value', ['metadata', 'phone_number_id']) }} as phone_number_id,
        coalesce(
            {{ json_text('message', ['from']) }},
            {{ json_text('contact', ['wa_id']) }}
        ) as wa_id,
        coalesce(
            {{ json_text('message', ['from_user_id']) }},
            {{ json_text('contact', ['user_id']) }}
        ) as user_id,
        {{ json_text('message', ['context', 'id']) }} as context_message_id,

        ---------- strings
        lower({{ json_text('message', ['type']) }}) as message_type,
        coalesce(
            {{ json_text('message', ['text', 'body']) }},
            {{ json_text('message', ['button', 'payload']) }},
            {{ json_text('message', ['button', 'text']) }},
            {{ json_text('message', ['interactive', 'button_reply', 'title']) }},
            {{ json_text('message', ['interactive', 'list_reply', 'title']) }}
        ) as message_text,
        {{ json_text('message', ['button', 'text']) }} as button_text,

        ---------- timestamps
        {{ from_epoch(json_text('message', ['timestamp'])) }} as sent_at,
        received_at

    from messages

),

identified as (

    select * from renamed

    where message_id is not null

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id'],
        order_by=[
            'received_at asc nulls last',
            'sent_at asc nulls last',
            'phone_number_id asc nulls last',
            'user_id asc nulls last',
            'wa_id asc nulls last',
            'message_text asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        context_message_id,

        ---------- strings
        message_type,
        message_text,
        button_text,

        ---------- timestamps
        sent_at,
        received_at

    from first_receipts

)

select * from final
