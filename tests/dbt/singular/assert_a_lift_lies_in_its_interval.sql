-- A lift is there exactly where both groups have people whose window is over, and lies
-- in an interval that a share can have.

with

lift as (

    select * from {{ ref('fct_campaign_lift') }}

)

select * from lift

where
    treated_bought_count > treated_count - treated_window_open_count
    or held_out_bought_count > held_out_count - held_out_window_open_count
    or crossed_over_count > treated_count + held_out_count
    or (
        treated_count > treated_window_open_count
        and held_out_count > held_out_window_open_count
        and coalesce(
            lift between lift_low and lift_high
            and lift_low >= -1
            and lift_high <= 1,
            false
        ) is false
    )
    or (
        (
            treated_count = treated_window_open_count
            or held_out_count = held_out_window_open_count
        )
        and (
            lift is not null
            or lift_low is not null
            or lift_high is not null
        )
    )
