with

preferences as (

    select * from {{ ref('int_platform_preferences') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

ranked as (

    select
        preferences.*,
        row_number() over (
            partition by channel, sender_id, address
            -- The last word counts; at one instant "stop" wins.
            order by occurred_at desc nulls first, preference desc
        ) as event_rank

    from preferences

),

final as (

    select
        channel,
        sender_id,
        address,
        occurred_at as stopped_at

    from ranked

    where
        event_rank = 1
        and preference = 'stop'

)

select * from final
