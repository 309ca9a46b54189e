{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized='view') }}

with

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}
),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}
),

rcs_preferences as (

    select * from {{ ref('stg_rcs__preferences') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

events as (

    select
        phone_number_id,
        coalesce('+' || wa_id, user_id) as address,
        case when preference = 'resume' then 'resume' else 'stop' end as preference,
        coalesce(occurred_at, received_at) as occurred_at,
        received_at

    from preferences

    union all

    -- Meta tells so only when a message failed for it.
    select
        phone_number_id,
        coalesce('+' || wa_id, user_id) as address,
        'stop' as preference,
        coalesce(occurred_at, received_at) as occurred_at,
        received_at

    from statuses

    where
        status = 'failed'
        and error_code = '131050'

),

spread as (

    select
        'whatsapp' as channel,
        phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        address,
        preference,
        occurred_at,
        received_at

    from events

    union all

    select
        'whatsapp' as channel,
        events.phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        aliases.address,
        events.preference,
        events.occurred_at,
        events.received_at

    from events

    inner join aliases
        on events.address = aliases.seen_address

    union all

    select
        'rcs' as channel,
        agent_id as account_id,
        sender_id,
        '+' || replace(phone, '+', '') as address,
        case when action = 'start' then 'resume' else 'stop' end as preference,
        coalesce(occurred_at, received_at) as occurred_at,
        received_at

    from rcs_preferences

),

-- A stop toward an account we do not know holds for all of ours.
placed as (

    select
        spread.channel,
        senders.sender_id,
        spread.address,
        spread.preference,
        spread.occurred_at,
        spread.received_at

    from spread

    inner join senders
        on
            spread.channel = senders.channel
            and (
                coalesce(spread.sender_id, '') = senders.sender_id
                or (
                    spread.sender_id is null
                    and coalesce(spread.account_id, '') = senders.provider_account
                )
            )

    where spread.address is not null

    union all

    select
        spread.channel,
        senders.sender_id,
        spread.address,
        spread.preference,
        spread.occurred_at,
        spread.received_at

    from spread

    inner join senders
        on spread.channel = senders.channel

    left join senders as known
        on
            spread.channel = known.channel
            and (
                spread.sender_id = known.sender_id
                or spread.account_id = known.provider_account
            )

    where
        known.sender_id is null
        and spread.address is not null
        and spread.preference = 'stop'

),

final as (

    select

        ---------- ids
        sender_id,

        ---------- strings
        channel,
        address,
        preference,

        ---------- timestamps
        occurred_at,
        received_at

    from placed

)

select * from final
