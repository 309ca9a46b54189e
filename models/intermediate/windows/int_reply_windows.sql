with

inbound_messages as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

    where received_at <= {{ as_of() }}

),

senders as (

    select * from {{ ref('int_senders') }}

    where channel = 'whatsapp'

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

reply_window_rules as (

    select * from {{ ref('reply_window_rules') }}

    where channel = 'whatsapp'

),

openings as (

    select
        senders.sender_id,
        inbound_messages.message_id,
        inbound_messages.wa_id,
        inbound_messages.user_id,
        inbound_messages.sent_at as opened_at,
        -- The provider's time, never beyond the time we heard of it (R11).
        {{ dbt.dateadd(
            'minute',
            'reply_window_rules.length_minutes',
            'least(inbound_messages.sent_at, inbound_messages.received_at)'
        ) }} as closes_at,
        reply_window_rules.margin_minutes,
        {{ confidence_rank('reply_window_rules.confidence') | indent(8) }}
            as confidence_rank

    from inbound_messages

    inner join senders
        on inbound_messages.phone_number_id = senders.provider_account

    -- A kind of message without a rule opens nothing.
    inner join reply_window_rules
        on inbound_messages.message_type = reply_window_rules.trigger_type

    where inbound_messages.sent_at is not null

),

by_address as (

    select
        openings.*,
        '+' || wa_id as address

    from openings

    where wa_id is not null

    union

    select
        openings.*,
        user_id as address

    from openings

    where user_id is not null

    union

    select
        openings.*,
        aliases.address

    from openings

    inner join aliases
        on coalesce('+' || openings.wa_id, openings.user_id) = aliases.seen_address

),

ranked as (

    select
        by_address.*,
        row_number() over (
            partition by sender_id, address
            -- The window that closes last; ids make the order total.
            order by closes_at desc, opened_at desc, message_id desc
        ) as window_rank

    from by_address

),

final as (

    select

        ---------- ids
        sender_id,
        message_id as last_inbound_message_id,

        ---------- strings
        'whatsapp' as channel,
        address,

        ---------- numbers
        confidence_rank,

        ---------- booleans
        closes_at > {{ as_of() }} as is_open,

        ---------- timestamps
        opened_at as last_inbound_at,
        closes_at,
        {{ dbt.dateadd('minute', '-1 * margin_minutes', 'closes_at') }}
            as free_text_until

    from ranked

    where window_rank = 1

)

select * from final
