{#- What four models of a build ask about deliveries. A replay has none that are kept,
    and finds them among all rows once. -#}
{{ config(materialized='table' if is_replay() else view_or_table()) }}

with

delivery_events as (

    select * from {{ ref('stg_sync__delivery_events') }}

),

final as (

    select

        ---------- ids
        delivery_key,
        campaign_id,
        customer_id,
        sender_id,

        ---------- strings
        destination,
        channel,
        purpose,
        delivery_event,
        reason_code,
        provider_code,

        ---------- numbers
        attempt,

        ---------- timestamps
        occurred_at,
        received_at

    from delivery_events

)

select * from final
