{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized='view') }}

with

suppressions as (

    select * from {{ ref('stg_crm__suppressions') }}

),

channels as (

    select * from {{ ref('channels') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

-- What we do not know widens an entry.
versions as (

    select
        suppressions.suppression_id,
        suppressions.key_type,
        suppressions.key_value,
        suppressions.suppression_reason,
        channels.channel,
        senders.sender_id,
        case
            when
                suppressions.purpose in (
                    'marketing',
                    'marketing_night',
                    'utility',
                    'authentication',
                    'service'
                )
                then suppressions.purpose
        end as purpose,
        suppressions.starts_at,
        suppressions.ends_at,
        suppressions.received_at

    from suppressions

    left join channels
        on suppressions.channel = channels.channel

    left join senders
        on suppressions.sender_id = senders.sender_id

),

by_customer as (

    select
        customer_merges.canonical_customer_id as customer_id,
        versions.*

    from versions

    inner join customer_merges
        on versions.key_value = customer_merges.customer_id

    where versions.key_type = 'customer'

),

addresses as (

    select
        customer_id,
        address

    from contact_points

    union all

    select
        customer_id,
        {{ other_form_of_address('address') }} as address

    from contact_points

),

address_keys as (

    select
        customer_id,
        address as key_value

    from addresses

    union all

    select
        customer_id,
        {{ sha256_hex('address') }} as key_value

    from addresses

    where address is not null

),

-- Whoever has the address, on whatever channel.
by_address as (

    select
        address_keys.customer_id,
        versions.*

    from versions

    inner join address_keys
        on versions.key_value = address_keys.key_value

    where coalesce(versions.key_type, 'address') != 'customer'

),

unioned as (

    select
        customer_id,
        suppression_id,
        suppression_reason,
        channel,
        sender_id,
        purpose,
        starts_at,
        ends_at,
        received_at

    from by_customer

    union all

    select
        customer_id,
        suppression_id,
        suppression_reason,
        channel,
        sender_id,
        purpose,
        starts_at,
        ends_at,
        received_at

    from by_address

),

final as (

    select distinct

        ---------- ids
        customer_id,
        -- A row without an id is nobody's later version.
        coalesce(suppression_id, {{ dbt.hash(
            "coalesce(suppression_reason, '') || '|' || coalesce(channel, '')"
        ) }}) as suppression_id,

        ---------- strings
        -- A reason we do not know is no reason to write.
        case suppression_reason
            when 'opt_out' then 'suppressed_opt_out'
            when 'complaint' then 'suppressed_complaint'
            when 'registry' then 'suppressed_registry'
            when 'invalid_contact' then 'suppressed_contact'
            when 'recycled_number' then 'recycled_number'
            when 'erasure' then 'erased'
            when 'deceased' then 'deceased'
            when 'minor' then 'minor'
            when 'legal_hold' then 'legal_hold'
            else 'suppressed_manual'
        end as reason_code,
        coalesce(channel, '*') as channel,
        coalesce(sender_id, '*') as sender_id,
        coalesce(purpose, '*') as purpose,

        ---------- timestamps
        starts_at,
        ends_at,
        received_at

    from unioned

)

select * from final
