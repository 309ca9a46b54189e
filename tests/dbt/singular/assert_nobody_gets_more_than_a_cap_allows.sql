-- What was accepted and what is decided now never add up to more than a rule allows.
-- Reads the ledger's events and the customers from staging, not from the models that
-- count, so that a mistake in between shows. A rule of a part of a country
-- is left to them, and so is a day where the customer's record names no zone.

with

decided as (

    {% for table in message_tables() -%}
    select
        customer_id,
        channel,
        delivery_key

    from {{ ref('sync_' ~ table) }}

    where purpose = 'marketing'
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

cap_rules as (

    select * from {{ ref('cap_rules') }}

    where subdivision_code = '*'

),

customers as (

    select
        customer_id,
        country_code,
        time_zone,
        row_number() over (
            partition by customer_id
            order by received_at desc
        ) as version_rank

    from {{ ref('stg_crm__customers') }}

    where received_at <= {{ as_of() }}

),

zones as (

    select distinct time_zone from {{ ref('country_time_zones') }}

),

failed as (

    select distinct delivery_key

    from {{ ref('int_delivery_statuses') }}

    where status = 'failed'

),

had as (

    select distinct
        customer_merges.canonical_customer_id as customer_id,
        events.channel,
        events.delivery_key,
        events.occurred_at

    from {{ ref('stg_sync__delivery_events') }} as events

    inner join customer_merges
        on events.customer_id = customer_merges.customer_id

    left join failed
        on events.delivery_key = failed.delivery_key

    where
        events.delivery_event = 'accepted'
        and events.purpose = 'marketing'
        and events.received_at <= {{ as_of() }}
        and failed.delivery_key is null

),

-- All that is decided for a person, whatever sends it.
asked as (

    select
        decided.customer_id,
        cap_rules.rule_id,
        cap_rules.channel,
        cap_rules.window_kind,
        cap_rules.window_length,
        cap_rules.max_messages,
        zones.time_zone,
        count(*) as decided_count

    from decided

    inner join cap_rules
        on cap_rules.channel in ('*', decided.channel)

    left join customers
        on
            decided.customer_id = customers.customer_id
            and customers.version_rank = 1

    left join zones
        on customers.time_zone = zones.time_zone

    where cap_rules.country_code in ('*', customers.country_code)

    group by
        decided.customer_id,
        cap_rules.rule_id,
        cap_rules.channel,
        cap_rules.window_kind,
        cap_rules.window_length,
        cap_rules.max_messages,
        zones.time_zone

),

counted as (

    select
        asked.customer_id,
        asked.rule_id,
        asked.max_messages,
        asked.decided_count,
        count(had.delivery_key) as had_count

    from asked

    left join had
        on
            asked.customer_id = had.customer_id
            and asked.channel in ('*', had.channel)
            and case
                when asked.window_kind = 'rolling_hours'
                    then had.occurred_at > {{ dbt.dateadd(
                        'hour', '-1 * asked.window_length', as_of()
                    ) }}
                else
                    cast({{ to_local('had.occurred_at', 'asked.time_zone') }} as date)
                    > cast({{ dbt.dateadd(
                        'day',
                        '-1 * asked.window_length',
                        to_local(as_of(), 'asked.time_zone'),
                    ) }} as date)
            end

    group by
        asked.customer_id,
        asked.rule_id,
        asked.max_messages,
        asked.decided_count

)

select
    customer_id,
    rule_id

from counted

where decided_count + had_count > max_messages
