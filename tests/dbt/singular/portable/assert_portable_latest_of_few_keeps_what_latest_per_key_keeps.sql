-- `latest_of_few` keeps the rows that `latest_per_key` keeps: of keys with one row and
-- with several, without a part of the key, without what they are ordered by.

with

cases as (

    select cases.*

    from (
        values
        ('alone', 'x', 1, 'right'),
        ('alone', 'y', null, 'right'),
        ('several', 'x', 1, 'wrong'),
        ('several', 'x', 3, 'right'),
        ('several', 'x', 2, 'wrong'),
        ('several', 'y', null, 'wrong'),
        ('several', 'y', 1, 'right'),
        ('half', null, 1, 'right'),
        ('halves', null, 2, 'right'),
        ('halves', null, null, 'wrong'),
        (null, 'x', null, 'right'),
        (null, null, 2, 'right'),
        (null, null, 1, 'wrong')
    ) as cases (case_key, half_key, place, expected)

),

latest_of_few as (

    {{ latest_of_few(
        'cases', ['case_key', 'half_key'], ['place desc nulls last']
    ) | indent }}

),

latest_per_key as (

    {{ latest_per_key(
        'cases', ['case_key', 'half_key'], ['place desc nulls last']
    ) | indent }}

),

counted as (

    select
        'latest_of_few' as asked,
        count(*) as row_count,
        count(case when expected = 'right' then 1 end) as right_count,
        sum(key_rank) as rank_sum

    from latest_of_few

    union all

    select
        'latest_per_key' as asked,
        count(*) as row_count,
        count(case when expected = 'right' then 1 end) as right_count,
        sum(key_rank) as rank_sum

    from latest_per_key

)

select * from counted

where
    row_count != 8
    or right_count != 8
    or rank_sum != 8
