with

-- A skipped or put-off attempt changed nothing. Whatever else is not an acceptance may
-- have changed it: a profile refused inside a success may have been set in part.
states as (

    select
        destination,
        customer_id,
        attribute,
        attribute_value,
        delivery_event_id,
        delivery_event = 'accepted' as is_accepted,
        coalesce(occurred_at, received_at, {{ as_of() }}) as occurred_at

    from {{ ref('stg_sync__states') }}

    where
        coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        and destination is not null
        and customer_id is not null
        and attribute is not null
        and coalesce(delivery_event, 'unknown')
        not in ('deferred', 'skipped', 'held_out')

),

accepted as (

    select * from states

    where is_accepted

),

-- Of two at one instant the greater id: arbitrary, but always the same one.
last_accepted as (

    {{ latest_per_key(
        'accepted',
        keys=['destination', 'customer_id', 'attribute'],
        order_by=[
            'occurred_at desc',
            'delivery_event_id desc nulls last',
            'attribute_value desc nulls last',
        ],
    ) }}

),

attempts as (

    select
        destination,
        customer_id,
        attribute,
        max(case when is_accepted is not true then occurred_at end)
            as last_unknown_at,
        max(
            case
                when attribute_value = 'true' or attribute_value like 'subscribed:%'
                    then 1
                else 0
            end
        ) as gifts

    from states

    group by
        destination,
        customer_id,
        attribute

),

final as (

    select

        ---------- ids
        attempts.customer_id,

        ---------- strings
        attempts.destination,
        attempts.attribute,
        last_accepted.attribute_value as accepted_value,

        ---------- booleans
        last_accepted.occurred_at is not null
        and coalesce(
            attempts.last_unknown_at < last_accepted.occurred_at, true
        ) as is_certain,
        attempts.gifts = 1 as has_been_given,

        ---------- timestamps
        last_accepted.occurred_at as accepted_at

    from attempts

    left join last_accepted
        on
            attempts.destination = last_accepted.destination
            and attempts.customer_id = last_accepted.customer_id
            and attempts.attribute = last_accepted.attribute

)

select * from final
