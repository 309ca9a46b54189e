with

recent as (

    select * from {{ ref('stg_whatsapp__recent') }}

),

kept as (

    select * from {{ ref('stg_whatsapp__kept') }}

    where kind = 'message'

),

read_now as (

    {{ whatsapp_messages('recent') | indent }}

),

identified as (

    {% for rows in ['read_now', 'kept'] -%}
    select
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        context_message_id,
        message_type,
        message_text,
        button_text,
        occurred_at as sent_at,
        received_at

    from {{ rows }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
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
