-- `try_decimal` reads what programs write, not what people write.

with

cases as (

    select cases.*

    from (
        values
        ('amount', '59.90', '59.900000'),
        ('whole', '7', '7.000000'),
        ('negative', '-0.5', '-0.500000'),
        ('no zero', '.5', '0.500000'),
        ('exponent', '9.1e-1', '0.910000'),
        ('rounded', '0.1234567', '0.123457'),
        ('half', '0.1234565', '0.123457'),
        ('half below zero', '-0.1234565', '-0.123457'),
        ('spaces around', ' 1.5 ', '1.500000'),
        ('thousands', '1,234.50', null),
        ('comma', '59,90', null),
        ('currency', '59.90 EUR', null),
        ('not a number', 'NaN', null),
        ('infinity', 'Infinity', null),
        ('no room', '1e30', null),
        ('far too large', '1e99', null),
        ('underscore', '1_000', null),
        ('junk', 'a lot', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast({{ try_decimal('given') }} as {{ dbt.type_string() }}) as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
