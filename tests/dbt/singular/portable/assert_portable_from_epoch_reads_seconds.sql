-- `from_epoch` reads whole seconds of the years 2000 to 2199, and nothing else.

with

cases as (

    select cases.*

    from (
        values
        ('seconds', '1795413600', '2026-11-23 06:00:00'),
        ('spaces around', ' 1795413600 ', '2026-11-23 06:00:00'),
        ('2000', '946684800', '2000-01-01 00:00:00'),
        ('before 2000', '946684799', null),
        ('2199', '7258118399', '2199-12-31 23:59:59'),
        ('2200', '7258118400', null),
        ('milliseconds', '1795413600000', null),
        ('year 57889', '1764679854000', null),
        ('part of a second', '1795413600.5', null),
        ('exponent', '1.7954136e9', null),
        ('hexadecimal', '0x6b03a0a0', null),
        ('negative', '-1795413600', null),
        ('too long for a number', '99999999999999999999999999', null),
        ('an instant', '2026-11-23 06:00:00', null),
        ('junk', 'soon', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected_text)

),

answers as (

    select
        case_name,
        {{ from_epoch('given') }} as answer,
        cast(expected_text as {{ dbt.type_timestamp() }}) as expected

    from cases

)

select * from answers

where
    answer != expected
    or (answer is null and expected is not null)
    or (answer is not null and expected is null)
