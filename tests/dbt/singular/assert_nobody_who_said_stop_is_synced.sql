-- Whoever's last word on marketing was "stop", to us or to a provider, must never
-- reach an outgoing table. Reads consent events and what providers tell from staging, not from
-- the models that judge them, so that a mistake in between shows. Only a person's own
-- later yes to us for the channel lifts a stop.

with

synced as (

    select
        customer_id,
        sender_id,
        purpose

    from {{ ref('sync_whatsapp') }}

    where purpose = 'marketing'

    union all

    select
        customer_id,
        sender_id,
        purpose

    from {{ ref('sync_braze_triggers') }}

    where
        purpose = 'marketing'
        and channel = 'whatsapp'

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
        and coalesce(opt_outs.channel, 'whatsapp') = 'whatsapp'
        and coalesce(opt_outs.received_at, {{ as_of() }}) <= {{ as_of() }}

),

provider_stops as (

    select
        customer_merges.canonical_customer_id as customer_id,
        told_by_providers.brand_id,
        told_by_providers.said_at,
        told_by_providers.received_at

    from told_by_providers

    inner join customer_merges
        on told_by_providers.customer_id = customer_merges.customer_id

    union all

    select
        contact_points.customer_id,
        told_by_providers.brand_id,
        told_by_providers.said_at,
        told_by_providers.received_at

    from told_by_providers

    inner join {{ ref('int_contact_points') }} as contact_points
        on
            contact_points.channel = 'whatsapp'
            and told_by_providers.address = contact_points.address

),

all_stops as (

    select
        customer_id,
        brand_id,
        said_at

    from events

    where
        action in ('withdraw', 'deny')
        and channel in ('whatsapp', '*')
        and purpose in ('marketing', '*')

    union all

    select
        customer_id,
        brand_id,
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
        max(said_at) as stopped_at

    from all_stops

    group by
        customer_id,
        brand_id

),

own_yes as (

    select
        customer_id,
        max(said_at) as granted_at

    from events

    where
        action in ('grant', 'confirm')
        and actor = 'self'
        and channel in ('whatsapp', '*')
        and purpose in ('marketing', '*')

    group by customer_id

)

select synced.customer_id

from synced

inner join senders
    on synced.sender_id = senders.sender_id

inner join stops
    on
        synced.customer_id = stops.customer_id
        and coalesce(senders.brand_id = stops.brand_id, true)

left join own_yes
    on stops.customer_id = own_yes.customer_id

where (own_yes.granted_at > stops.stopped_at) is not true
