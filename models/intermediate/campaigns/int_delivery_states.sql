with

asked as (

    select * from {{ ref('int_deliveries_asked') }}

),

delivery_events as (

    select * from {{ ref('int_delivery_events') }}

    where
        coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        -- All that happened to it, whenever.
        and delivery_key in (select asked.delivery_key from asked)

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

proofs as (

    {{ delivery_proofs() | indent }}

),

keyed as (

    select
        delivery_key,
        max(campaign_id) as campaign_id,
        max(customer_id) as customer_id,
        {%- for column in ['channel', 'sender_id', 'purpose', 'destination'] %}
        {{ as_it_left(column) | indent(8) }} as {{ column }},
        {%- endfor %}
        -- One whose purpose nobody noted counts as marketing.
        max(case when coalesce(purpose, 'marketing') = 'marketing' then 1 else 0 end)
            as marketing_events,
        max(case when delivery_event = 'held_out' then 1 else 0 end) as held_events,
        max(
            case when delivery_event in ('accepted', 'held_out') then 1 else 0 end
        ) as taken_events,
        -- An attempt of unknown fate counts until somebody says it was not sent.
        max(
            case
                when delivery_event in ('claimed', 'unknown') then coalesce(attempt, 1)
                else 0
            end
        ) as unknown_attempt,
        max(
            case
                when
                    delivery_event = 'reconciled'
                    and reason_code = 'reconciled_not_sent'
                    then coalesce(attempt, 1)
                else 0
            end
        ) as not_sent_attempt,
        -- What never left is no try.
        sum(
            case
                when delivery_event = 'refused' then 1
                when
                    delivery_event = 'deferred'
                    and coalesce(reason_code, '')
                    not in ('provider_unreachable', 'run_halted')
                    then 1
                else 0
            end
        ) as tries,
        max(
            case
                when delivery_event in ('accepted', 'held_out', 'claimed', 'unknown')
                    then coalesce(occurred_at, received_at)
            end
        ) as messaged_at,
        max(
            case
                when delivery_event in ('accepted', 'held_out')
                    then coalesce(occurred_at, received_at)
            end
        ) as taken_at,
        max(occurred_at) as last_event_at

    from delivery_events

    group by delivery_key

),

judged as (

    select
        keyed.*,
        coalesce(customer_merges.canonical_customer_id, keyed.customer_id)
            as canonical_customer_id,
        case
            when
                keyed.taken_events = 1
                or keyed.unknown_attempt > keyed.not_sent_attempt
                then 1
            else 0
        end as was_messaged,
        case
            when proofs.failed_statuses = 1 and proofs.arrived_statuses = 0 then 1
            else 0
        end as has_failed

    from keyed

    -- Asked through today's id, so that a merge makes no new person.
    left join customer_merges
        on keyed.customer_id = customer_merges.customer_id

    -- Of an earlier try another provider may have spoken.
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
        customer_id as sent_to_customer_id,
        canonical_customer_id as customer_id,
        sender_id,

        ---------- strings
        channel,
        purpose,

        ---------- numbers
        tries,

        ---------- booleans
        marketing_events = 1 as is_marketing,
        held_events = 1 as is_held_out,
        was_messaged = 1 and has_failed = 0 as is_messaged,
        -- The provider itself said so; nothing else proves it.
        was_messaged = 1 and has_failed = 1 as is_proven_failed,

        ---------- timestamps
        messaged_at,
        taken_at,
        last_event_at

    from judged

)

select * from final
