with

entries as (

    select * from {{ source('crm', 'raw_suppressions') }}

),

registry_checks as (

    select * from {{ source('crm', 'raw_registry_checks') }}

),

-- What a public register last answered about a number: an entry that a good answer
-- ends. One that nobody understands is no good one.
answers as (

    select
        'register-' || coalesce(lower({{ trimmed('registry') }}), '') || '-'
        || {{ normalise_address('address', "'phone'") }} as suppression_id,
        address,
        coalesce(lower({{ trimmed('result') }}), '') in ('clear', 'registered')
            as is_good,
        coalesce(lower({{ trimmed('result') }}), '') = 'disconnected'
            as is_disconnected,
        checked_at,
        received_at

    from registry_checks

    where nullif({{ trimmed('address') }}, '') is not null

),

source as (

    select
        suppression_id,
        key_type,
        key_value,
        channel,
        sender_id,
        purpose,
        reason,
        starts_at,
        ends_at,
        received_at

    from entries

    union all

    select
        suppression_id,
        'address' as key_type,
        address as key_value,
        '*' as channel,
        '*' as sender_id,
        case when is_disconnected then '*' else 'marketing' end as purpose,
        case when is_disconnected then 'recycled_number' else 'registry' end as reason,
        cast(null as {{ dbt.type_string() }}) as starts_at,
        case when is_good then checked_at end as ends_at,
        received_at

    from answers

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('source.suppression_id') }}, '') as suppression_id,
        nullif({{ trimmed('source.sender_id') }}, '') as sender_id,

        ---------- strings
        nullif(lower({{ trimmed('source.key_type') }}), '') as key_type,
        case
            when lower({{ trimmed('source.key_type') }}) = 'customer'
                then {{ trimmed('source.key_value') }}
            when lower({{ trimmed('source.key_type') }}) = 'address_hash'
                then lower({{ trimmed('source.key_value') }})
            when
                {{ regexp_like(
                    normalise_address('source.key_value', "'phone'"), '^[+]?[0-9]+$'
                ) }}
                then {{ normalise_address('source.key_value', "'phone'") }}
            else {{ trimmed('source.key_value') }}
        end as key_value,
        -- The dots and dashes of a platform's own id belong to it.
        {{ trimmed('source.key_value') }} as given_key_value,
        nullif(lower({{ trimmed('source.channel') }}), '') as channel,
        nullif(lower({{ trimmed('source.purpose') }}), '') as purpose,
        nullif(lower({{ trimmed('source.reason') }}), '') as suppression_reason,

        ---------- timestamps
        {{ try_timestamp('source.starts_at') }} as starts_at,
        {{ try_timestamp_since_2000('source.ends_at') }} as ends_at,
        {{ try_timestamp_since_2000('source.received_at') }} as received_at

    from source

)

select * from renamed
