-- `try_timestamp` answers in UTC whatever the offset, and null for what it cannot read.

with

cases as (

    select cases.*

    from (
        values
        ('no offset is UTC', '2026-03-29 02:30:00', '2026-03-29 02:30:00'),
        ('Z', '2026-11-23T02:00:00Z', '2026-11-23 02:00:00'),
        ('small z', '2026-11-23t02:00:00z', '2026-11-23 02:00:00'),
        ('UTC', '2026-11-23 02:00:00 UTC', '2026-11-23 02:00:00'),
        ('plus nine', '2026-11-23T12:00:00+09:00', '2026-11-23 03:00:00'),
        ('without a colon', '2026-11-23T12:00:00+0900', '2026-11-23 03:00:00'),
        ('hours only', '2026-11-23 12:00:00+09', '2026-11-23 03:00:00'),
        ('behind a space', '2026-11-23 12:00:00 +09:00', '2026-11-23 03:00:00'),
        (
            'behind a space, no colon',
            '2026-11-23 12:00:00 -0330',
            '2026-11-23 15:30:00'
        ),
        ('half hours', '2026-11-23T12:00:00+05:30', '2026-11-23 06:30:00'),
        ('the day before', '2026-01-01T00:30:00+01:00', '2025-12-31 23:30:00'),
        ('no seconds', '2026-11-23T12:00+09:00', '2026-11-23 03:00:00'),
        ('no seconds, Z', '2026-11-23 12:00Z', '2026-11-23 12:00:00'),
        ('no seconds, no offset', '2026-11-23 12:00', '2026-11-23 12:00:00'),
        ('parts of a second', '2026-11-23T12:00:00.250Z', '2026-11-23 12:00:00.250'),
        (
            'nine digits, not rounded',
            '2026-11-23T12:00:00.999999999Z',
            '2026-11-23 12:00:00.999999'
        ),
        ('spaces around', ' 2026-11-23 12:00:00 ', '2026-11-23 12:00:00'),
        ('a date', '2026-11-23', '2026-11-23 00:00:00'),
        ('hour skipped in Berlin', '2026-03-29T02:30:00+01:00', '2026-03-29 01:30:00'),
        (
            'first hour of two in Berlin',
            '2026-10-25T02:30:00+02:00',
            '2026-10-25 00:30:00'
        ),
        (
            'second hour of two in Berlin',
            '2026-10-25T02:30:00+01:00',
            '2026-10-25 01:30:00'
        ),
        ('1900', '1900-01-01 00:00:00', '1900-01-01 00:00:00'),
        ('2199', '2199-12-31 23:59:59', '2199-12-31 23:59:59'),
        ('1899', '1899-12-31 23:59:59', null),
        ('2200', '2200-01-01 00:00:00', null),
        ('57889', '57889-07-15 20:26:40', null),
        ('no such day', '2026-02-30', null),
        ('month 13', '2026-13-01', null),
        ('hour 24', '2026-11-23 24:00:00', null),
        ('leap second', '2026-12-31 23:59:60', null),
        ('a named zone', '2026-11-23 12:00:00 Asia/Seoul', null),
        ('hour 15 east', '2026-11-23 12:00:00+15:00', null),
        ('text behind', '2026-11-23 12:00:00 or so', null),
        ('a line break behind', '2026-11-23 12:00:00' || chr(10), null),
        ('American', '11/23/2026', null),
        ('yesterday', 'yesterday', null),
        ('infinity', 'infinity', null),
        ('unix seconds', '1795413600', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected_text)

),

answers as (

    select
        case_name,
        {{ try_timestamp('given') }} as answer,
        cast(expected_text as {{ dbt.type_timestamp() }}) as expected

    from cases

)

select * from answers

where
    answer != expected
    or (answer is null and expected is not null)
    or (answer is not null and expected is null)
