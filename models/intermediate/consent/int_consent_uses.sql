with

-- Few countries ask whether a yes was used.
asked as (

    select distinct customer_id

    from {{ ref('int_consent_grants') }}

    where unused_months is not null

),

delivery_events as (

    select * from {{ ref('int_delivery_events') }}

    where
        delivery_event = 'accepted'
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

inbound_messages as (

    select * from {{ ref('int_inbound_messages') }}

    where
        is_written
        and received_at <= {{ as_of() }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where
        is_owned_now
        and customer_id in (select asked.customer_id from asked)

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

    where canonical_customer_id in (select asked.customer_id from asked)

),

uses as (

    select
        customer_merges.canonical_customer_id as customer_id,
        delivery_events.channel,
        delivery_events.sender_id,
        delivery_events.purpose,
        delivery_events.occurred_at as used_at

    from delivery_events

    inner join customer_merges
        on delivery_events.customer_id = customer_merges.customer_id

    union all

    -- Whoever writes to us uses every yes they gave us there.
    select
        contact_points.customer_id,
        inbound_messages.channel,
        inbound_messages.sender_id,
        '*' as purpose,
        inbound_messages.occurred_at as used_at

    from inbound_messages

    inner join contact_points
        on
            inbound_messages.channel = contact_points.channel
            and inbound_messages.address = contact_points.address

),

final as (

    select

        ---------- ids
        customer_id,
        sender_id,

        ---------- strings
        channel,
        purpose,

        ---------- timestamps
        max(used_at) as last_used_at

    from uses

    where
        sender_id is not null
        and used_at <= {{ as_of() }}

    group by
        customer_id,
        sender_id,
        channel,
        purpose

)

select * from final
