-- dbt's `dateadd` moves an instant and keeps the rest of it, whatever the unit.

{% set given = "cast('2026-11-23 23:59:59.250' as " ~ dbt.type_timestamp() ~ ')' -%}
{% set nothing = 'cast(null as ' ~ dbt.type_timestamp() ~ ')' -%}

with

answers as (

    select
        {{ dbt.dateadd('second', 1, given) }} as a_second_later,
        {{ dbt.dateadd('minute', '-1 * 90', given) }} as ninety_minutes_before,
        {{ dbt.dateadd('hour', 24, given) }} as a_day_later,
        {{ dbt.dateadd('day', -1, given) }} as a_day_before,
        {{ dbt.dateadd('month', 3, given) }} as three_months_later,
        {{ dbt.dateadd('hour', 1, nothing) }} as of_nothing

)

select * from answers

where
    a_second_later is null
    or a_second_later != cast('2026-11-24 00:00:00.250' as {{ dbt.type_timestamp() }})
    or ninety_minutes_before is null
    or ninety_minutes_before
    != cast('2026-11-23 22:29:59.250' as {{ dbt.type_timestamp() }})
    or a_day_later is null
    or a_day_later != cast('2026-11-24 23:59:59.250' as {{ dbt.type_timestamp() }})
    or a_day_before is null
    or a_day_before != cast('2026-11-22 23:59:59.250' as {{ dbt.type_timestamp() }})
    or three_months_later is null
    or three_months_later
    != cast('2027-02-23 23:59:59.250' as {{ dbt.type_timestamp() }})
    or of_nothing is not null
