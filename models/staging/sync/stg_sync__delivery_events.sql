with

source as (

    select * from {{ source('sync', 'raw_delivery_events') }}

),

ranked as (

    select
        source.*,
        row_number() over (
            partition by delivery_event_id
            -- Written twice is the same event: the first receipt is kept.
            order by received_at asc, occurred_at asc, run_id asc
        ) as receipt_rank

    from source

),

final as (

    select

        ---------- ids
        delivery_event_id,
        delivery_key,
        run_id,
        build_id,
        campaign_id,
        customer_id,
        sender_id,
        provider_message_id,

        ---------- strings
        destination,
        channel,
        purpose,
        event as delivery_event,
        reason_code,
        provider_code,

        ---------- numbers
        attempt,

        ---------- timestamps
        occurred_at,
        received_at

    from ranked

    where receipt_rank = 1

)

select * from final
