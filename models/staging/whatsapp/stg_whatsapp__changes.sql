with

source as (

    select * from {{ source('whatsapp', 'raw_whatsapp_webhooks') }}

),

entries as (

    select
        entry,
        {{ try_timestamp('source.received_at') }} as received_at

    from source

    {{ json_elements(json_value('source.payload', ['entry']), 'entry') }}

),

changes as (

    select
        entries.entry,
        entries.received_at,
        change

    from entries

    {{ json_elements(json_value('entries.entry', ['changes']), 'change') }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('entry', ['id']) }} as waba_id,

        ---------- strings
        {{ json_text('change', ['field']) }} as field,
        {{ json_value('change', ['value']) }} as change_value,

        ---------- timestamps
        {{ from_epoch(json_text('entry', ['time'])) }} as entry_at,
        received_at

    from changes

)

select * from renamed
