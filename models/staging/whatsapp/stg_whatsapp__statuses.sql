with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field = 'messages'

),

statuses as (

    select
        changes.value,
        {{ json_element('status', as_column=true) }},
        changes.received_at

    from changes

    {{ json_elements(json_value('changes.value', ['statuses']), 'status') }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('status', ['id']) }} as message_id,
        {{ json_text('value', ['metadata', 'phone_number_id']) }} as phone_number_id,
        {{ json_text('status', ['recipient_id']) }} as wa_id,
        {{ json_text('status', ['recipient_user_id']) }} as user_id,
        {{ json_text('status', ['biz_opaque_callback_data']) }} as delivery_key,

        ---------- strings
        lower({{ json_text('status', ['status']) }}) as message_status,
        {{ json_text('status', ['errors', 0, 'code']) }} as error_code,

        ---------- timestamps
        {{ from_epoch(json_text('status', ['timestamp'])) }} as occurred_at,
        received_at

    from statuses

),

identified as (

    select * from renamed

    where
        message_id is not null
        and message_status is not null

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id', 'message_status'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'error_code asc nulls last',
            'wa_id asc nulls last',
            'user_id asc nulls last',
            'delivery_key asc nulls last',
            'phone_number_id asc nulls last',
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
        delivery_key,

        ---------- strings
        message_status as status,
        error_code,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
