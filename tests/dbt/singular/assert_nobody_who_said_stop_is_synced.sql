-- Whoever's last word on marketing was "stop", to us or to a provider, must never
-- reach an outgoing table. Reads consent events and what providers tell from staging,
-- not from the models that judge them, so that a mistake in between shows. Only a
-- person's own later yes to us for the channel lifts a stop.

with

synced as (

    {% for table in message_tables() -%}
    select
        customer_id,
        sender_id,
        channel

    from {{ ref('sync_' ~ table) }}

    where purpose = 'marketing'
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

events as (

    select
        customer_merges.canonical_customer_id as customer_id,
        senders.brand_id,
        events.action,
        events.actor,
        events.channel,
        events.purpose,
        -- One that cannot have been said yet counts from when we heard of it.
        case
            when
                events.occurred_at < {{ dbt.dateadd(
                    'day', 1, 'coalesce(events.received_at, ' ~ as_of() ~ ')'
                ) }}
                then events.occurred_at
            else coalesce(events.received_at, {{ as_of() }})
        end as said_at

    from {{ ref('stg_crm__consent_events') }} as events

    inner join customer_merges
        on events.customer_id = customer_merges.customer_id

    left join senders
        on events.sender_id = senders.sender_id

    where coalesce(events.received_at, {{ as_of() }}) <= {{ as_of() }}

),

-- By the address they are written to now, or the id they are known by.
told_by_providers as (

    select
        opt_outs.customer_id,
        opt_outs.address,
        coalesce(opt_outs.channel, '*') as channel,
        coalesce(opt_outs.occurred_at, opt_outs.received_at) as said_at,
        opt_outs.received_at,
        coalesce(named.brand_id, owners.brand_id) as brand_id

    from {{ ref('stg_providers__opt_outs') }} as opt_outs

    left join senders as named
        on opt_outs.sender_id = named.sender_id

    left join senders as owners
        on
            replace(opt_outs.account_id, '+', '')
            = replace(owners.provider_account, '+', '')
            and coalesce(opt_outs.channel, owners.channel) = owners.channel

    where
        opt_outs.action = 'stop'
        and coalesce(opt_outs.received_at, {{ as_of() }}) <= {{ as_of() }}

),

provider_stops as (

    select
        customer_merges.canonical_customer_id as customer_id,
        told_by_providers.channel,
        told_by_providers.brand_id,
        told_by_providers.said_at,
        told_by_providers.received_at

    from told_by_providers

    inner join customer_merges
        on told_by_providers.customer_id = customer_merges.customer_id

    union all

    select
        contact_points.customer_id,
        contact_points.channel,
        told_by_providers.brand_id,
        told_by_providers.said_at,
        told_by_providers.received_at

    from told_by_providers

    inner join {{ ref('int_contact_points') }} as contact_points
        on
            told_by_providers.address = contact_points.address
            and told_by_providers.channel in (contact_points.channel, '*')

),

all_stops as (

    select
        customer_id,
        brand_id,
        channel,
        said_at

    from events

    where
        action in ('withdraw', 'deny')
        and purpose in ('marketing', '*')

    union all

    select
        customer_id,
        brand_id,
        channel,
        case
            when
                said_at
                < {{ dbt.dateadd('day', 1, 'coalesce(received_at, ' ~ as_of() ~ ')') }}
                then said_at
            else coalesce(received_at, {{ as_of() }})
        end as said_at

    from provider_stops

),

-- A stop holds for the whole brand; of an unknown brand, for all.
stops as (

    select
        customer_id,
        brand_id,
        channel,
        max(said_at) as stopped_at

    from all_stops

    group by
        customer_id,
        brand_id,
        channel

),

own_yes as (

    select
        customer_id,
        channel,
        max(said_at) as granted_at

    from events

    where
        action in ('grant', 'confirm')
        and actor = 'self'
        and purpose in ('marketing', '*')

    group by
        customer_id,
        channel

)

select synced.customer_id

from synced

inner join senders
    on synced.sender_id = senders.sender_id

inner join stops
    on
        synced.customer_id = stops.customer_id
        and stops.channel in (synced.channel, '*')
        and coalesce(senders.brand_id = stops.brand_id, true)

where not exists (

    select 1

    from own_yes

    where
        own_yes.customer_id = stops.customer_id
        and own_yes.channel in (synced.channel, '*')
        and own_yes.granted_at > stops.stopped_at

)
