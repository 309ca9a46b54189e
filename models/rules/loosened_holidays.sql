with

defaults as (

    -- Two holidays may fall on one day.
    select distinct
        country_code,
        subdivision_code,
        holiday_date

    from {{ ref('holidays_defaults') }}

),

overrides as (

    select * from {{ ref('holidays_overrides') }}

),

-- Where a law, a regulator, a network or a platform closes on holidays.
closing_countries as (

    select distinct country_code

    from {{ ref('sending_hours_defaults') }}

    where
        holiday_policy = 'block'
        and strength not in ('vendor', 'project')

),

judged as (

    select
        overrides.*,
        case
            when overrides.is_active is false then 'makes a holiday a day like others'
        end as loosening

    from overrides

    inner join defaults
        on {{ is_same_rule('holidays', 'overrides', 'defaults') | indent(8) }}

    inner join closing_countries
        on overrides.country_code = closing_countries.country_code

),

final as (

    {{ loosened_rows('holidays', 'judged') | indent(4) }}

)

select * from final
