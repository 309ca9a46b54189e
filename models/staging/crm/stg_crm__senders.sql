with

source as (

    select * from {{ source('crm', 'raw_senders') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(sender_id), '') as sender_id,
        nullif(trim(brand_id), '') as brand_id,
        nullif(trim(provider_account), '') as provider_account,
        nullif(trim(portfolio_id), '') as portfolio_id,
        nullif(trim(template_account_id), '') as template_account_id,

        ---------- strings
        nullif(lower(trim(channel)), '') as channel,
        nullif(lower(trim(provider)), '') as provider,
        nullif(lower(trim(allowed_purposes)), '') as allowed_purposes,
        nullif(lower(trim(status)), '') as sender_status,
        nullif(lower(trim(quality)), '') as quality,

        ---------- numbers
        -- None means unlimited, so one that nobody can read is none at all.
        case
            when nullif(trim(messaging_limit), '') is not null
                then coalesce({{ try_bigint('messaging_limit') }}, 0)
        end as messaging_limit,
        case
            when {{ try_bigint('messages_per_second') }} > 0
                then {{ try_bigint('messages_per_second') }}
        end as messages_per_second,

        ---------- timestamps
        {{ try_timestamp('received_at') }} as received_at

    from source

)

select * from renamed
