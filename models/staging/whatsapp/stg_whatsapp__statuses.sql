with

recent as (

    select * from {{ ref('stg_whatsapp__recent') }}

),

kept as (

    select * from {{ ref('stg_whatsapp__kept') }}

    where kind = 'status'

),

read_now as (

    {{ whatsapp_statuses('recent') | indent }}

),

identified as (

    {% for rows in ['read_now', 'kept'] -%}
    select
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        delivery_key,
        message_status,
        error_code,
        occurred_at,
        received_at

    from {{ rows }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
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
