with

delivery_events as (

    select * from {{ ref('int_delivery_events') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

statuses as (

    select * from {{ ref('int_delivery_statuses_known') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

    -- All others keep their id.
    where canonical_customer_id != customer_id

),

error_classes as (

    select * from {{ ref('provider_error_classes') }}

),

-- What a provider says at once, and what it says later, by webhook.
told as (

    select
        campaign_id,
        customer_id,
        channel,
        {{ provider_of('destination') }} as provider,
        provider_code as code,
        occurred_at

    from delivery_events

    where delivery_event in ('refused', 'deferred')

    union all

    select
        delivery_events.campaign_id,
        delivery_events.customer_id,
        delivery_events.channel,
        statuses.provider,
        statuses.error_code as code,
        statuses.occurred_at

    from statuses

    -- One key may have gone by several providers.
    inner join delivery_events
        on
            statuses.delivery_key = delivery_events.delivery_key
            and coalesce(
                {{ provider_of('delivery_events.destination') | indent(16) }}
                = statuses.provider,
                true
            )

    where statuses.status = 'failed'

),

final as (

    select
        told.campaign_id,
        coalesce(customer_merges.canonical_customer_id, told.customer_id)
            as customer_id,
        told.channel,
        told.occurred_at,
        -- No number of days means: for good.
        case
            when error_classes.action = 'suppress_address'
                then {{ dbt.dateadd(
                    'day',
                    'coalesce(error_classes.suppress_days, 36500)',
                    'told.occurred_at'
                ) }}
            else {{ dbt.dateadd(
                'second',
                'coalesce(error_classes.wait_seconds, 0)',
                'told.occurred_at'
            ) }}
        end as quiet_until

    from told

    inner join error_classes
        on
            told.provider = error_classes.provider
            and told.code = error_classes.code
            and error_classes.action in ('suppress_address', 'defer_person')
            -- A stop on the platform is about marketing, and can be taken back there.
            and error_classes.reason_code != 'platform_opt_out'

    left join customer_merges
        on told.customer_id = customer_merges.customer_id

)

select * from final
