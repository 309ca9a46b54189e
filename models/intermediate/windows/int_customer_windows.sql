with

reply_windows as (

    select * from {{ ref('int_reply_windows') }}

    -- Who wrote where there are no windows has none.
    where closes_at is not null

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where is_owned_now

),

ranked as (

    select
        contact_points.customer_id,
        reply_windows.*,
        row_number() over (
            partition by
                contact_points.customer_id,
                reply_windows.channel,
                reply_windows.sender_id
            -- The window that closes last; ids make the order total.
            order by
                reply_windows.closes_at desc nulls last,
                reply_windows.last_inbound_message_id desc nulls last,
                reply_windows.address desc
        ) as window_rank

    from reply_windows

    inner join contact_points
        on
            reply_windows.address = contact_points.address
            and reply_windows.channel = contact_points.channel

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
        is_open,

        ---------- timestamps
        last_inbound_at,
        closes_at,
        free_text_until

    from ranked

    where window_rank = 1

)

select * from final
