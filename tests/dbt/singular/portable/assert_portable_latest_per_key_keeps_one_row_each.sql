-- `latest_per_key` keeps the first row in the given order, also of rows without a key.

with

cases as (

    select cases.*

    from (
        values
        ('a', 1, 'wrong'),
        ('a', 3, 'right'),
        ('a', 2, 'wrong'),
        ('b', null, 'wrong'),
        ('b', 1, 'right'),
        (null, 1, 'right'),
        (null, null, 'wrong')
    ) as cases (case_key, place, expected)

),

latest as (

    {{ latest_per_key('cases', ['case_key'], ['place desc nulls last']) }}

),

counted as (

    select
        count(*) as row_count,
        count(case when expected = 'right' then 1 end) as right_count

    from latest

)

select * from counted

where
    row_count != 3
    or right_count != 3
