{#- A view without `as_of`: the nightly history filters it, `sync_settlements` asks it
    live. -#}
{{ config(materialized='view') }}

with

delivery_events as (

    select * from {{ ref('stg_sync__delivery_events') }}

),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}

),

-- A status without our key is found by the id the provider gave the message.
messages as (

    select distinct
        provider_message_id,
        delivery_key

    from delivery_events

    where provider_message_id is not null

),

final as (

    select

        ---------- ids
        coalesce(statuses.delivery_key, messages.delivery_key) as delivery_key,
        statuses.message_id as provider_message_id,

        ---------- strings
        'meta' as provider,
        statuses.status,
        statuses.error_code,

        ---------- timestamps
        coalesce(statuses.occurred_at, statuses.received_at) as occurred_at,
        statuses.received_at

    from statuses

    left join messages
        on statuses.message_id = messages.provider_message_id

    where coalesce(statuses.delivery_key, messages.delivery_key) is not null

)

select * from final
