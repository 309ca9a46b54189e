with

delivery_events as (

    select * from {{ ref('int_delivery_events') }}

    where
        delivery_key is not null
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        -- A value on a profile is no message.
        and coalesce(purpose, 'marketing') != 'state'

),

decided_messages as (

    select * from {{ ref('int_decided_messages') }}

),

statuses as (

    select * from {{ ref('int_delivery_statuses_known') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

    -- All others keep their id.
    where canonical_customer_id != customer_id

),

unioned as (

    select
        delivery_key,
        campaign_id,
        customer_id,
        sender_id,
        channel,
        purpose,
        case when delivery_event = 'held_out' then 'holdout' else destination end
            as destination,
        delivery_event,
        reason_code,
        coalesce(attempt, 1) as attempt,
        coalesce(occurred_at, received_at, {{ as_of() }}) as occurred_at

    from delivery_events

    union all

    select
        delivery_key,
        campaign_id,
        customer_id,
        sender_id,
        channel,
        purpose,
        destination,
        'decided' as delivery_event,
        cast(null as {{ dbt.type_string() }}) as reason_code,
        0 as attempt,
        cast(null as {{ dbt.type_timestamp() }}) as occurred_at

    from decided_messages

),

-- The same message may be refused on one channel and accepted on another, later night.
keyed as (

    select
        delivery_key,
        coalesce(campaign_id, 'unknown') as campaign_id,
        coalesce(channel, 'unknown') as channel,
        coalesce(destination, 'unknown') as destination,
        max(customer_id) as customer_id,
        {%- for column in ['sender_id', 'purpose'] %}
        {{ as_it_left(column) | indent(8) }} as {{ column }},
        {%- endfor %}
        max(case when delivery_event = 'decided' then 0 else 1 end) as events,
        max(case when delivery_event = 'held_out' then 1 else 0 end) as held_events,
        max(
            case
                when delivery_event = 'accepted' then 1
                when
                    delivery_event = 'reconciled'
                    and reason_code in ('reconciled_sent', 'reconciled_failed')
                    then 1
                else 0
            end
        ) as accepted_events,
        max(
            case
                when
                    delivery_event = 'reconciled'
                    and reason_code = 'reconciled_failed'
                    then 1
                else 0
            end
        ) as failed_events,
        max(case when delivery_event = 'refused' then 1 else 0 end) as refused_events,
        max(case when delivery_event = 'deferred' then 1 else 0 end)
            as deferred_events,
        -- An attempt of unknown fate counts until somebody says it was not sent.
        max(
            case when delivery_event in ('claimed', 'unknown') then attempt else 0 end
        ) as unknown_attempt,
        max(
            case
                when
                    delivery_event = 'reconciled'
                    and reason_code = 'reconciled_not_sent'
                    then attempt
                else 0
            end
        ) as not_sent_attempt,
        min(
            case when delivery_event in ('accepted', 'held_out') then occurred_at end
        ) as accepted_at,
        max(
            case when delivery_event in ('claimed', 'unknown') then occurred_at end
        ) as unknown_at,
        min(case when delivery_event = 'reconciled' then occurred_at end)
            as reconciled_at,
        min(
            case
                when
                    delivery_event in (
                        'accepted',
                        'claimed',
                        'deferred',
                        'held_out',
                        'refused',
                        'unknown'
                    )
                    then occurred_at
            end
        ) as tried_at

    from unioned

    group by
        delivery_key,
        coalesce(campaign_id, 'unknown'),
        coalesce(channel, 'unknown'),
        coalesce(destination, 'unknown')

),

proofs as (

    {{ delivery_proofs() | indent }}

),

judged as (

    select
        keyed.*,
        coalesce(customer_merges.canonical_customer_id, keyed.customer_id)
            as canonical_customer_id,
        coalesce(proofs.failed_statuses, 0) as failed_statuses,
        coalesce(proofs.arrived_statuses, 0) as arrived_statuses,
        coalesce(proofs.read_statuses, 0) as read_statuses,
        -- The furthest it got.
        case
            -- From a holdout nothing is sent, not even by a run that died.
            when
                keyed.destination = 'holdout'
                and (keyed.held_events = 1 or keyed.unknown_attempt > 0)
                then 'held_out'
            when keyed.accepted_events = 1 then 'accepted'
            -- Nobody tells what became of a message that was not taken.
            when
                keyed.unknown_attempt > keyed.not_sent_attempt
                and proofs.delivery_key is not null
                then 'accepted'
            when keyed.unknown_attempt > keyed.not_sent_attempt then 'unknown'
            when keyed.refused_events = 1 or keyed.not_sent_attempt > 0
                then 'refused'
            when keyed.deferred_events = 1 then 'deferred'
            when keyed.events = 1 then 'skipped'
            else 'not_tried'
        end as outcome

    from keyed

    -- Asked through today's id, so that a merge makes no new person.
    left join customer_merges
        on keyed.customer_id = customer_merges.customer_id

    left join proofs
        on
            keyed.delivery_key = proofs.delivery_key
            and {{ provider_of('keyed.destination') | indent(12) }} = proofs.provider

),

final as (

    select

        ---------- ids
        delivery_key,
        campaign_id,
        canonical_customer_id as customer_id,
        sender_id,

        ---------- strings
        channel,
        destination,
        coalesce(purpose, 'marketing') as purpose,
        outcome,

        ---------- booleans
        destination = 'holdout' as is_held_out,
        outcome = 'accepted' and arrived_statuses = 1 as is_delivered,
        outcome = 'accepted' and read_statuses = 1 as is_read,
        outcome = 'accepted'
        and arrived_statuses = 0
        and (failed_statuses = 1 or failed_events = 1) as is_failed,

        ---------- timestamps
        -- The first attempt, whatever came of it; null for none.
        coalesce(tried_at, reconciled_at) as tried_at,
        case
            when outcome in ('accepted', 'held_out')
                then coalesce(accepted_at, unknown_at, reconciled_at)
        end as taken_at

    from judged

)

select * from final
