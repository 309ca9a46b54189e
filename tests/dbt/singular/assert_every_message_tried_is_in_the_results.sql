-- Every message that was tried is in the results, once. It asks the raw table, not a
-- model: a wrong count is no reason to hold back the day's messages, and a test of
-- anything they are made of is.

with

delivery_events as (

    select * from {{ source('sync', 'raw_delivery_events') }}

    where
        delivery_key is not null
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        and coalesce(purpose, 'marketing') != 'state'

),

results as (

    select * from {{ ref('fct_campaign_results') }}

),

unioned as (

    select distinct
        coalesce(campaign_id, 'unknown') as campaign_id,
        coalesce(channel, 'unknown') as channel,
        case
            when event = 'held_out' then 'holdout'
            else coalesce(destination, 'unknown')
        end as destination,
        delivery_key,
        1 as tried_messages,
        0 as counted_messages

    from delivery_events

    union all

    select
        campaign_id,
        channel,
        destination,
        '' as delivery_key,
        0 as tried_messages,
        decided_count - not_tried_count as counted_messages

    from results

),

counted as (

    select
        campaign_id,
        channel,
        destination,
        sum(tried_messages) as tried_messages,
        sum(counted_messages) as counted_messages

    from unioned

    group by
        campaign_id,
        channel,
        destination

)

select * from counted

where tried_messages != counted_messages
