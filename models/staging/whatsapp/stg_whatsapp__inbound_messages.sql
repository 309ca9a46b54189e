with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field = 'messages'

),

messages as (

    select
        changes.change_value,
        changes.received_at,
        message

    from changes

    {{ json_elements(json_value('changes.change_value', ['messages']), 'message') }}

),

-- Meta sends one contact beside its messages; of several, the sender's own is taken.
contacts as (

    select
        messages.message,
        messages.received_at,
        {{ json_text('contact', ['wa_id']) }} as contact_wa_id,
        {{ json_text('contact', ['user_id']) }} as contact_user_id

    from messages

    {{ json_elements(json_value('messages.change_value', ['contacts']), 'contact') }}

),

contacts_by_message as (

    select
        message,
        received_at,
        count(*) as contact_count,
        max(contact_wa_id) as contact_wa_id,
        max(contact_user_id) as contact_user_id

    from contacts

    group by
        message,
        received_at

),

renamed as (

    select

        ---------- ids
        {{ json_text('messages.message', ['id']) }} as message_id,
        {{ json_text('messages.change_value', ['metadata', 'phone_number_id']) }}
            as phone_number_id,
        coalesce(
            {{ json_text('messages.message', ['from']) }},
            case
                when contacts_by_message.contact_count = 1
                    then contacts_by_message.contact_wa_id
            end
        ) as wa_id,
        coalesce(
            {{ json_text('messages.message', ['from_user_id']) }},
            case
                when contacts_by_message.contact_count = 1
                    then contacts_by_message.contact_user_id
            end
        ) as user_id,
        {{ json_text('messages.message', ['context', 'id']) }} as context_message_id,

        ---------- strings
        {{ json_text('messages.message', ['type']) }} as message_type,
        coalesce(
            {{ json_text('messages.message', ['text', 'body']) }},
            {{ json_text('messages.message', ['button', 'payload']) }},
            {{ json_text('messages.message', ['button', 'text']) }},
            {{ json_text('messages.message', ['interactive', 'button_reply', 'title']) }},
            {{ json_text('messages.message', ['interactive', 'list_reply', 'title']) }}
        ) as message_text,

        ---------- timestamps
        {{ from_epoch(json_text('messages.message', ['timestamp'])) }} as sent_at,
        messages.received_at

    from messages

    left join contacts_by_message
        on
            messages.message = contacts_by_message.message
            and coalesce(
                messages.received_at = contacts_by_message.received_at,
                contacts_by_message.received_at is null
            )

),

ranked as (

    select
        renamed.*,
        row_number() over (
            partition by message_id
            -- Webhooks repeat: the first receipt is kept.
            order by
                received_at asc nulls last,
                sent_at asc nulls last,
                phone_number_id asc nulls last,
                message_text asc nulls last
        ) as receipt_rank

    from renamed

    where message_id is not null

),

final as (

    select
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        context_message_id,
        message_type,
        message_text,
        sent_at,
        received_at

    from ranked

    where receipt_rank = 1

)

select * from final
