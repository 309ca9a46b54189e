with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field in ('message_template_status_update', 'template_category_update')

),

renamed as (

    select distinct

        ---------- ids
        waba_id,
        {{ json_text('change_value', ['message_template_id']) }} as template_id,

        ---------- strings
        {{ json_text('change_value', ['message_template_name']) }} as template_name,
        replace(
            {{ json_text('change_value', ['message_template_language']) }}, '-', '_'
        ) as language_code,
        case
            when field = 'template_category_update' then 'CATEGORY_UPDATE'
            else upper({{ json_text('change_value', ['event']) }})
        end as event,
        -- A notice carries what the category is about to become.
        upper(coalesce(
            {{ json_text('change_value', ['correct_category']) }},
            {{ json_text('change_value', ['new_category']) }},
            {{ json_text('change_value', ['message_template_category']) }}
        )) as category,

        ---------- timestamps
        coalesce(entry_at, received_at) as occurred_at,
        received_at

    from changes

),

final as (

    select * from renamed

    where
        template_name is not null
        and event is not null

)

select * from final
