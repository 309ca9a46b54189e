with

contact_points as (

    select * from {{ ref('stg_crm__contact_points') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customers as (

    select * from {{ ref('stg_crm__customers') }}

    where
        coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        and country_code is not null

),

country_names as (

    select * from {{ ref('country_names') }}

),

countries as (

    select * from {{ ref('countries') }}

),

national_numbers as (

    select * from {{ ref('national_numbers') }}

),

named_countries as (

    select distinct
        customers.customer_id,
        coalesce(
            countries.country_code,
            country_names.country_code,
            customers.country_code
        ) as country_code

    from customers

    left join countries
        on customers.country_code = countries.country_code

    left join country_names
        on customers.country_code = country_names.country_name

),

-- Whoever moved may have brought the number along: which country it is of nobody knows.
homes as (

    select
        customer_id,
        min(country_code) as country_code

    from named_countries

    group by customer_id

    having count(*) = 1

),

dialled as (

    select
        contact_points.*,
        countries.calling_code,
        coalesce(national_numbers.trunk_prefix, '') as trunk_prefix,
        substring(
            contact_points.address,
            length(coalesce(national_numbers.trunk_prefix, '')) + 1
        ) as number_after_prefix,
        national_numbers.first_digits

    from contact_points

    left join homes
        on
            contact_points.customer_id = homes.customer_id
            and contact_points.address_kind in ('phone', 'phone_or_bsuid')
            and {{ regexp_like('contact_points.address', '^[0-9]+$') }}

    left join national_numbers
        on
            homes.country_code = national_numbers.country_code
            and length(contact_points.address) = national_numbers.national_digits

    left join countries
        on national_numbers.country_code = countries.country_code

),

completed as (

    select
        dialled.*,
        case
            when
                address like trunk_prefix || '%'
                and {{ dbt.position(
                    'substring(number_after_prefix, 1, 1)', 'first_digits'
                ) }} > 0
                then '+' || calling_code || number_after_prefix
        end as completed_address

    from dialled

),

addressed as (

    select
        completed.*,
        coalesce(completed_address, address) as known_address

    from completed

),

final as (

    select

        ---------- ids
        contact_point_id,
        customer_id,
        sender_id,

        ---------- strings
        channel,
        known_address as address,
        address as given_address,
        contact_status,

        ---------- booleans
        coalesce({{ is_valid_address('known_address', 'address_kind') }}, false)
            as is_address_valid,

        ---------- timestamps
        status_changed_at,
        owned_from,
        owned_to,
        last_seen_at,
        received_at

    from addressed

)

select * from final
