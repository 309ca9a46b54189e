with

source as (

    select * from {{ source('crm', 'raw_contact_points') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(contact_point_id), '') as contact_point_id,
        nullif(trim(customer_id), '') as customer_id,
        nullif(trim(sender_id), '') as sender_id,

        ---------- strings
        nullif(lower(trim(channel)), '') as channel,
        {{ normalise_address('address', 'lower(trim(channel))') }} as address,
        nullif(lower(trim(status)), '') as contact_status,

        ---------- timestamps
        {{ try_timestamp('status_changed_at') }} as status_changed_at,
        {{ try_timestamp('verified_at') }} as verified_at,
        {{ try_timestamp('owned_from') }} as owned_from,
        {{ try_timestamp('owned_to') }} as owned_to,
        {{ try_timestamp('first_seen_at') }} as first_seen_at,
        {{ try_timestamp('last_seen_at') }} as last_seen_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

final as (

    select

        ---------- ids
        contact_point_id,
        customer_id,
        sender_id,

        ---------- strings
        channel,
        address,
        contact_status,

        ---------- booleans
        coalesce({{ is_valid_address('address', 'channel') }}, false)
            as is_address_valid,

        ---------- timestamps
        status_changed_at,
        verified_at,
        owned_from,
        owned_to,
        first_seen_at,
        last_seen_at,
        received_at

    from renamed

)

select * from final
