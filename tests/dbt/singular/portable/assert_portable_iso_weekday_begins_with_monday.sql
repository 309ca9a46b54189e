-- `iso_weekday` counts from Monday, whatever day an engine's week begins with.

with

cases as (

    select cases.*

    from (
        values
        ('2026-11-23 00:00:00', 1),
        ('2026-11-23 23:59:59', 1),
        ('2026-11-24 00:00:00', 2),
        ('2026-11-28 12:00:00', 6),
        ('2026-11-29 23:59:59', 7),
        ('2000-01-01 00:00:00', 6)
    ) as cases (given_text, expected)

)

select * from cases

where
    {{ iso_weekday('cast(given_text as ' ~ dbt.type_timestamp() ~ ')') }} != expected
    or {{ iso_weekday('cast(null as ' ~ dbt.type_timestamp() ~ ')') }} is not null
