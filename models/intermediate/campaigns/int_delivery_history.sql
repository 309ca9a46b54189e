with

delivery_events as (

    select * from {{ ref('stg_sync__delivery_events') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

campaign_messages as (

    select distinct
        campaign_id,
        occurrence

    from {{ ref('int_campaign_messages') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

error_classes as (

    select * from {{ ref('provider_error_classes') }}

),

placed as (

    select
        delivery_events.campaign_id,
        coalesce(customer_merges.canonical_customer_id, delivery_events.customer_id)
            as customer_id,
        delivery_events.channel,
        delivery_events.purpose,
        delivery_events.delivery_event,
        delivery_events.occurred_at,
        -- Asked through the id it was sent to, so that a merge makes no new person.
        coalesce(
            delivery_events.delivery_key = {{ delivery_key(
                'delivery_events.campaign_id',
                'delivery_events.customer_id',
                'campaign_messages.occurrence',
            ) }},
            false
        ) as is_this_occurrence,
        -- No number of days means: for good.
        case
            when error_classes.action = 'suppress_address'
                then {{ dbt.dateadd(
                    'day',
                    'coalesce(error_classes.suppress_days, 36500)',
                    'delivery_events.occurred_at'
                ) }}
            when error_classes.action = 'defer_person'
                then {{ dbt.dateadd(
                    'second',
                    'coalesce(error_classes.wait_seconds, 0)',
                    'delivery_events.occurred_at'
                ) }}
        end as quiet_until

    from delivery_events

    left join customer_merges
        on delivery_events.customer_id = customer_merges.customer_id

    left join campaign_messages
        on delivery_events.campaign_id = campaign_messages.campaign_id

    left join error_classes
        on
            delivery_events.provider_code = error_classes.code
            and delivery_events.delivery_event in ('refused', 'deferred')

),

final as (

    select
        campaign_id,
        customer_id,
        channel,
        max(
            case
                when
                    is_this_occurrence
                    and delivery_event
                    in ('accepted', 'unknown', 'claimed', 'held_out', 'reconciled')
                    then 1
                else 0
            end
        ) as messaged_events,
        sum(
            case
                when is_this_occurrence and delivery_event in ('refused', 'deferred')
                    then 1
                else 0
            end
        ) as tries,
        max(quiet_until) as quiet_until,
        max(
            case
                when
                    purpose = 'marketing'
                    and delivery_event
                    in ('accepted', 'unknown', 'claimed', 'held_out', 'reconciled')
                    then occurred_at
            end
        ) as last_marketing_at,
        max(occurred_at) as last_event_at

    from placed

    group by
        campaign_id,
        customer_id,
        channel

)

select * from final
