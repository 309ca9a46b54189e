-- `try_timestamp` takes a column that has a type already, with or without a zone.

{% set naive = 'timestamp_ntz' if target.type == 'spark' else dbt.type_timestamp() -%}
{% set zoned = 'timestamp' if target.type == 'spark' else 'timestamp with time zone' -%}

with

cases as (

    select
        cast('2026-11-23 03:00:00' as {{ naive }}) as naive,
        cast('2026-11-23T12:00:00+09:00' as {{ zoned }}) as zoned,
        cast('2026-11-23' as date) as dated

),

answers as (

    select
        {{ try_timestamp('naive') }} as from_naive,
        {{ try_timestamp('zoned') }} as from_zoned,
        {{ try_timestamp('dated') }} as from_dated

    from cases

)

select * from answers

where
    from_naive is null
    or from_naive != cast('2026-11-23 03:00:00' as {{ dbt.type_timestamp() }})
    or from_zoned is null
    or from_zoned != cast('2026-11-23 03:00:00' as {{ dbt.type_timestamp() }})
    or from_dated is null
    or from_dated != cast('2026-11-23 00:00:00' as {{ dbt.type_timestamp() }})
