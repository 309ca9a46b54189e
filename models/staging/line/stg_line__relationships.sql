{{ config(enabled=has_channel('line')) }}

with

events as (

    select * from {{ ref('stg_line__events') }}

    where
        event_type in ('follow', 'unfollow')
        and line_user_id is not null

),

renamed as (

    select

        ---------- ids
        webhook_event_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        event_type as action,

        ---------- booleans
        {{ try_boolean(json_text('value', ['follow', 'isUnblocked'])) }}
            as is_unblocked,

        ---------- timestamps
        occurred_at,
        received_at

    from events

),

final as (

    select

        ---------- ids
        webhook_event_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        action,

        ---------- booleans
        is_unblocked,

        ---------- timestamps
        occurred_at,
        received_at

    from renamed

    -- A stop is not lost over its time; a friendship without one opens nothing.
    where action = 'unfollow' or occurred_at is not null

)

select * from final
