with

tried as (

    select * from {{ ref('int_campaign_deliveries') }}

    -- Who said stop before it went was not tried: a holdout asks it as well.
    where tried_at is not null

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

attempts as (

    select
        campaign_id,
        customer_id,
        min(tried_at) as assigned_at,
        min(case when is_held_out then tried_at end) as held_out_at,
        min(case when is_held_out is false then tried_at end) as messaged_at

    from tried

    group by
        campaign_id,
        customer_id

),

assigned as (

    select
        campaign_id,
        customer_id,
        -- The first group counts; at one instant the message.
        coalesce(held_out_at < messaged_at, held_out_at is not null) as is_held_out,
        held_out_at is not null and messaged_at is not null as has_crossed_over,
        assigned_at,
        {{ dbt.dateadd('day', whole_number('attribution_days'), 'assigned_at') }}
            as window_ends_at

    from attempts

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
        assigned.is_held_out,
        assigned.has_crossed_over,
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
