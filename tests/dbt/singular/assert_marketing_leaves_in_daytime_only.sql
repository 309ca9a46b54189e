-- Asked of the customer's record itself: whoever told us their zone gets no marketing
-- before the earliest and after the latest hour that any rule knows. Whoever said yes
-- to the night is not asked about here.

with

synced as (

    {% for table in message_tables() -%}
    select
        delivery_key,
        customer_id,
        send_not_before,
        send_not_after

    from {{ ref('sync_' ~ table) }}

    where purpose = 'marketing'
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

customers as (

    select
        customer_id,
        time_zone,
        row_number() over (
            partition by customer_id
            order by received_at desc
        ) as version_rank

    from {{ ref('stg_crm__customers') }}

    where received_at <= {{ as_of() }}

),

said_yes_to_the_night as (

    select distinct customer_merges.canonical_customer_id as customer_id

    from {{ ref('stg_crm__consent_events') }} as events

    inner join {{ ref('int_customer_merges') }} as customer_merges
        on events.customer_id = customer_merges.customer_id

    where
        events.purpose = 'marketing_night'
        and events.action in ('grant', 'confirm')

),

zones as (

    select distinct time_zone from {{ ref('country_time_zones') }}

),

bounds as (

    select
        min(allowed_start) as earliest,
        max(allowed_end) as latest

    from {{ ref('sending_hours') }}

),

local_times as (

    select
        synced.delivery_key,
        {{ to_local('synced.send_not_before', 'zones.time_zone') }} as begins_at,
        {{ to_local('synced.send_not_after', 'zones.time_zone') }} as ends_at

    from synced

    inner join customers
        on
            synced.customer_id = customers.customer_id
            and customers.version_rank = 1

    inner join zones
        on customers.time_zone = zones.time_zone

    left join said_yes_to_the_night
        on synced.customer_id = said_yes_to_the_night.customer_id

    where said_yes_to_the_night.customer_id is null

)

select local_times.delivery_key

from local_times

cross join bounds

where
    -- The whole day is open: nothing to ask.
    (bounds.earliest != '00:00' or bounds.latest != '24:00')
    and (
        cast(local_times.begins_at as date) != cast(local_times.ends_at as date)
        or substring(
            cast(local_times.begins_at as {{ dbt.type_string() }}), 12, 5
        ) < bounds.earliest
        or substring(
            cast(local_times.ends_at as {{ dbt.type_string() }}), 12, 5
        ) > bounds.latest
    )
