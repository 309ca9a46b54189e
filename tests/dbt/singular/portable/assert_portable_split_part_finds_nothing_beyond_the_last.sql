-- dbt's `split_part` counts from one. Where there is no such part it gives no letters
-- on some engines and null on others, never an error: ask with `coalesce`.

with

cases as (

    select cases.*

    from (
        values
        ('first and second', 'a,b', 'a|b'),
        ('no second', 'a', 'a|'),
        ('empty first', ',b', '|b'),
        ('a dot is a letter', 'a.b', 'a.b|'),
        ('no letters', '', '|'),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ dbt.split_part('given', "','", 1) }}
        || '|' || coalesce({{ dbt.split_part('given', "','", 2) }}, '') as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
