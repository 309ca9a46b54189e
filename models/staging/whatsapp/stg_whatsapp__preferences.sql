with

changes as (

    select
        value,
        received_at

    from {{ ref('stg_whatsapp__recent') }}

    where field = 'user_preferences'

    union all

    select
        value,
        received_at

    from {{ ref('stg_whatsapp__kept') }}

    where field = 'user_preferences'

),

preferences as (

    select
        changes.value,
        {{ json_element('user_preference', as_column=true) }},
        changes.received_at,
        -- Beside several contacts nobody knows whose the preference is.
        case
            when {{ json_value('changes.value', ['contacts', 1]) }} is null
                then {{ json_value('changes.value', ['contacts', 0]) }}
        end as contact

    from changes

    {{ json_elements(
        json_value('changes.value', ['user_preferences']), 'user_preference'
    ) }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('value', ['metadata', 'phone_number_id']) }} as phone_number_id,
        coalesce(
            {{ json_text('user_preference', ['wa_id']) }},
            {{ json_text('contact', ['wa_id']) }}
        ) as wa_id,
        coalesce(
            {{ json_text('user_preference', ['user_id']) }},
            {{ json_text('contact', ['user_id']) }}
        ) as user_id,

        ---------- strings
        {{ json_text('user_preference', ['category']) }} as category,
        -- An unknown word is not taken for a yes.
        case lower({{ json_text('user_preference', ['value']) }})
            when 'resume' then 'resume'
            when 'signup' then 'signup'
            else 'stop'
        end as preference,

        ---------- timestamps
        {{ from_epoch(json_text('user_preference', ['timestamp'])) }} as occurred_at,
        received_at

    from preferences

),

answers as (

    select * from renamed

    -- `signup` answers another question: it neither stops nor resumes. Nor does one who
    -- resumes anything else resume marketing.
    where
        preference = 'stop'
        or (
            preference = 'resume'
            and lower(category) = 'marketing_messages'
        )

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'answers',
        keys=[
            'phone_number_id', 'wa_id', 'user_id', 'category', 'preference', 'occurred_at',
        ],
        order_by=['received_at asc nulls last'],
    ) }}

),

final as (

    select

        ---------- ids
        phone_number_id,
        wa_id,
        user_id,

        ---------- strings
        category,
        preference,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
