with

changes as (

    select
        waba_id,
        field,
        value,
        entry_at,
        received_at

    from {{ ref('stg_whatsapp__recent') }}

    where field in ('message_template_status_update', 'template_category_update')

    union all

    select
        waba_id,
        field,
        value,
        entry_at,
        received_at

    from {{ ref('stg_whatsapp__kept') }}

    where field in ('message_template_status_update', 'template_category_update')

),

renamed as (

    select

        ---------- ids
        waba_id,
        {{ json_text('value', ['message_template_id']) }} as template_id,

        ---------- strings
        {{ json_text('value', ['message_template_name']) }} as template_name,
        replace({{ json_text('value', ['message_template_language']) }}, '-', '_')
            as language_code,
        case
            when field = 'template_category_update' then 'CATEGORY_UPDATE'
            else upper({{ json_text('value', ['event']) }})
        end as event,
        -- A notice carries what the category is about to become.
        upper(coalesce(
            {{ json_text('value', ['correct_category']) }},
            {{ json_text('value', ['new_category']) }},
            {{ json_text('value', ['message_template_category']) }}
        )) as category,

        ---------- timestamps
        coalesce(entry_at, received_at) as occurred_at,
        received_at

    from changes

),

named as (

    select * from renamed

    where
        coalesce(template_id, template_name) is not null
        and event is not null

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'named',
        keys=[
            'waba_id', 'template_id', 'template_name', 'language_code', 'event',
            'category', 'occurred_at',
        ],
        order_by=['received_at asc nulls last'],
    ) }}

),

final as (

    select

        ---------- ids
        waba_id,
        template_id,

        ---------- strings
        template_name,
        language_code,
        event,
        category,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
