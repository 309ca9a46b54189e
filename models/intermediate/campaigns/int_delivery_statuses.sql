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

provider_statuses as (

    select * from {{ ref('stg_providers__statuses') }}

),

-- A status without our key is found by the id the provider gave the message.
messages as (

    select distinct
        {{ provider_of('destination') }} as provider,
        provider_message_id,
        customer_id,
        delivery_key

    from delivery_events

    where provider_message_id is not null

),

-- One id stands for a whole batch where the provider gives no better one: there the
-- customer must be the same.
found_at_providers as (

    select distinct
        coalesce(provider_statuses.delivery_key, messages.delivery_key)
            as delivery_key,
        coalesce(provider_statuses.batch_id, provider_statuses.message_id)
            as provider_message_id,
        provider_statuses.provider,
        provider_statuses.status,
        provider_statuses.error_code,
        coalesce(provider_statuses.occurred_at, provider_statuses.received_at)
            as occurred_at,
        provider_statuses.received_at

    from provider_statuses

    left join messages
        on
            provider_statuses.provider = messages.provider
            and coalesce(provider_statuses.batch_id, provider_statuses.message_id)
            = messages.provider_message_id
            and (
                provider_statuses.batch_id is null
                or provider_statuses.customer_id = messages.customer_id
            )

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
        on
            statuses.message_id = messages.provider_message_id
            and messages.provider = 'meta'

    where coalesce(statuses.delivery_key, messages.delivery_key) is not null

    union all

    select
        delivery_key,
        provider_message_id,
        provider,
        status,
        error_code,
        occurred_at,
        received_at

    from found_at_providers

    where delivery_key is not null

)

select * from final
