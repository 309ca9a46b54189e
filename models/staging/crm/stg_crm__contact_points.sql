with

source as (

    select * from {{ source('crm', 'raw_contact_points') }}

),

channels as (

    select * from {{ ref('channels') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('source.contact_point_id') }}, '') as contact_point_id,
        nullif({{ trimmed('source.customer_id') }}, '') as customer_id,
        nullif({{ trimmed('source.sender_id') }}, '') as sender_id,

        ---------- strings
        nullif(lower({{ trimmed('source.channel') }}), '') as channel,
        channels.address_kind,
        {{ normalise_address('source.address', 'channels.address_kind') }} as address,
        nullif(lower({{ trimmed('source.status') }}), '') as contact_status,

        ---------- timestamps
        {{ try_timestamp('source.status_changed_at') }} as status_changed_at,
        {{ try_timestamp('source.verified_at') }} as verified_at,
        {{ try_timestamp('source.owned_from') }} as owned_from,
        -- An end that nobody can read is one, but for those that mean no end.
        case
            when
                nullif({{ trimmed('source.owned_to') }}, '') is not null
                and {{ regexp_like(
                    'lower(' ~ trimmed('source.owned_to') ~ ')',
                    '^(9999-|[0-9]{5}-|infinity$)'
                ) }} is false
                then coalesce(
                    {{ try_timestamp('source.owned_to') }},
                    {{ try_timestamp_since_2000('source.received_at') }},
                    cast('1970-01-01' as {{ dbt.type_timestamp() }})
                )
        end as owned_to,
        {{ try_timestamp('source.first_seen_at') }} as first_seen_at,
        {{ try_timestamp('source.last_seen_at') }} as last_seen_at,
        {{ try_timestamp_since_2000('source.received_at') }} as received_at

    from source

    left join channels
        on lower({{ trimmed('source.channel') }}) = channels.channel

),

final as (

    select

        ---------- ids
        contact_point_id,
        customer_id,
        sender_id,

        ---------- strings
        channel,
        address_kind,
        address,
        contact_status,

        ---------- booleans
        coalesce({{ is_valid_address('address', 'address_kind') }}, false)
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
