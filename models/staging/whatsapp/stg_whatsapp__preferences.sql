with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field = 'user_preferences'

),

preferences as (

    select
        changes.change_value,
        changes.received_at,
        user_preference

    from changes

    {{ json_elements(
        json_value('changes.change_value', ['user_preferences']), 'user_preference'
    ) }}

),

renamed as (

    select distinct

        ---------- ids
        {{ json_text('change_value', ['metadata', 'phone_number_id']) }}
            as phone_number_id,
        {{ json_text('user_preference', ['wa_id']) }} as wa_id,
        {{ json_text('user_preference', ['user_id']) }} as user_id,

        ---------- strings
        {{ json_text('user_preference', ['category']) }} as category,
        lower({{ json_text('user_preference', ['value']) }}) as preference,

        ---------- timestamps
        {{ from_epoch(json_text('user_preference', ['timestamp'])) }} as occurred_at,
        received_at

    from preferences

),

final as (

    select * from renamed

    -- `signup` is a third word; an unknown one is not taken for a yes.
    where coalesce(preference, '') != 'signup'

)

select * from final
