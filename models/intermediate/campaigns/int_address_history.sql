with

delivery_history as (

    select * from {{ ref('int_delivery_history') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where address is not null

),

readers as (

    select * from {{ ref('int_whatsapp_readers') }}

),

-- Two customers at one address are one to whoever reads the message.
final as (

    select
        delivery_history.campaign_id,
        contact_points.channel,
        {{ reader_key('contact_points.address') | indent(8) }} as reader_key,
        max(delivery_history.messaged_events) as messaged_events,
        max(delivery_history.quiet_until) as quiet_until

    from delivery_history

    inner join contact_points
        on
            delivery_history.customer_id = contact_points.customer_id
            and delivery_history.channel = contact_points.channel

    left join readers
        on
            contact_points.channel = readers.channel
            and contact_points.address = readers.address

    group by
        delivery_history.campaign_id,
        contact_points.channel,
        {{ reader_key('contact_points.address') | indent(8) }}

)

select * from final
