-- Whoever's last word was "stop" must never have a flag set, a flag prolonged or a
-- subscription begun. Reads consent events from staging, not from the models that judge
-- them; only a person's own later yes for the channel lifts a stop.

with

given as (

    select distinct
        profiles.customer_id,
        flags.channel,
        flags.purpose,
        senders.brand_id

    from {{ all_states() }} as profiles

    inner join {{ ref('profile_flags') }} as flags
        on
            {{ json_text_dynamic('profiles.states', 'flags.flag_name') }} = 'true'
            or {{ json_text_dynamic(
                'profiles.states', "(flags.flag_name || '_until')"
            ) }} is not null
            or {{ json_text_dynamic(
                'profiles.states',
                "('subscription_group:' || flags.subscription_group_id)"
            ) }} like 'subscribed:%'

    left join {{ ref('int_senders') }} as senders
        on flags.sender_id = senders.sender_id

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

events as (

    select
        customer_merges.canonical_customer_id as customer_id,
        case
            when events.action in ('withdraw', 'deny') then senders.brand_id
        end as brand_id,
        events.action,
        events.actor,
        events.channel,
        events.purpose,
        -- One that cannot have been said yet counts from when we heard of it.
        case
            when
                events.occurred_at < {{ dbt.dateadd(
                    'day', 1, 'coalesce(events.received_at, ' ~ as_of() ~ ')'
                ) }}
                then events.occurred_at
            else coalesce(events.received_at, {{ as_of() }})
        end as said_at

    from {{ ref('stg_crm__consent_events') }} as events

    inner join customer_merges
        on events.customer_id = customer_merges.customer_id

    left join senders
        on events.sender_id = senders.sender_id

    where coalesce(events.received_at, {{ as_of() }}) <= {{ as_of() }}

),

last_words as (

    select
        given.customer_id,
        given.channel,
        given.purpose,
        max(case when events.action in ('withdraw', 'deny') then events.said_at end)
            as stopped_at,
        max(
            case
                when events.action in ('grant', 'confirm') and events.actor = 'self'
                    then events.said_at
            end
        ) as granted_at

    from given

    inner join events
        on
            given.customer_id = events.customer_id
            and events.channel in (given.channel, '*')
            and events.purpose in (given.purpose, '*')
            -- A stop holds for the whole brand; of an unknown brand, for all.
            and coalesce(given.brand_id = events.brand_id, true)

    group by
        given.customer_id,
        given.channel,
        given.purpose

)

select * from last_words

where
    stopped_at is not null
    and (granted_at > stopped_at) is not true
