{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
) }}

with

events as (

    {{ delivery_events(is_to_keep(), are_many=true) | indent }}

),

kept as (

    {{ ids_kept('delivery_event_id') | indent }}

),

-- Written again since: what is kept came first.
known as (

    select kept.delivery_event_id from kept

    where kept.delivery_event_id in (select events.delivery_event_id from events)

),

final as (

    select events.* from events

    left join known
        on events.delivery_event_id = known.delivery_event_id

    where known.delivery_event_id is null

)

select * from final
