-- `try_boolean` reads the usual words for yes and no, and guesses at no other.

with

cases as (

    select cases.*

    from (
        values
        ('true', 'true', 'true'),
        ('capitals', 'TRUE', 'true'),
        ('t', 't', 'true'),
        ('yes', 'Yes', 'true'),
        ('one', '1', 'true'),
        ('as a float', '1.0', 'true'),
        ('spaces around', ' y ', 'true'),
        ('false', 'False', 'false'),
        ('no', 'no', 'false'),
        ('zero', '0', 'false'),
        ('n', 'N', 'false'),
        ('a beginning', 'tr', null),
        ('two', '2', null),
        ('German', 'ja', null),
        ('junk', 'maybe', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast({{ try_boolean('given') }} as {{ dbt.type_string() }}) as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
