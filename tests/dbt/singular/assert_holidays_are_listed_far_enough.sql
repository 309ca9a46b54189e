{{ config(severity='warn') }}

-- A country that closes on holidays has them listed for the next three months.

with

closing as (

    select distinct country_code

    from {{ ref('sending_hours') }}

    where holiday_policy = 'block'

),

listed as (

    select
        country_code,
        max(holiday_date) as last_listed

    from {{ ref('holidays') }}

    group by country_code

)

select closing.country_code

from closing

left join listed
    on closing.country_code = listed.country_code

where
    (
        listed.last_listed > cast(
            {{ dbt.dateadd('day', 90, as_of()) }} as date
        )
    ) is not true
