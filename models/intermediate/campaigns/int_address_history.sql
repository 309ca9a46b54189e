with

delivery_history as (

    select * from {{ ref('int_delivery_history') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

addresses as (

    select
        customer_id,
        channel,
        address

    from contact_points

    where address is not null

    {{ union_distinct() }}

    select
        customer_id,
        channel,
        {{ other_form_of_address('address') }} as address

    from contact_points

),

-- Two customers at one address are one to whoever reads the message.
final as (

    select
        delivery_history.campaign_id,
        addresses.channel,
        addresses.address,
        max(delivery_history.messaged_events) as messaged_events,
        max(delivery_history.quiet_until) as quiet_until

    from delivery_history

    inner join addresses
        on
            delivery_history.customer_id = addresses.customer_id
            and delivery_history.channel = addresses.channel

    where addresses.address is not null

    group by
        delivery_history.campaign_id,
        addresses.channel,
        addresses.address

)

select * from final
