-- `md5_bucket` splits people alike on every engine: the values are those of Python.

with

cases as (

    select cases.*

    from (
        values
        ('customer 1', 'salt|c-0001', '1715'),
        ('customer 2', 'salt|c-0002', '3890'),
        ('customer 3', 'salt|c-0003', '2704'),
        ('customer 4', '수|é', '3412'),
        ('customer 5', '', '6393'),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast({{ md5_bucket('given') }} as {{ dbt.type_string() }}) as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
