{{ config(enabled=has_channel('line')) }}

with

events as (

    select * from {{ ref('stg_line__events') }}

    where event_type = 'delivery'

),

renamed as (

    select

        ---------- ids
        webhook_event_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        {{ json_text('value', ['delivery', 'data']) }} as delivery_data,

        ---------- timestamps
        occurred_at,
        received_at

    from events

),

final as (

    select

        ---------- ids
        webhook_event_id,
        line_user_id,
        destination,
        sender_id,

        ---------- strings
        delivery_data,

        ---------- timestamps
        occurred_at,
        received_at

    from renamed

    -- The digest of a phone number, or the 16 to 100 characters of our own tag.
    where {{ regexp_like('delivery_data', '^[^{].{15,99}$') }}

)

select * from final
