with

customers as (

    select * from {{ ref('stg_crm__customers') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

grants as (

    select * from {{ ref('int_consent_grants') }}

    where
        is_said_by_the_person
        and has_proof
        and consent_status in ('granted', 'expired', 'reconfirm_overdue')

),

-- As old as the oldest record of the person; of unknown age where one has no date that
-- can be, and nobody's fresh start where one was erased.
beginnings as (

    select
        customer_merges.canonical_customer_id as customer_id,
        least(min(customers.created_at), min(customers.received_at)) as began_at

    from customers

    inner join customer_merges
        on customers.customer_id = customer_merges.customer_id

    group by customer_merges.canonical_customer_id

    having
        min(
            case
                when
                    customers.created_at <= {{ as_of() }}
                    and customers.received_at is not null
                    and customers.erased_at is null
                    then 1
                else 0
            end
        ) = 1

),

addresses as (

    select distinct
        contact_point_id,
        customer_id,
        address

    from contact_points

    where address is not null

),

-- A yes that names no address is one for each of the person's.
final as (

    select

        ---------- ids
        beginnings.customer_id,

        ---------- strings
        addresses.address,

        ---------- timestamps
        beginnings.began_at,
        max(grants.effective_at) as said_yes_at

    from beginnings

    inner join addresses
        on beginnings.customer_id = addresses.customer_id

    inner join grants
        on beginnings.customer_id = grants.customer_id

    left join addresses as named_addresses
        on
            grants.contact_point_id = named_addresses.contact_point_id
            and grants.customer_id = named_addresses.customer_id

    where
        grants.contact_point_id is null
        or named_addresses.address = addresses.address

    group by
        beginnings.customer_id,
        addresses.address,
        beginnings.began_at

)

select * from final
