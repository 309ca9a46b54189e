-- An erasure or a do-not-contact entry for the customer, still in force, keeps them
-- out, whatever the models between make of it.

with

synced as (

    {% for table in message_tables() -%}
    select customer_id from {{ ref('sync_' ~ table) }}
    union all
    {% endfor -%}
    select customer_id from {{ all_states() }} as states
    where is_withdrawal is not true
    union all
    select customer_id from {{ ref('sync_holdout') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

erased as (

    select
        customers.customer_id,
        max(customers.erased_at) as stopped_at

    from {{ ref('stg_crm__customers') }} as customers

    where
        customers.erased_at is not null
        and coalesce(customers.received_at, {{ as_of() }}) <= {{ as_of() }}

    group by customers.customer_id

),

suppressed as (

    select distinct key_value as customer_id

    from {{ ref('stg_crm__suppressions') }}

    where
        key_type = 'customer'
        and coalesce(channel, '*') = '*'
        and coalesce(purpose, '*') = '*'
        and coalesce(sender_id, '*') = '*'
        and coalesce(suppression_reason, '') != 'minor'
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        and coalesce(starts_at, {{ as_of() }}) <= {{ as_of() }}
        and coalesce(ends_at > {{ as_of() }}, true)

),

stopped as (

    select customer_id from erased
    {{ union_distinct() }}

    select customer_id from suppressed

)

select synced.customer_id

from synced

inner join customer_merges
    on synced.customer_id = customer_merges.canonical_customer_id

inner join stopped
    on customer_merges.customer_id = stopped.customer_id
