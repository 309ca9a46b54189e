-- Whoever has an address that was erased must be a newer customer than the erasure,
-- with every record of theirs, and have said yes after it themselves. Reads all of it
-- from staging, not from the models that lift an erasure.

with

synced as (

    {% for table in var('message_tables') -%}
    select
        customer_id,
        address

    from {{ ref('sync_' ~ table) }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

-- Of several versions of an entry the most lenient: this asks for little.
erasures as (

    select
        key_value,
        min(coalesce(starts_at, received_at, {{ as_of() }})) as erased_at

    from {{ ref('stg_crm__suppressions') }}

    where
        suppression_reason = 'erasure'
        and coalesce(key_type, 'address') != 'customer'
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

    group by
        suppression_id,
        key_value

    having
        min(case when starts_at > {{ as_of() }} then 0 else 1 end) = 1
        and min(case when ends_at <= {{ as_of() }} then 0 else 1 end) = 1

),

reached as (

    select
        synced.customer_id,
        erasures.erased_at

    from synced

    inner join erasures
        on synced.address = erasures.key_value

    union all

    select
        synced.customer_id,
        erasures.erased_at

    from synced

    inner join erasures
        on {{ sha256_hex('synced.address') }} = erasures.key_value

),

records as (

    select
        customer_merges.canonical_customer_id as customer_id,
        min(coalesce(
            customers.created_at, cast('1970-01-01' as {{ dbt.type_timestamp() }})
        )) as oldest_created_at

    from {{ ref('stg_crm__customers') }} as customers

    inner join customer_merges
        on customers.customer_id = customer_merges.customer_id

    where coalesce(customers.received_at, {{ as_of() }}) <= {{ as_of() }}

    group by customer_merges.canonical_customer_id

),

own_yes as (

    select
        customer_merges.canonical_customer_id as customer_id,
        max(events.occurred_at) as said_yes_at

    from {{ ref('stg_crm__consent_events') }} as events

    inner join customer_merges
        on events.customer_id = customer_merges.customer_id

    where
        events.action in ('grant', 'confirm')
        and events.actor = 'self'
        and events.received_at <= {{ as_of() }}

    group by customer_merges.canonical_customer_id

)

select reached.customer_id

from reached

left join records
    on reached.customer_id = records.customer_id

left join own_yes
    on reached.customer_id = own_yes.customer_id

where
    (
        records.oldest_created_at > reached.erased_at
        and own_yes.said_yes_at > reached.erased_at
    ) is not true
