with

tried as (

    select * from {{ ref('int_campaign_deliveries') }}

    -- Who said stop before it went was not tried: a holdout asks it as well.
    where tried_at is not null

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

ranked as (

    select
        tried.*,
        row_number() over (
            partition by campaign_id, customer_id
            -- The first group counts; at one instant the message.
            order by
                tried_at asc,
                case when is_held_out then 1 else 0 end asc,
                delivery_key asc
        ) as attempt_rank

    from tried

),

assigned as (

    select
        campaign_id,
        customer_id,
        max(case when attempt_rank = 1 and is_held_out then 1 else 0 end) as held_out,
        max(case when is_held_out then 1 else 0 end)
        - min(case when is_held_out then 1 else 0 end) as crossed_over,
        min(tried_at) as assigned_at,
        {{ dbt.dateadd('day', whole_number('attribution_days'), 'min(tried_at)') }}
            as window_ends_at

    from ranked

    group by
        campaign_id,
        customer_id

),

bought as (

    select distinct
        assigned.campaign_id,
        assigned.customer_id

    from assigned

    inner join purchases
        on
            assigned.customer_id = purchases.customer_id
            and assigned.assigned_at <= purchases.ordered_at
            and assigned.window_ends_at > purchases.ordered_at

),

final as (

    select

        ---------- ids
        assigned.campaign_id,
        assigned.customer_id,

        ---------- booleans
        assigned.held_out = 1 as is_held_out,
        assigned.crossed_over = 1 as has_crossed_over,
        assigned.window_ends_at <= {{ as_of() }} as is_window_over,
        bought.customer_id is not null as has_bought,

        ---------- timestamps
        assigned.assigned_at,
        assigned.window_ends_at

    from assigned

    left join bought
        on
            assigned.campaign_id = bought.campaign_id
            and assigned.customer_id = bought.customer_id

)

select * from final
