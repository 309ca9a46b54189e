-- What takes something away gives nothing, and leaves before anything that gives.

with

profiles as (

    select * from {{ all_states() }} as states

),

first_gift as (

    select
        destination,
        min(send_rank) as send_rank

    from profiles

    where is_withdrawal is not true

    group by destination

)

select profiles.delivery_key

from profiles

left join first_gift
    on profiles.destination = first_gift.destination

where
    profiles.is_withdrawal
    and (
        profiles.send_rank > first_gift.send_rank
        or profiles.states like '%":"true"%'
        or profiles.states like '%":"subscribed:%'
    )
