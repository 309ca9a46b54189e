{#- A view without `as_of`: whoever reads it filters by `received_at`. -#}
{{ config(materialized=view_or_table()) }}

with

opt_outs as (

    select * from {{ ref('stg_providers__opt_outs') }}

),

inbound_messages as (

    select * from {{ ref('stg_providers__inbound_messages') }}

),

delivery_events as (

    select * from {{ ref('int_delivery_events') }}

    where delivery_event = 'refused'

),

error_classes as (

    select * from {{ ref('provider_error_classes') }}

    where
        action = 'suppress_address'
        and reason_code = 'platform_opt_out'
        -- WhatsApp's own switch is told, and lifted, by itself.
        and provider != 'meta'

),

senders as (

    select * from {{ ref('int_senders') }}

),

contact_points as (

    select distinct
        customer_id,
        channel,
        address

    from {{ ref('int_contact_points') }}

    where address is not null

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

stop_keywords as (

    select distinct {{ fold_text('keyword') }} as stop_word

    from {{ ref('stop_keywords') }}

    where effect = 'withdraw'

),

folded as (

    select
        account_id,
        sender_id,
        customer_id,
        address,
        channel,
        {{ fold_text('message_text') | indent(8) }} as message_text,
        {{ fold_text('button_text') | indent(8) }} as button_text,
        sent_at,
        received_at

    from inbound_messages

),

stop_words as (

    select distinct
        folded.account_id,
        folded.sender_id,
        folded.customer_id,
        folded.address,
        folded.channel,
        'stop' as preference,
        'stop_word' as heard_as,
        folded.sent_at as occurred_at,
        folded.received_at

    from folded

    inner join stop_keywords
        on
            folded.message_text = stop_keywords.stop_word
            or folded.button_text = stop_keywords.stop_word

),

said as (

    select * from stop_words

    union all

    select
        account_id,
        sender_id,
        customer_id,
        address,
        channel,
        case when action = 'start' then 'resume' else 'stop' end as preference,
        'opt_out' as heard_as,
        occurred_at,
        received_at

    from opt_outs

    -- Who leaves the newsletter has said nothing about messages.
    where coalesce(channel, '*') != 'email'

    union all

    -- The answer to a message says so, too, and no webhook comes of one refused.
    select
        cast(null as {{ dbt.type_string() }}) as account_id,
        delivery_events.sender_id,
        delivery_events.customer_id,
        cast(null as {{ dbt.type_string() }}) as address,
        delivery_events.channel,
        'stop' as preference,
        'opt_out' as heard_as,
        delivery_events.occurred_at,
        delivery_events.received_at

    from delivery_events

    inner join error_classes
        on
            delivery_events.provider_code = error_classes.code
            and {{ provider_of('delivery_events.destination') }}
            = error_classes.provider

),

-- No time, or one that cannot be: a stop counts from when we heard of it, a start not
-- at all.
timed as (

    select
        account_id,
        sender_id,
        customer_id,
        address,
        channel,
        preference,
        heard_as,
        case
            when
                preference = 'stop'
                or {{ can_be_its_date('occurred_at', 'received_at') | indent(16) }}
                then {{ stop_counts_from('occurred_at', 'received_at') | indent(20) }}
        end as occurred_at,
        received_at

    from said

),

-- By channel, and all of them for who names none.
senders_asked_for as (

    select
        sender_id,
        channel,
        channel as asked_channel

    from senders

    union all

    select
        sender_id,
        channel,
        '*' as asked_channel

    from senders

),

-- A stop that names no sender of ours is one for all that it can mean; a start must
-- name its sender and the address.
directed as (

    select
        coalesce(
            told_senders.sender_id,
            account_senders.sender_id,
            senders_asked_for.sender_id
        ) as sender_id,
        timed.customer_id,
        timed.address,
        coalesce(
            timed.channel,
            told_senders.channel,
            account_senders.channel,
            senders_asked_for.channel
        ) as channel,
        timed.preference,
        timed.heard_as,
        timed.occurred_at,
        timed.received_at

    from timed

    left join senders as told_senders
        on timed.sender_id = told_senders.sender_id

    left join senders as account_senders
        on
            told_senders.sender_id is null
            and replace(timed.account_id, '+', '')
            = replace(account_senders.provider_account, '+', '')
            and (timed.channel is null or timed.channel = account_senders.channel)

    left join senders_asked_for
        on
            told_senders.sender_id is null
            and account_senders.sender_id is null
            and timed.preference = 'stop'
            and coalesce(timed.channel, '*') = senders_asked_for.asked_channel

    where
        timed.occurred_at is not null
        and (
            timed.preference = 'stop'
            or (
                coalesce(told_senders.sender_id, account_senders.sender_id) is not null
                and timed.address is not null
                and timed.channel is not null
            )
        )

),

-- A customer's stop holds at each address they have there.
addressed as (

    select
        directed.sender_id,
        directed.customer_id,
        directed.address,
        directed.channel,
        directed.preference,
        directed.heard_as,
        directed.occurred_at,
        directed.received_at

    from directed

    where directed.address is not null

    {{ union_distinct() }}

    select
        directed.sender_id,
        directed.customer_id,
        contact_points.address,
        directed.channel,
        directed.preference,
        directed.heard_as,
        directed.occurred_at,
        directed.received_at

    from directed

    left join customer_merges
        on directed.customer_id = customer_merges.customer_id

    left join contact_points
        on
            coalesce(customer_merges.canonical_customer_id, directed.customer_id)
            = contact_points.customer_id
            and coalesce(directed.channel = contact_points.channel, true)

    where directed.address is null

),

spread as (

    select * from addressed

    {{ union_distinct() }}

    select
        addressed.sender_id,
        addressed.customer_id,
        aliases.address,
        addressed.channel,
        addressed.preference,
        addressed.heard_as,
        addressed.occurred_at,
        addressed.received_at

    from addressed

    inner join aliases
        on addressed.address = aliases.seen_address

    where addressed.channel = 'whatsapp'

),

final as (

    select

        ---------- ids
        sender_id,
        customer_id,

        ---------- strings
        address,
        channel,
        preference,
        heard_as,

        ---------- timestamps
        occurred_at,
        received_at

    from spread

)

select * from final
