{%- set opening = '{{' -%}
{#- What Twilio calls the parts whose text is in `body`, most specific first. -#}
{%- set content_types = [
    'whatsapp/card', 'whatsapp/flows', 'twilio/flows', 'twilio/carousel',
    'twilio/list-picker', 'twilio/call-to-action', 'twilio/quick-reply', 'twilio/media',
    'twilio/text',
] -%}
{#- Where an AlimTalk may have a variable. -#}
{%- set alimtalk_parts = [
    'templateContent', 'templateTitle', 'templateSubtitle', 'templateHeader',
    'templateItem', 'templateItemHighlight', 'templateRepresentLink', 'buttons',
    'quickReplies',
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
        case lower({{ trimmed('provider') }})
            when 'kakao' then 'nhn'
            else lower({{ trimmed('provider') }})
        end as provider,
        account_id,
        payload,
        {{ try_timestamp('fetched_at') }} as fetched_at

    from source

    where
        {{ is_json('payload') }}
        and lower({{ trimmed('provider') }}) in ('twilio', 'nhn', 'kakao', 'wechat')

),

-- One name a fact, whoever says it.
said as (

    select
        row_key,
        provider,
        account_id,
        payload,
        fetched_at,
        {{ template_name_in('provider', 'payload') }} as template_name,
        case provider
            when 'twilio'
                then replace({{ json_text('payload', ['language']) }}, '-', '_')
            -- Nobody lists a language: KakaoTalk's templates are examined in Korean,
            -- WeChat's library is Chinese.
            when 'nhn' then 'ko'
            when 'wechat' then 'zh_CN'
        end as language_code,
        case provider
            when 'twilio'
                then lower({{ json_text('payload', ['approval_requests', 'status']) }})
            when 'nhn' then lower({{ json_text('payload', ['status']) }})
            -- WeChat lists no status: what an account has added, it may send.
            when 'wechat' then 'approved'
        end as said_status,
        case provider
            when 'twilio'
                then upper(
                    {{ json_text('payload', ['approval_requests', 'category']) }}
                )
            -- Both carry no advertising: AlimTalk is information by Kakao's rules, a
            -- template message a service notification by WeChat's.
            else 'UTILITY'
        end as category,
        case provider
            when 'twilio'
                then coalesce(
                    {%- for type in content_types %}
                    {{ json_text('payload', ['types', type, 'body']) }},
                    {%- endfor %}
                    {{ json_text('payload', ['types', 'twilio/card', 'title']) }}
                )
            when 'nhn' then {{ json_text('payload', ['templateContent']) }}
            when 'wechat' then {{ json_text('payload', ['content']) }}
        end as body_text,
        case provider
            when 'twilio'
                then {{ json_text(
                    'payload', ['types', 'whatsapp/card', 'header_text']
                ) }}
            when 'nhn' then {{ json_text('payload', ['templateHeader']) }}
            when 'wechat' then {{ json_text('payload', ['title']) }}
        end as header_text,
        -- All text that may have a variable in it, as JSON. Twilio numbers them through
        -- all of the template, and every provider here takes them as one list.
        case provider
            when 'twilio' then {{ json_value('payload', ['types']) }}
            when 'nhn'
                then replace(
                    {%- for part in alimtalk_parts %}
                    {% if loop.first -%}
                    {{ json_value('payload', [part]) }}
                    {%- else -%}
                    || coalesce({{ json_value('payload', [part]) }}, '')
                    {%- endif %}
                    {%- endfor %},
                    '#{', '{{ opening }}'
                )
            when 'wechat' then {{ json_value('payload', ['content']) }}
        end as variable_text,
        -- A blocked or sleeping template is approved all the same; NHN Cloud says more
        -- only where it knows, and what cannot be read is not approved.
        coalesce({{ json_text('payload', ['block']) }}, 'false') as block,
        coalesce({{ json_text('payload', ['dormant']) }}, 'false') as dormant,
        coalesce({{ json_text('payload', ['ott_listed']) }}, 'true') as ott_listed

    from templates

),

-- Cut before each variable. Without quotation marks and backslashes the pieces can be
-- read as a list again.
pieces as (

    select
        said.row_key,
        {{ json_element('piece', as_column=true) }}

    from said

    {{ json_elements(
        "'[\"' || replace(replace(replace(said.variable_text, '\"', ''), chr(92), ''), '"
        ~ opening ~ "', '\",\"" ~ opening ~ "') || '\"]'",
        'piece'
    ) }}

),

parameters as (

    select distinct
        row_key,
        {{ trimmed(
            "replace(" ~ dbt.split_part('substring(piece, 4)', "'}'", 1)
            ~ ", '.DATA', '')"
        ) }} as parameter_name

    from pieces

    where piece like '"{{ opening }}%}%'

),

parameter_lists as (

    select
        row_key,
        count(*) as parameter_count,
        sum(case when {{ regexp_like('parameter_name', '^[0-9]+$') }} then 0 else 1 end)
            as name_count,
        {{ dbt.listagg('parameter_name', "','", 'order by parameter_name') }}
            as parameter_names

    from parameters

    where parameter_name != ''

    group by row_key

),

renamed as (

    select

        ---------- ids
        said.account_id,
        said.template_name as template_id,

        ---------- strings
        said.provider,
        said.template_name,
        said.language_code,
        case
            when said.ott_listed = 'false' then 'DELETED'
            when said.block = 'true' then 'DISABLED'
            when said.dormant = 'true' then 'PAUSED'
            when said.said_status in ('approved', 'tsc03')
                then
                    case
                        when said.block = 'false' and said.dormant = 'false'
                            then 'APPROVED'
                    end
            when said.said_status in ('received', 'pending', 'tsc01', 'tsc02')
                then 'PENDING'
            when said.said_status = 'tsc04' then 'REJECTED'
            else upper(said.said_status)
        end as status,
        said.category,
        cast(null as {{ dbt.type_string() }}) as correct_category,
        cast(null as {{ dbt.type_string() }}) as previous_category,
        case
            when
                said.provider = 'twilio'
                and coalesce(parameter_lists.name_count, 0) = 0
                then 'POSITIONAL'
            else 'NAMED'
        end as parameter_format,
        'NONE' as header_format,
        said.body_text,
        coalesce(nullif({{ trimmed('said.header_text') }}, ''), said.body_text)
            as first_text,
        case
            when said.provider != 'twilio' or parameter_lists.name_count > 0
                then parameter_lists.parameter_names
        end as body_parameter_names,
        cast(null as {{ dbt.type_string() }}) as quality,
        '' as button_types,
        cast(null as {{ dbt.type_string() }}) as otp_type,

        ---------- numbers
        0 as header_parameter_count,
        -- Without a text nobody knows: unknown is not none.
        case
            when said.variable_text is not null
                then coalesce(parameter_lists.parameter_count, 0)
        end as body_parameter_count,
        0 as button_parameter_count,

        ---------- booleans
        said.body_text is not null as has_body,
        false as has_footer,
        false as has_carousel,
        false as has_limited_time_offer,

        ---------- timestamps
        said.fetched_at

    from said

    left join parameter_lists
        on said.row_key = parameter_lists.row_key

),

final as (

    select * from renamed

    where
        template_name is not null
        and language_code is not null
        and fetched_at is not null

)

select * from final
