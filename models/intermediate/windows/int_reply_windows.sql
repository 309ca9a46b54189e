with

inbound_messages as (

    select * from {{ ref('int_inbound_messages') }}

    where
        address is not null
        and sender_id is not null
        and sent_at is not null
        and received_at <= {{ as_of() }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

reply_window_rules as (

    select * from {{ ref('reply_window_rules') }}

),

by_address as (

    select
        channel,
        sender_id,
        address,
        trigger_type,
        message_id,
        sent_at,
        received_at

    from inbound_messages

    -- Known by both addresses at once, or to be the same person as another.
    {{ union_distinct() }}

    select
        inbound_messages.channel,
        inbound_messages.sender_id,
        aliases.address,
        inbound_messages.trigger_type,
        inbound_messages.message_id,
        inbound_messages.sent_at,
        inbound_messages.received_at

    from inbound_messages

    inner join aliases
        on
            inbound_messages.address = aliases.seen_address
            and inbound_messages.channel = 'whatsapp'

),

openings as (

    select
        by_address.*,
        -- The provider's time, never beyond the time we heard of it (R11).
        {{ dbt.dateadd(
            'minute',
            'reply_window_rules.length_minutes',
            'least(by_address.sent_at, by_address.received_at)'
        ) }} as closes_at,
        reply_window_rules.margin_minutes,
        reply_window_rules.messages_allowed,
        {{ confidence_rank('reply_window_rules.confidence') | indent(8) }}
            as confidence_rank

    from by_address

    -- A kind of message without a rule opens nothing.
    left join reply_window_rules
        on
            by_address.channel = reply_window_rules.channel
            and by_address.trigger_type = reply_window_rules.trigger_type

),

ranked as (

    select
        openings.*,
        row_number() over (
            partition by channel, sender_id, address
            -- The window that closes last; ids make the order total.
            order by
                closes_at desc nulls last,
                sent_at desc nulls last,
                message_id desc nulls last,
                trigger_type asc
        ) as window_rank

    from openings

),

final as (

    select

        ---------- ids
        sender_id,
        message_id as last_inbound_message_id,

        ---------- strings
        channel,
        address,

        ---------- numbers
        confidence_rank,
        messages_allowed,

        ---------- booleans
        coalesce(closes_at > {{ as_of() }}, false) as is_open,

        ---------- timestamps
        sent_at as last_inbound_at,
        closes_at,
        {{ dbt.dateadd('minute', '-1 * margin_minutes', 'closes_at') }}
            as free_text_until

    from ranked

    where window_rank = 1

)

select * from final
