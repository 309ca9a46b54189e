{{ config(enabled=has_channel('rcs')) }}

with

events as (

    select * from {{ ref('stg_rcs__events') }}

    where kind = 'message'

),

renamed as (

    select

        ---------- ids
        message_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        message_type,
        coalesce(
            {{ json_text('value', ['text']) }},
            {{ json_text('value', ['suggestionResponse', 'postbackData']) }},
            {{ json_text('value', ['suggestionResponse', 'text']) }}
        ) as message_text,
        {{ json_text('value', ['suggestionResponse', 'text']) }} as suggestion_text,

        ---------- timestamps
        occurred_at as sent_at,
        received_at

    from events

),

identified as (

    select * from renamed

    where
        message_id is not null
        and phone is not null

),

-- Google calls again for seven days: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['message_id'],
        order_by=[
            'received_at asc nulls last',
            'sent_at asc nulls last',
            'agent_id asc nulls last',
            'phone asc nulls last',
            'message_text asc nulls last',
            'suggestion_text asc nulls last',
            'message_type asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        message_id,
        agent_id,
        phone,
        sender_id,

        ---------- strings
        message_type,
        message_text,
        suggestion_text,

        ---------- timestamps
        sent_at,
        received_at

    from first_receipts

)

select * from final
