with

customers as (

    select * from {{ ref('int_customers') }}

),

country_time_zones as (

    select * from {{ ref('country_time_zones') }}

),

sending_hours as (

    select * from {{ ref('sending_hours') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

parts as (

    select
        country_code,
        subdivision_code

    from country_time_zones

    where subdivision_code is not null

    {{ union_distinct() }}

    select
        country_code,
        subdivision_code

    from sending_hours

    where subdivision_code not in ('*', '?')

    {{ union_distinct() }}

    select
        country_code,
        subdivision_code

    from holidays

    where subdivision_code is not null

),

zones as (

    select distinct time_zone from country_time_zones

),

located as (

    select
        customers.customer_id,
        customers.country_code,
        -- A part nobody knows is an unknown part, and a zone nobody knows no zone.
        coalesce(parts.subdivision_code, '?') as subdivision_code,
        zones.time_zone

    from customers

    left join parts
        on
            customers.country_code = parts.country_code
            and replace(
                upper(customers.subdivision_code), customers.country_code || '-', ''
            ) = parts.subdivision_code

    left join zones
        on customers.time_zone = zones.time_zone

    where customers.country_code is not null

),

final as (

    select

        ---------- ids
        customer_id,
        country_code || '/' || subdivision_code || '/' || coalesce(time_zone, '')
            as place_id,

        ---------- strings
        country_code,
        subdivision_code,
        time_zone

    from located

)

select * from final
