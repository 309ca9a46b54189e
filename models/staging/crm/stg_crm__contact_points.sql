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
        renamed.*,
        coalesce({{ is_valid_address('address', 'channel') }}, false)
            as is_address_valid

    from renamed

)


select * from final
