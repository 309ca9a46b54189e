-- dbt's `listagg` writes in the order asked for, and leaves null out.

with

cases as (

    select cases.*

    from (
        values
        (3, 'c'),
        (1, 'b'),
        (4, null),
        (2, 'a')
    ) as cases (place, letter)

),

answers as (

    select
        {{ dbt.listagg('letter', "'|'", 'order by place') }} as by_place,
        {{ dbt.listagg('letter', "'|'", 'order by letter') }} as by_letter

    from cases

)

select * from answers

where
    by_place is null
    or by_place != 'b|a|c'
    or by_letter is null
    or by_letter != 'a|b|c'
