-- What takes something away gives nothing, and leaves before anything that gives.

with

profiles as (

    select * from {{ ref('sync_braze_profiles') }}

),

first_gift as (

    select min(send_rank) as send_rank

    from profiles

    where is_withdrawal is not true

)

select profiles.delivery_key

from profiles

cross join first_gift

where
    profiles.is_withdrawal
    and (
        profiles.send_rank > first_gift.send_rank
        or profiles.states like '%":"true"%'
        or profiles.states like '%":"subscribed:%'
    )
