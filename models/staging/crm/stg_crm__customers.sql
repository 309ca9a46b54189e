with

source as (

    select * from {{ source('crm', 'raw_customers') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('customer_id') }}, '') as customer_id,
        nullif({{ trimmed('merged_into_customer_id') }}, '') as merged_into_customer_id,

        ---------- strings
        nullif(upper({{ trimmed('country_code') }}), '') as country_code,
        nullif({{ trimmed('subdivision_code') }}, '') as subdivision_code,
        nullif({{ trimmed('language_code') }}, '') as language_code,
        nullif({{ trimmed('time_zone') }}, '') as time_zone,
        nullif(lower({{ trimmed('preferred_channel') }}), '') as preferred_channel,
        attributes,

        ---------- booleans
        {{ try_boolean('is_minor') }} as is_minor,

        ---------- timestamps
        {{ try_timestamp('created_at') }} as created_at,
        -- An erasure with an unreadable date is an erasure.
        case
            when nullif({{ trimmed('erased_at') }}, '') is not null
                then coalesce(
                    {{ try_timestamp('erased_at') }},
                    {{ try_timestamp_since_2000('received_at') }},
                    cast('1970-01-01' as {{ dbt.type_timestamp() }})
                )
        end as erased_at,
        {{ try_timestamp_since_2000('merged_at') }} as merged_at,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from source

)

select * from renamed
