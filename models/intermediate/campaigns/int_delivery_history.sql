with

delivery_states as (

    select * from {{ ref('int_delivery_states') }}

),

quiet_times as (

    select * from {{ ref('int_quiet_times') }}

),

occurrences as (

    select distinct
        campaign_id,
        occurrence,
        occurrence_starts_at

    from {{ ref('int_campaign_messages') }}

),

placed as (

    select
        delivery_states.campaign_id,
        delivery_states.customer_id,
        delivery_states.channel,
        delivery_states.tries,
        delivery_states.is_messaged,
        delivery_states.is_proven_failed,
        delivery_states.last_event_at,
        cast(null as {{ dbt.type_timestamp() }}) as quiet_until,
        coalesce(
            {{ is_delivery_of(
                'delivery_states.delivery_key',
                'delivery_states.campaign_id',
                'delivery_states.sent_to_customer_id',
                'occurrences.occurrence',
            ) | indent(12) }}
            -- However rounds were counted then: a campaign's times may be changed.
            or (
                delivery_states.is_messaged
                and (
                    occurrences.occurrence = 'once'
                    or delivery_states.taken_at >= occurrences.occurrence_starts_at
                )
            ),
            false
        ) as is_this_occurrence

    from delivery_states

    inner join occurrences
        on delivery_states.campaign_id = occurrences.campaign_id

    union all

    select
        campaign_id,
        customer_id,
        channel,
        0 as tries,
        false as is_messaged,
        false as is_proven_failed,
        occurred_at as last_event_at,
        quiet_until,
        false as is_this_occurrence

    from quiet_times

),

final as (

    select
        campaign_id,
        customer_id,
        channel,
        max(case when is_this_occurrence and is_messaged then 1 else 0 end)
            as messaged_events,
        sum(case when is_this_occurrence and is_proven_failed then 1 else 0 end)
            as proven_failures,
        sum(case when is_this_occurrence then tries else 0 end) as tries,
        max(quiet_until) as quiet_until,
        max(last_event_at) as last_event_at

    from placed

    -- What was sent in another round, or by a campaign of the past, decides nothing.
    where
        is_this_occurrence
        or quiet_until is not null

    group by
        campaign_id,
        customer_id,
        channel

)

select * from final
