with

source as (

    select * from {{ source('crm', 'raw_suppressions') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(source.suppression_id), '') as suppression_id,
        nullif(trim(source.sender_id), '') as sender_id,

        ---------- strings
        nullif(lower(trim(source.key_type)), '') as key_type,
        case
            when lower(trim(source.key_type)) = 'customer' then trim(source.key_value)
            when lower(trim(source.key_type)) = 'address_hash'
                then lower(trim(source.key_value))
            when
                {{ regexp_like(
                    normalise_address('source.key_value', "'phone'"), '^[+]?[0-9]+$'
                ) }}
                then {{ normalise_address('source.key_value', "'phone'") }}
            else trim(source.key_value)
        end as key_value,
        -- The dots and dashes of a platform's own id belong to it.
        trim(source.key_value) as given_key_value,
        nullif(lower(trim(source.channel)), '') as channel,
        nullif(lower(trim(source.purpose)), '') as purpose,
        nullif(lower(trim(source.reason)), '') as suppression_reason,

        ---------- timestamps
        {{ try_timestamp('source.starts_at') }} as starts_at,
        {{ try_timestamp('source.ends_at') }} as ends_at,
        {{ try_timestamp('source.received_at') }} as received_at

    from source

)

select * from renamed
