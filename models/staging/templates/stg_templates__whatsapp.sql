{%- set button_kinds = [
    'app', 'call_permission_request', 'catalog', 'copy_code', 'flow', 'mpm', 'otp',
    'phone_number', 'quick_reply', 'request_contact_info', 'spm', 'url', 'voice_call',
] -%}

with

source as (

    {{ template_payloads() | indent }}

),

-- A listing loaded twice is one listing.
templates as (

    select distinct
        {{ dbt.hash(
            "coalesce(provider, '') || '|' || coalesce(account_id, '')"
            ~ " || '|' || payload || '|' || coalesce(fetched_at, '')"
        ) }} as row_key,
        provider,
        account_id,
        payload,
        {{ try_timestamp('fetched_at') }} as fetched_at

    from source

    where
        {{ is_json('payload') }}
        and coalesce(lower({{ trimmed('provider') }}), '') not in (
            'twilio', 'nhn', 'kakao', 'wechat'
        )

),

components as (

    select
        templates.row_key,
        upper({{ json_text(json_element('component'), ['type']) }}) as component_type,
        upper({{ json_text(json_element('component'), ['format']) }})
            as component_format,
        {{ json_text(json_element('component'), ['text']) }} as component_text,
        {{ json_element('component', as_column=true) }}

    from templates

    {{ json_elements(json_value('templates.payload', ['components']), 'component') }}
    {%- for part in ['header', 'body', 'footer', 'buttons', 'carousel'] %}

    union all

    -- Infobip lists one object with a key a part; its buttons are a list beside them.
    select
        row_key,
        '{{ part | upper }}' as component_type,
        upper({{ json_text('payload', ['structure', part, 'format']) }})
            as component_format,
        {{ json_text('payload', ['structure', part, 'text']) }} as component_text,
        {{ json_value(
            'payload', ['structure'] if part == 'buttons' else ['structure', part]
        ) }} as component

    from templates

    where {{ json_value('payload', ['structure', part]) }} is not null
    {%- endfor %}

),

buttons as (

    select
        components.row_key,
        upper({{ json_text(json_element('button'), ['type']) }}) as button_type,
        {{ json_text(json_element('button'), ['url']) }} as button_url,
        upper({{ json_text(json_element('button'), ['otp_type']) }}) as button_otp_type

    from components

    {{ json_elements(json_value('components.component', ['buttons']), 'button') }}

),

-- Meta lists an example for each named parameter.
named_parameters as (

    select distinct
        components.row_key,
        {{ json_text(json_element('example'), ['param_name']) }} as parameter_name

    from components

    {{ json_elements(
        json_value('components.component', ['example', 'body_text_named_params']),
        'example'
    ) }}

    where components.component_type = 'BODY'

),

parts as (

    select
        row_key,
        max(
            case
                when component_type = 'HEADER' then coalesce(component_format, 'TEXT')
            end
        ) as header_format,
        max(case when component_type = 'HEADER' then component_text end) as header_text,
        max(case when component_type = 'BODY' then component_text end) as body_text,
        max(case when component_type = 'BODY' then 1 else 0 end) as body_rows,
        max(case when component_type = 'FOOTER' then 1 else 0 end) as footer_rows,
        max(case when component_type = 'CAROUSEL' then 1 else 0 end) as carousel_rows,
        max(case when component_type = 'LIMITED_TIME_OFFER' then 1 else 0 end)
            as limited_time_offer_rows

    from components

    group by row_key

),

positions as (

    select
        row_key,
        {%- for position in range(1, 21) %}
        case when body_text like '%{{ '{{' ~ position ~ '}}' }}%' then 1 else 0 end
        {{- ' +' if not loop.last }}
        {%- endfor %} as position_count

    from parts

),

-- Meta takes a button of type OTP and lists it as a link to its own page of codes.
typed_buttons as (

    select
        row_key,
        case
            when
                button_type = 'URL'
                and lower(button_url) like '%/otp/code/%otp_type=%'
                then 'otp'
            when
                button_type in (
                    {%- for kind in button_kinds %}
                    '{{ kind | upper }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                )
                then lower(button_type)
            else 'other'
        end as button_kind,
        case
            {%- for kind in ['one_tap', 'zero_tap', 'copy_code'] %}
            when
                (button_type = 'OTP' and button_otp_type = '{{ kind | upper }}')
                or (
                    button_type = 'URL'
                    and lower(button_url) like '%/otp/code/%otp_type={{ kind }}%'
                )
                then '{{ kind }}'
            {%- endfor %}
        end as otp_type

    from buttons

),

button_lists as (

    select
        row_key,
        -- A list in the order of the alphabet on every engine.
        substring(
            {%- for kind in (button_kinds + ['other']) | sort %}
            max(case when button_kind = '{{ kind }}' then ',{{ kind }}' else '' end)
            {{- ' ||' if not loop.last }}
            {%- endfor %},
            2
        ) as button_types,
        min(otp_type) as otp_type

    from typed_buttons

    group by row_key

),

button_counts as (

    select
        row_key,
        count(
            case
                when button_type in ('COPY_CODE', 'OTP') then 1
                when button_type = 'URL' and button_url like '%{{ '{{' }}%' then 1
            end
        ) as button_parameter_count

    from buttons

    group by row_key

),

names as (

    select
        row_key,
        count(*) as name_count,
        {{ dbt.listagg('parameter_name', "','", 'order by parameter_name') }}
            as body_parameter_names

    from named_parameters

    where parameter_name is not null

    group by row_key

),

renamed as (

    select

        ---------- ids
        templates.account_id,
        {{ json_text('templates.payload', ['id']) }} as template_id,

        ---------- strings
        lower(templates.provider) as provider,
        {{ json_text('templates.payload', ['name']) }} as template_name,
        replace({{ json_text('templates.payload', ['language']) }}, '-', '_')
            as language_code,
        -- A template that vanished from the list is told by `ott templates pull`.
        case
            when {{ json_text('templates.payload', ['ott_listed']) }} = 'false'
                then 'DELETED'
            else upper({{ json_text('templates.payload', ['status']) }})
        end as status,
        upper({{ json_text('templates.payload', ['category']) }}) as category,
        upper({{ json_text('templates.payload', ['correct_category']) }})
            as correct_category,
        upper({{ json_text('templates.payload', ['previous_category']) }})
            as previous_category,
        upper(coalesce(
            {{ json_text('templates.payload', ['parameter_format']) }}, 'POSITIONAL'
        )) as parameter_format,
        coalesce(parts.header_format, 'NONE') as header_format,
        parts.body_text,
        coalesce(nullif({{ trimmed('parts.header_text') }}, ''), parts.body_text)
            as first_text,
        names.body_parameter_names,
        upper({{ json_text('templates.payload', ['quality_score', 'score']) }})
            as quality,
        coalesce(button_lists.button_types, '') as button_types,
        button_lists.otp_type,

        ---------- numbers
        case
            when parts.header_text like '%{{ '{{' }}%' then 1
            else 0
        end as header_parameter_count,
        case
            -- Named, and nobody says how: unknown is not none.
            when
                names.name_count is null
                and upper({{ json_text('templates.payload', ['parameter_format']) }})
                = 'NAMED'
                and parts.body_text like '%{{ '{{' }}%'
                then null
            when
                {{ json_value('templates.payload', ['structure']) }} is not null
                and parts.body_text is null
                then null
            when
                names.name_count is null
                and positions.position_count = 0
                and parts.body_text like '%{{ '{{' }}%'
                then null
            else coalesce(names.name_count, positions.position_count, 0)
        end as body_parameter_count,
        coalesce(button_counts.button_parameter_count, 0) as button_parameter_count,

        ---------- booleans
        coalesce(parts.body_rows, 0) = 1 as has_body,
        coalesce(parts.footer_rows, 0) = 1 as has_footer,
        coalesce(parts.carousel_rows, 0) = 1 as has_carousel,
        coalesce(parts.limited_time_offer_rows, 0) = 1 as has_limited_time_offer,

        ---------- timestamps
        templates.fetched_at

    from templates

    left join parts
        on templates.row_key = parts.row_key

    left join positions
        on templates.row_key = positions.row_key

    left join button_counts
        on templates.row_key = button_counts.row_key

    left join button_lists
        on templates.row_key = button_lists.row_key

    left join names
        on templates.row_key = names.row_key

),

final as (

    select * from renamed

    where
        template_name is not null
        and language_code is not null
        and fetched_at is not null

)

select * from final
