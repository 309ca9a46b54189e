{#- What people wrote, of changes of WhatsApp's webhook: a whole select, one row per message
    as often as it was received. One without an id is set aside. -#}
{% macro whatsapp_messages(changes) -%}
with

messages as (

    {{ json_unnested(
        columns=['changes.value', 'changes.received_at'],
        relation=changes ~ ' as changes',
        expression=json_value('changes.value', ['messages']),
        alias='message',
        condition="changes.field = 'messages'",
    ) }}

),

with_contacts as (

    select
        messages.*,
        -- Beside several contacts nobody knows whose the message is.
        case
            when {{ json_value('messages.value', ['contacts', 1]) }} is null
                then {{ json_value('messages.value', ['contacts', 0]) }}
        end as contact

    from messages

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
        -- What is said in a group is not one person speaking to us alone.
        case
            when {{ json_text('message', ['group_id']) }} is not null then 'group'
            else lower({{ json_text('message', ['type']) }})
        end as message_type,
        coalesce(
            {{ json_text('message', ['text', 'body']) }},
            {{ json_text('message', ['button', 'payload']) }},
            {{ json_text('message', ['button', 'text']) }},
            {{ json_text('message', ['interactive', 'button_reply', 'title']) }},
            {{ json_text('message', ['interactive', 'list_reply', 'title']) }},
            {{ json_text('message', ['image', 'caption']) }},
            {{ json_text('message', ['video', 'caption']) }},
            {{ json_text('message', ['document', 'caption']) }},
            {{ json_text('message', ['order', 'text']) }},
            -- Corrected within a quarter of an hour: it may say stop only now.
            {{ json_text('message', ['edit', 'message', 'text', 'body']) }},
            {{ json_text('message', ['edit', 'message', 'image', 'caption']) }},
            {{ json_text('message', ['edit', 'message', 'video', 'caption']) }},
            {{ json_text('message', ['edit', 'message', 'document', 'caption']) }}
        ) as message_text,
        -- What we gave an answer to tap on comes back as its id.
        coalesce(
            {{ json_text('message', ['button', 'text']) }},
            {{ json_text('message', ['interactive', 'button_reply', 'id']) }},
            {{ json_text('message', ['interactive', 'list_reply', 'id']) }}
        ) as button_text,

        ---------- timestamps
        {{ from_epoch(json_text('message', ['timestamp'])) }} as occurred_at,
        received_at

    from with_contacts

)

select * from renamed

where message_id is not null
{%- endmacro %}
