with

versions as (

    select * from {{ ref('stg_crm__contact_points') }}

    where
        coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        and contact_point_id is not null
        and address is not null

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
        lag(received_at) over (
            partition by contact_point_id
            order by received_at asc nulls last, address asc, customer_id asc
        ) as previous_received_at,
        received_at,
        lead(coalesce(received_at, {{ as_of() }})) over (
            partition by contact_point_id
            order by received_at asc nulls last, address asc, customer_id asc
        ) as next_received_at

    from versions

),

-- Whoever had the address when somebody said stop from it, and has another by now.
past as (

    select distinct
        customer_merges.canonical_customer_id as customer_id,
        ordered.channel,
        ordered.address,
        case when ordered.previous_received_at is not null then ordered.received_at end
            as held_from,
        ordered.next_received_at as held_to

    from ordered

    inner join customer_merges
        on ordered.customer_id = customer_merges.customer_id

    where ordered.next_received_at is not null

),

held as (

    select
        customer_id,
        channel,
        address,
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

-- A stop from one spelling of a number is a stop of the other.
final as (

    select * from held

    union all

    select * from other_forms

    where address is not null

)

select * from final
