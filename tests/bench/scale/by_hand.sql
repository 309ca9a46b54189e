-- The decisions of this made-up warehouse by one query, as somebody would write it who
-- knows that there is one campaign, one sender and one channel, that nobody was merged
-- and that no two customers share a number. It reads the raw tables alone, keeps what
-- was received by {now}, and asks what decides: nothing is kept for a report.
create or replace table by_hand as
with

-- Rows are versions: the last one received counts.
customers as (
    select
        customer_id,
        country_code,
        replace(language_code, '-', '_') as language_code,
        erased_at is not null as is_erased,
        is_minor
    from (
        select
            customer_id,
            arg_max(country_code, received_at) as country_code,
            arg_max(language_code, received_at) as language_code,
            max(nullif(erased_at, '')) as erased_at,
            arg_max(is_minor = 'true', received_at) as is_minor
        from raw.raw_customers
        where try_cast(received_at as timestamp) <= timestamp '{now}'
        group by customer_id
    )
),

contact_points as (
    select
        arg_max(customer_id, received_at) as customer_id,
        arg_max(address, received_at) as address,
        arg_max(status, received_at) as status
    from raw.raw_contact_points
    where
        channel = 'whatsapp'
        and try_cast(received_at as timestamp) <= timestamp '{now}'
    group by contact_point_id
),

orders as (
    select
        arg_max(customer_id, received_at) as customer_id,
        arg_max(status, received_at) as status,
        arg_max(try_cast(ordered_at as timestamp)::date, received_at) as ordered_on
    from raw.raw_orders
    where
        try_cast(received_at as timestamp) <= timestamp '{now}'
        and try_cast(ordered_at as timestamp) <= timestamp '{now}'
    group by order_id
),

-- Written twice is the same event: the first receipt counts.
consents as (
    select
        arg_min(customer_id, received_at) as customer_id,
        arg_min(purpose, received_at) as purpose,
        action,
        arg_min(basis, received_at) as basis,
        arg_min(actor, received_at) as actor,
        arg_min(try_cast(occurred_at as timestamp), received_at) as occurred_at
    from raw.raw_consent_events
    where try_cast(received_at as timestamp) <= timestamp '{now}'
    group by consent_event_id, action
),

deliveries as (
    select
        arg_min(delivery_key, received_at) as delivery_key,
        arg_min(campaign_id, received_at) as campaign_id,
        arg_min(customer_id, received_at) as customer_id,
        arg_min(provider_message_id, received_at) as message_id,
        arg_min(purpose, received_at) as purpose,
        arg_min(event, received_at) as event,
        arg_min(occurred_at, received_at) as occurred_at
    from raw.raw_delivery_events
    where received_at <= timestamp '{now}'
    group by delivery_event_id
),

webhooks as (
    select
        unnest(json_extract(payload, '$.entry[*].changes[*].value')) as said,
        try_cast(received_at as timestamp) as received_at
    from raw.raw_whatsapp_webhooks
    where try_cast(received_at as timestamp) <= timestamp '{now}'
),

statuses as (
    select
        status ->> '$.id' as message_id,
        status ->> '$.status' as status,
        status ->> '$.errors[0].code' as error_code,
        min(to_timestamp((status ->> '$.timestamp')::bigint) at time zone 'UTC')
            as occurred_at
    from (
        select unnest(json_extract(said, '$.statuses[*]')) as status from webhooks
    )
    group by all
),

-- How rare this pause is for the customer, and a little for everybody.
purchase_days as (
    select distinct customer_id, ordered_on from orders where status = 'placed'
),

gaps as (
    select
        customer_id,
        ordered_on,
        ordered_on - lag(ordered_on) over (
            partition by customer_id order by ordered_on
        ) as gap_days
    from purchase_days
),

pauses as (
    select
        customer_id,
        date '{now}' - max(ordered_on) as pause_days,
        coalesce(list(gap_days) filter (where gap_days is not null), []) as own_gaps
    from gaps
    group by customer_id
),

pool as (
    select
        gap_days,
        sum(gap_count) over (order by gap_days) / sum(gap_count) over () as share,
        coalesce(lead(gap_days) over (order by gap_days), 100000) as next_gap_days
    from (
        select gap_days, count(*) as gap_count
        from gaps
        where gap_days is not null
        group by gap_days
    )
),

shares as (
    select days.pause_days, pool.share
    from (select distinct pause_days from pauses) as days
    inner join pool
        on
            days.pause_days >= pool.gap_days
            and days.pause_days < pool.next_gap_days
),

audience as (
    select pauses.customer_id
    from pauses
    left join shares on pauses.pause_days = shares.pause_days
    where
        (
            (
                len(list_filter(own_gaps, lambda gap: gap <= pauses.pause_days))
                + 3 * coalesce(share, 0)
            ) / (len(own_gaps) + 3)
        )::decimal(28, 6) > 0.7
),

suppressed as (
    select distinct key_value as customer_id
    from raw.raw_suppressions
    where
        key_type = 'customer'
        and (
            starts_at = '' or try_cast(starts_at as timestamp) <= timestamp '{now}'
        )
        and (ends_at = '' or try_cast(ends_at as timestamp) > timestamp '{now}')
        and try_cast(received_at as timestamp) <= timestamp '{now}'
),

-- Only India's consents end by themselves here, after two years.
consent_states as (
    select
        consents.customer_id,
        max(occurred_at) filter (where action = 'withdraw') as said_no_at,
        max(occurred_at) filter (where is_yes) as said_yes_at,
        bool_or(
            is_yes
            and (
                country_code != 'IN'
                or occurred_at + interval 24 months > timestamp '{now}'
            )
        ) as is_granted,
        bool_or(is_yes) as is_given,
        bool_or(action = 'request') as is_asked_for
    from (
        select
            *,
            action = 'grant' and basis = 'express' and actor = 'self' as is_yes
        from consents
        where purpose = 'marketing' and occurred_at <= timestamp '{now}'
    ) as consents
    inner join customers on consents.customer_id = customers.customer_id
    group by consents.customer_id
),

-- A word sent to one sender is lifted by a yes to that sender only; none is given here.
stopped as (
    select distinct contact_points.customer_id
    from (
        select unnest(json_extract(said, '$.messages[*]')) as message from webhooks
    )
    inner join contact_points on '+' || (message ->> '$.from') = contact_points.address
    where lower(trim(message ->> '$.text.body')) = 'stop'
),

failed as (
    select
        message_id,
        max(occurred_at) filter (where error_code = '131026') as unreachable_at
    from statuses
    group by message_id
    having bool_or(status = 'failed') and not bool_or(status in ('delivered', 'read'))
),

refused as (
    select distinct deliveries.customer_id
    from statuses
    inner join deliveries on statuses.message_id = deliveries.message_id
    where
        statuses.error_code = '131026'
        and statuses.occurred_at + interval 30 days > timestamp '{now}'
),

-- One message in 24 hours, four in a week; in Colombia one on a day there.
counted as (
    select
        deliveries.customer_id,
        count(*) filter (where occurred_at > timestamp '{now}' - interval 24 hours)
            as of_day,
        count(*) as of_week,
        count(*) filter (
            where
                (occurred_at at time zone 'UTC' at time zone 'America/Bogota')::date
                = (
                    timestamp '{now}' at time zone 'UTC' at time zone 'America/Bogota'
                )::date
        ) as of_day_in_colombia
    from deliveries
    anti join failed on deliveries.message_id = failed.message_id
    where
        event = 'accepted'
        and purpose = 'marketing'
        and occurred_at > timestamp '{now}' - interval 168 hours
    group by deliveries.customer_id
),

messaged as (
    select distinct customer_id
    from deliveries
    where campaign_id = 'winback_lapsed' and event = 'accepted'
),

approved as (
    select distinct payload ->> '$.language' as language_code
    from raw.raw_templates
    where
        payload ->> '$.name' = 'winback_offer'
        and payload ->> '$.category' = 'MARKETING'
        and payload ->> '$.status' = 'APPROVED'
        and try_cast(fetched_at as timestamp) > timestamp '{now}' - interval 24 hours
        and try_cast(fetched_at as timestamp) <= timestamp '{now}'
),

-- Half an hour that is allowed in every zone of the country, in the next day.
hours (country_code, zones, opens, closes) as (
    values
        ('BR', ['America/Noronha', 'America/Sao_Paulo', 'America/Eirunepe'], 9, 18),
        ('CO', ['America/Bogota'], 7, 19),
        ('IN', ['Asia/Kolkata'], 10, 21),
        ('MX', ['America/Cancun', 'America/Mexico_City', 'America/Tijuana'], 8, 20)
),

awake as (
    select distinct country_code
    from (
        select country_code, slot
        from (
            select
                country_code,
                opens,
                closes,
                slot,
                extract(
                    hour from slot at time zone 'UTC' at time zone unnest(zones)
                ) as local_hour
            from hours
            cross join (
                select unnest(generate_series(
                    timestamp '{now}',
                    timestamp '{now}' + interval 1410 minutes,
                    interval 30 minutes
                )) as slot
            )
        )
        group by country_code, slot
        having bool_and(local_hour >= opens and local_hour < closes)
    )
),

judged as (
    select
        audience.customer_id,
        case
            when customers.is_erased then 'erased'
            when customers.is_minor then 'minor'
            when suppressed.customer_id is not null then 'suppressed_manual'
            when stopped.customer_id is not null then 'consent_withdrawn'
            when
                consent_states.said_no_at is not null
                and coalesce(
                    consent_states.said_yes_at <= consent_states.said_no_at, true
                )
                then 'consent_withdrawn'
            when consent_states.is_granted then 'sendable'
            when consent_states.is_given then 'consent_expired'
            when consent_states.is_asked_for then 'consent_pending'
            else 'consent_none'
        end as consent_reason,
        case
            when contact_points.customer_id is null then 'address_missing'
            when contact_points.status != 'active' then 'address_invalid'
            when approved.language_code is null then 'template_language_missing'
            when awake.country_code is null then 'quiet_hours'
            when messaged.customer_id is not null then 'already_messaged'
            when refused.customer_id is not null then 'refused_recently'
            when customers.country_code = 'CO' and counted.of_day_in_colombia > 0
                then 'cap_law'
            when counted.of_day > 0 or counted.of_week > 3 then 'cap_person'
            when
                ('0x' || substring(md5('winback-2026|' || audience.customer_id), 1, 8))
                ::bigint % 10000 < 500
                then 'holdout'
            else 'sendable'
        end as other_reason
    from audience
    inner join customers on audience.customer_id = customers.customer_id
    left join suppressed on audience.customer_id = suppressed.customer_id
    left join stopped on audience.customer_id = stopped.customer_id
    left join consent_states on audience.customer_id = consent_states.customer_id
    left join contact_points on audience.customer_id = contact_points.customer_id
    left join approved on customers.language_code = approved.language_code
    left join awake on customers.country_code = awake.country_code
    left join messaged on audience.customer_id = messaged.customer_id
    left join refused on audience.customer_id = refused.customer_id
    left join counted on audience.customer_id = counted.customer_id
),

final as (
    select
        customer_id,
        'winback_lapsed' as campaign_id,
        case
            when consent_reason = 'sendable' then other_reason else consent_reason
        end as reason_code
    from judged
)

select
    customer_id,
    campaign_id,
    reason_code = 'sendable' as is_sendable,
    reason_code
from final;
