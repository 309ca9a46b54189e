with

campaign_messages as (

    select * from {{ ref('int_planned_messages') }}

),

profile_flags as (

    select * from {{ ref('profile_flags') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

purposes as (

    select
        channel,
        sender_id,
        purpose

    from campaign_messages

    union all

    -- A template that was moved to marketing makes any message a marketing one.
    select
        channel,
        sender_id,
        'marketing' as purpose

    from campaign_messages

    union all

    select
        channel,
        sender_id,
        purpose

    from profile_flags

),

final as (

    select distinct
        purposes.channel,
        purposes.sender_id,
        purposes.purpose,
        senders.brand_id

    from purposes

    left join senders
        on purposes.sender_id = senders.sender_id

)

select * from final
