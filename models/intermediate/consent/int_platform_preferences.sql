{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized='view') }}

with

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}
),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}
),

senders as (

    select * from {{ ref('int_senders') }}

    where channel = 'whatsapp'

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

    select * from events

    union all

    select
        events.phone_number_id,
        aliases.address,
        events.preference,
        events.occurred_at,
        events.received_at

    from events

    inner join aliases
        on events.address = aliases.seen_address

),

final as (

    select
        senders.sender_id,
        spread.address,
        spread.preference,
        spread.occurred_at,
        spread.received_at

    from spread

    inner join senders
        on spread.phone_number_id = senders.provider_account

    where spread.address is not null

)

select * from final
