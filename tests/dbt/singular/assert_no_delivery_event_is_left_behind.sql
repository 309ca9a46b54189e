-- Every event that the sync wrote back is read, by its first receipt: what reached the
-- warehouse later than `late_days` after its `received_at` is not. `dbt build
-- --full-refresh` takes it in.
with

written as (

    select
        delivery_event_id,
        min(received_at) as received_at

    from {{ source('sync', 'raw_delivery_events') }}

    group by delivery_event_id

),

read as (

    select * from {{ ref('stg_sync__delivery_events') }}

)

select
    written.delivery_event_id,
    written.received_at,
    read.received_at as received_as_read

from written

left join read
    on written.delivery_event_id = read.delivery_event_id

where
    read.delivery_event_id is null
    or coalesce(read.received_at != written.received_at, false)
