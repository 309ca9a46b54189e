-- `to_local` follows the zone's own history: summer and winter, half hours, and the two
-- hours a year that are there twice or not at all.

with

cases as (

    select cases.*

    from (
        values
        ('winter', '2026-01-15 12:00:00', 'Europe/Paris', '2026-01-15 13:00:00'),
        ('summer', '2026-07-15 12:00:00', 'Europe/Paris', '2026-07-15 14:00:00'),
        ('parts of a second', '2026-01-15 12:00:00.123', 'Europe/Paris',
            '2026-01-15 13:00:00.123'),
        ('next day', '2026-11-21 16:00:00', 'Asia/Tokyo', '2026-11-22 01:00:00'),
        ('day before', '2026-11-21 02:00:00', 'America/Bogota', '2026-11-20 21:00:00'),
        ('a quarter', '2026-11-21 16:00:00', 'Asia/Kathmandu', '2026-11-21 21:45:00'),
        ('twice, first', '2026-10-25 00:30:00', 'Europe/Paris', '2026-10-25 02:30:00'),
        ('twice, again', '2026-10-25 01:30:00', 'Europe/Paris', '2026-10-25 02:30:00'),
        ('before a gap', '2026-03-29 00:59:00', 'Europe/Paris', '2026-03-29 01:59:00'),
        ('after a gap', '2026-03-29 01:00:00', 'Europe/Paris', '2026-03-29 03:00:00'),
        ('half an hour', '2026-10-03 15:30:00', 'Australia/Lord_Howe',
            '2026-10-04 02:30:00'),
        ('no zone', '2026-11-21 16:00:00', null, null),
        ('no instant', null, 'Europe/Paris', null)
    ) as cases (case_name, given_text, zone, expected_text)

),

answers as (

    select
        case_name,
        {{ to_local(
            'cast(given_text as ' ~ dbt.type_timestamp() ~ ')', 'zone'
        ) }} as answer,
        cast(expected_text as {{ dbt.type_timestamp() }}) as expected

    from cases

)

select * from answers

where
    answer != expected
    or (answer is null and expected is not null)
    or (answer is not null and expected is null)
