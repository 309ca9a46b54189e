with

taken as (

    select * from {{ ref('int_campaign_deliveries') }}

    where outcome in ('accepted', 'held_out')

),

replies as (

    select * from {{ ref('int_replies') }}

),

stops as (

    select * from {{ ref('int_stops_said') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

-- The first message counts; keys break a tie.
earliest as (

    {{ latest_of_few(
        'taken',
        keys=['campaign_id', 'channel', 'destination', 'customer_id'],
        order_by=['taken_at asc', 'delivery_key asc'],
    ) | indent }}

),

-- Intervals are half-open: what comes at the window's last instant is outside.
first_messages as (

    select
        earliest.campaign_id,
        earliest.channel,
        earliest.destination,
        earliest.customer_id,
        earliest.sender_id,
        earliest.purpose,
        earliest.is_held_out,
        earliest.taken_at,
        senders.brand_id,
        {{ dbt.dateadd('day', whole_number('attribution_days'), 'earliest.taken_at') }}
            as window_ends_at

    from earliest

    left join senders
        on earliest.sender_id = senders.sender_id

),

answers as (

    select
        first_messages.campaign_id,
        first_messages.channel,
        first_messages.destination,
        first_messages.customer_id,
        1 as replies,
        0 as stops,
        0 as purchases

    from first_messages

    inner join replies
        on
            first_messages.customer_id = replies.customer_id
            and first_messages.channel = replies.channel
            and first_messages.sender_id = replies.sender_id
            and first_messages.taken_at <= replies.occurred_at
            and first_messages.window_ends_at > replies.occurred_at

    union all

    select
        first_messages.campaign_id,
        first_messages.channel,
        first_messages.destination,
        first_messages.customer_id,
        0 as replies,
        1 as stops,
        0 as purchases

    from first_messages

    inner join stops
        on
            first_messages.customer_id = stops.customer_id
            and first_messages.taken_at <= stops.stopped_at
            and first_messages.window_ends_at > stops.stopped_at
            and stops.channel in ('*', first_messages.channel)
            and stops.purpose in ('*', first_messages.purpose)
            and stops.sender_id in ('*', first_messages.sender_id)
            and coalesce(first_messages.brand_id = stops.brand_id, true)

    union all

    select
        first_messages.campaign_id,
        first_messages.channel,
        first_messages.destination,
        first_messages.customer_id,
        0 as replies,
        0 as stops,
        1 as purchases

    from first_messages

    inner join purchases
        on
            first_messages.customer_id = purchases.customer_id
            and first_messages.taken_at <= purchases.ordered_at
            and first_messages.window_ends_at > purchases.ordered_at

),

did as (

    select
        campaign_id,
        channel,
        destination,
        customer_id,
        max(replies) as replies,
        max(stops) as stops,
        max(purchases) as purchases

    from answers

    group by
        campaign_id,
        channel,
        destination,
        customer_id

),

final as (

    select

        ---------- ids
        first_messages.campaign_id,
        first_messages.customer_id,

        ---------- strings
        first_messages.channel,
        first_messages.destination,

        ---------- booleans
        first_messages.is_held_out,
        first_messages.window_ends_at <= {{ as_of() }} as is_window_over,
        coalesce(did.replies, 0) = 1 as has_replied,
        coalesce(did.stops, 0) = 1 as has_said_stop,
        coalesce(did.purchases, 0) = 1 as has_bought,

        ---------- timestamps
        first_messages.taken_at,
        first_messages.window_ends_at

    from first_messages

    left join did
        on
            first_messages.campaign_id = did.campaign_id
            and first_messages.channel = did.channel
            and first_messages.destination = did.destination
            and first_messages.customer_id = did.customer_id

)

select * from final
