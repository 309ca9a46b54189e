with

delivery_history as (

    select * from {{ ref('int_delivery_history') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

-- Two customers at one address are one to whoever reads the message.
final as (

    select
        delivery_history.campaign_id,
        contact_points.channel,
        contact_points.address,
        max(delivery_history.messaged_events) as messaged_events,
        max(delivery_history.quiet_until) as quiet_until

    from delivery_history

    inner join contact_points
        on
            delivery_history.customer_id = contact_points.customer_id
            and delivery_history.channel = contact_points.channel

    where contact_points.address is not null

    group by
        delivery_history.campaign_id,
        contact_points.channel,
        contact_points.address

)

select * from final
