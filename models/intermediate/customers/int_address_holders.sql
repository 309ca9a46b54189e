with

versions as (

    select * from {{ ref('int_contact_point_versions') }}

    where contact_point_id is not null

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

-- The versions of one contact point, each from its receipt until the next one's.
ordered as (

    select
        customer_id,
        channel,
        address,
        given_address,
        lag(received_at) over (
            partition by contact_point_id
            order by
                received_at asc nulls last,
                address asc nulls first,
                customer_id asc nulls first
        ) as previous_received_at,
        received_at,
        lead(coalesce(received_at, {{ as_of() }})) over (
            partition by contact_point_id
            order by
                received_at asc nulls last,
                address asc nulls first,
                customer_id asc nulls first
        ) as next_received_at

    from versions

),

-- Whoever had the address when somebody said stop from it, and has another by now.
past as (

    select distinct
        customer_merges.canonical_customer_id as customer_id,
        ordered.channel,
        ordered.address,
        ordered.given_address,
        case when ordered.previous_received_at is not null then ordered.received_at end
            as held_from,
        ordered.next_received_at as held_to

    from ordered

    inner join customer_merges
        on ordered.customer_id = customer_merges.customer_id

    where
        ordered.next_received_at is not null
        and ordered.address is not null

),

held as (

    select
        customer_id,
        channel,
        address,
        given_address,
        true as is_current,
        cast(null as {{ dbt.type_timestamp() }}) as held_from,
        cast(null as {{ dbt.type_timestamp() }}) as held_to

    from contact_points

    where address is not null

    union all

    select
        customer_id,
        channel,
        address,
        given_address,
        false as is_current,
        held_from,
        held_to

    from past

),

other_forms as (

    select
        customer_id,
        channel,
        {{ other_form_of_address('address') }} as address,
        is_current,
        held_from,
        held_to

    from held

),

-- Somebody else may have said stop from it as it is dialled at home.
given_forms as (

    select
        customer_id,
        channel,
        given_address as address,
        is_current,
        held_from,
        held_to

    from held

    where given_address != address

),

-- A stop from one spelling of a number is a stop of the others.
final as (

    select
        customer_id,
        channel,
        address,
        is_current,
        held_from,
        held_to

    from held

    union all

    select * from other_forms

    where address is not null

    union all

    select * from given_forms

)

select * from final
