-- `try_bigint` neither rounds nor reads other notations.

with

cases as (

    select cases.*

    from (
        values
        ('whole', '80', '80'),
        ('signed', '-7', '-7'),
        ('plus', '+7', '7'),
        ('zeros before', '007', '7'),
        ('large', '123456789012345678', '123456789012345678'),
        ('spaces around', ' 80 ', '80'),
        ('half', '1.5', null),
        ('exponent', '1e3', null),
        ('hexadecimal', '0x1f', null),
        ('underscore', '1_000', null),
        ('comma', '1,000', null),
        ('too long', '9999999999999999999999', null),
        ('a line break behind', '80' || chr(10), null),
        ('junk', 'many', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast({{ try_bigint('given') }} as {{ dbt.type_string() }}) as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
