-- `from_epoch_ms` reads whole milliseconds of the years 2000 to 2199, and nothing else.

with

cases as (

    select cases.*

    from (
        values
        ('milliseconds', '1795413600123', '2026-11-23 06:00:00.123'),
        ('spaces around', ' 1795413600000 ', '2026-11-23 06:00:00'),
        ('2000', '946684800000', '2000-01-01 00:00:00'),
        ('before 2000', '946684799999', null),
        ('2199', '7258118399999', '2199-12-31 23:59:59.999'),
        ('2200', '7258118400000', null),
        ('seconds', '1795413600', null),
        ('microseconds', '1795413600000000', null),
        ('part of a millisecond', '1795413600000.5', null),
        ('negative', '-1795413600000', null),
        ('too long for a number', '99999999999999999999999999', null),
        ('junk', 'soon', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected_text)

),

answers as (

    select
        case_name,
        {{ from_epoch_ms('given') }} as answer,
        cast(expected_text as {{ dbt.type_timestamp() }}) as expected

    from cases

)

select * from answers

where
    answer != expected
    or (answer is null and expected is not null)
    or (answer is not null and expected is null)
