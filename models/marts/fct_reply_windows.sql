with

reply_windows as (

    select * from {{ ref('int_customer_windows') }}

),

final as (

    select

        ---------- ids
        customer_id,
        sender_id,
        last_inbound_message_id,

        ---------- strings
        channel,

        ---------- booleans
        is_open and last_inbound_at <= {{ as_of() }} as is_open,

        ---------- timestamps
        last_inbound_at,
        closes_at as window_closes_at,
        free_text_until,
        {{ as_of() }} as decided_at

    from reply_windows

)

select * from final
