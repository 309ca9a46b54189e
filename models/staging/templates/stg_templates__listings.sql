with

source as (

    select * from {{ source('sync', 'raw_template_listings') }}

),

renamed as (

    select

        ---------- ids
        account_id,

        ---------- strings
        lower(provider) as provider,

        ---------- timestamps
        fetched_at

    from source

    where
        account_id is not null
        and fetched_at is not null

)

select * from renamed
