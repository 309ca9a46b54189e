-- `regexp_like` knows classes and ranges, and null stays null.

with

cases as (

    select cases.*

    from (
        values
        ('a number', '+447400123456', 'true'),
        ('no plus', '447400123456', 'false'),
        ('letters', '+44CALLME123', 'false'),
        ('a line more', '+447400123456' || chr(10), 'false'),
        ('no letters', '', 'false'),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast(
            {{ regexp_like('given', '^[+][1-9][0-9]{7,14}$') }}
            as {{ dbt.type_string() }}
        ) as answer,
        case
            when {{ regexp_like('given', '^[+][1-9][0-9]{7,14}$') }} is not true
                then 'no'
            else 'yes'
        end as judged_answer,
        expected

    from cases

)

select * from answers

where
    coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
    or (judged_answer = 'yes') != (coalesce(expected, '') = 'true')
