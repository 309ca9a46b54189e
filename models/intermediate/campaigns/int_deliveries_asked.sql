{#- Read by one model. Most deliveries are of campaigns that ended long ago: what became
    of them decides nothing today. -#}
{{ config(materialized=view_or_table()) }}

with

delivery_events as (

    select
        delivery_key,
        campaign_id,
        customer_id,
        channel,
        coalesce(occurred_at, received_at) as happened_at

    from {{ ref('int_delivery_events') }}

    where
        delivery_key is not null
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

campaign_messages as (

    select * from {{ ref('int_campaign_messages') }}

),

reply_window_rules as (

    select * from {{ ref('reply_window_rules') }}

),

cap_rules as (

    select * from {{ ref('cap_rules') }}

),

withdrawals as (

    select * from {{ ref('int_withdrawals_heard') }}

    where effective_at < received_at

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

    -- All others keep their id.
    where canonical_customer_id != customer_id

),

-- The longest that a message counts towards a cap, and no less than the day in which
-- the people of a portfolio are counted.
longest as (

    select
        greatest(
            24,
            coalesce(
                max(
                    {{ cap_hours() | indent(20) }}
                ),
                24
            )
        ) as hours

    from cap_rules

),

-- A live campaign asks for all it ever sent; where answers are counted, as many as came
-- after somebody's last word, whenever that was.
counted as (

    select delivery_events.delivery_key

    from delivery_events

    cross join longest

    where
        delivery_events.campaign_id in (
            select campaign_messages.campaign_id from campaign_messages
        )
        or delivery_events.channel in (
            select reply_window_rules.channel

            from reply_window_rules

            where reply_window_rules.messages_allowed is not null
        )
        or coalesce(
            delivery_events.happened_at > {{ dbt.dateadd(
                'hour', '-1 * longest.hours', as_of()
            ) }},
            true
        )

),

-- Between a stop and our hearing of it.
late as (

    select delivery_events.delivery_key

    from delivery_events

    left join customer_merges
        on delivery_events.customer_id = customer_merges.customer_id

    inner join withdrawals
        on
            coalesce(
                customer_merges.canonical_customer_id, delivery_events.customer_id
            ) = withdrawals.customer_id
            and delivery_events.happened_at >= withdrawals.effective_at
            and delivery_events.happened_at < withdrawals.received_at

),

final as (

    select delivery_key from counted

    {{ union_distinct() }}

    select delivery_key from late

)

select * from final
