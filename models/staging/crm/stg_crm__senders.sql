with

source as (

    select * from {{ source('crm', 'raw_senders') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('sender_id') }}, '') as sender_id,
        nullif({{ trimmed('brand_id') }}, '') as brand_id,
        nullif({{ trimmed('provider_account') }}, '') as provider_account,
        nullif({{ trimmed('portfolio_id') }}, '') as portfolio_id,
        nullif({{ trimmed('template_account_id') }}, '') as template_account_id,

        ---------- strings
        nullif(lower({{ trimmed('channel') }}), '') as channel,
        nullif(lower({{ trimmed('provider') }}), '') as provider,
        nullif(lower({{ trimmed('allowed_purposes') }}), '') as allowed_purposes,
        nullif(lower({{ trimmed('status') }}), '') as sender_status,
        nullif(lower({{ trimmed('quality') }}), '') as quality,

        ---------- numbers
        -- None means unlimited, so one that nobody can read is none at all.
        case
            when nullif({{ trimmed('messaging_limit') }}, '') is not null
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
