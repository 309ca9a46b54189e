with

source as (

    select * from {{ source('crm', 'raw_suppressions') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(suppression_id), '') as suppression_id,
        nullif(trim(sender_id), '') as sender_id,

        ---------- strings
        nullif(lower(trim(key_type)), '') as key_type,
        case
            when lower(trim(key_type)) = 'customer' then trim(key_value)
            when lower(trim(key_type)) = 'address_hash' then lower(trim(key_value))
            -- A phone number, and on a channel that has them: the ids of other channels
            -- may hold dots and dashes that belong to them.
            when
                {{ regexp_like(
                    normalise_address('key_value', "'whatsapp'"), '^[+]?[0-9]+$'
                ) }}
                and coalesce(lower(trim(channel)), '*')
                in ('*', '', 'whatsapp', 'sms', 'rcs')
                then {{ normalise_address('key_value', "'whatsapp'") }}
            else trim(key_value)
        end as key_value,
        nullif(lower(trim(channel)), '') as channel,
        nullif(lower(trim(purpose)), '') as purpose,
        nullif(lower(trim(reason)), '') as suppression_reason,

        ---------- timestamps
        {{ try_timestamp('starts_at') }} as starts_at,
        {{ try_timestamp('ends_at') }} as ends_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

)

select * from renamed
