-- With a number that has an exponent, whole numbers are divided in full and no engine
-- rounds to a few decimals on the way.

with

answers as (

    select
        1e0 * hits / nullif(people, 0) as share_of_people,
        1e0 * hits / nullif(people - 7, 0) as share_of_nobody,
        1.959964e0 * sqrt(1e0 * hits / people) as scaled_root

    from (
        values
        (1, 7)
    ) as counts (hits, people)

)

select * from answers

where
    coalesce(abs(share_of_people - 0.142857142857), 1) > 0.000000001
    or share_of_nobody is not null
    or coalesce(abs(scaled_root - 0.740796760377), 1) > 0.000000001
