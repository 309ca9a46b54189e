-- Every member of the audience has one row in the waterfall of each of its live
-- campaigns: nobody is lost and nobody is counted twice.

with

members as (

    select distinct
        messages.campaign_id,
        members.customer_id

    from {{ ref('int_audience_members') }} as members

    inner join {{ ref('int_campaign_messages') }} as messages
        on members.audience = messages.audience

    where
        messages.min_score is null
        or members.score > messages.min_score

),

audience as (

    select
        campaign_id,
        count(*) as customer_count

    from members

    group by campaign_id

),

waterfall as (

    select
        campaign_id,
        sum(customer_count) as customer_count

    from {{ ref('fct_audience_waterfall') }}

    group by campaign_id

)

select
    audience.campaign_id,
    audience.customer_count as audience_count,
    waterfall.customer_count as waterfall_count

from audience

left join waterfall
    on audience.campaign_id = waterfall.campaign_id

where (audience.customer_count = waterfall.customer_count) is not true
