with

catalogue as (

    select * from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

),

-- A list that was fetched whole later: what it did not change, it confirmed.
listings as (

    select
        account_id,
        max(fetched_at) as listed_at

    from {{ ref('stg_templates__listings') }}

    where fetched_at <= {{ as_of() }}

    group by account_id

),

template_events as (

    select
        events.*,
        case
            when event in ('APPROVED', 'REINSTATED', 'UNARCHIVED') then 1
            when event = 'CATEGORY_UPDATE' and category != 'MARKETING' then 1
            else 0
        end as is_opening

    from {{ ref('stg_whatsapp__template_events') }} as events

    where received_at <= {{ as_of() }}

),

-- A clock that runs ahead opens nothing later than we heard of it (R3).
dated_events as (

    select
        template_events.*,
        case
            when is_opening = 1
                then least(coalesce(occurred_at, received_at), received_at)
            else coalesce(occurred_at, received_at)
        end as effective_at

    from template_events

),

ranked as (

    select
        catalogue.*,
        row_number() over (
            partition by account_id, template_name, language_code
            -- Fetched last wins; at one instant the one that is not approved.
            order by
                fetched_at desc,
                case when status = 'APPROVED' then 1 else 0 end asc,
                case when category = 'MARKETING' then 0 else 1 end asc,
                coalesce(template_id, '') desc,
                coalesce(body_text, '') desc
        ) as version_rank

    from catalogue

),

latest as (

    select
        ranked.*,
        greatest(ranked.fetched_at, coalesce(listings.listed_at, ranked.fetched_at))
            as confirmed_at

    from ranked

    left join listings
        on ranked.account_id = listings.account_id

    where ranked.version_rank = 1

),

catalogue_ages as (

    select
        account_id,
        max(confirmed_at) as last_fetched_at

    from latest

    group by account_id

),

-- Webhooks are the early warning: what came after the list was fetched counts.
newer_events as (

    select
        latest.account_id,
        latest.template_name,
        latest.language_code,
        dated_events.event,
        dated_events.category,
        row_number() over (
            partition by
                latest.account_id,
                latest.template_name,
                latest.language_code,
                case when dated_events.event = 'CATEGORY_UPDATE' then 1 else 0 end
            -- The latest event; at one instant the one that opens nothing.
            order by
                dated_events.effective_at desc,
                dated_events.is_opening asc,
                dated_events.event desc,
                coalesce(dated_events.category, '') desc
        ) as event_rank

    from latest

    inner join dated_events
        on
            latest.account_id = dated_events.waba_id
            and latest.template_name = dated_events.template_name
            and lower(latest.language_code)
            = lower(replace(dated_events.language_code, '-', '_'))
            and latest.confirmed_at < dated_events.effective_at

),

final as (

    select

        ---------- ids
        latest.account_id,
        latest.template_id,

        ---------- strings
        latest.provider,
        latest.template_name,
        latest.language_code,
        case
            when status_events.event in ('APPROVED', 'REINSTATED', 'UNARCHIVED')
                then 'APPROVED'
            else coalesce(status_events.event, latest.status)
        end as template_status,
        -- The stricter of what it is and what Meta says it should be (R13).
        case
            when
                'MARKETING' in (
                    coalesce(category_events.category, ''),
                    coalesce(latest.category, ''),
                    coalesce(latest.correct_category, '')
                )
                then 'MARKETING'
            else coalesce(category_events.category, latest.category)
        end as template_category,
        latest.category as catalogue_category,
        latest.parameter_format,
        latest.header_format,
        latest.body_text,
        latest.first_text,
        latest.body_parameter_names,
        latest.quality,
        latest.button_types,
        latest.otp_type,

        ---------- numbers
        latest.header_parameter_count,
        latest.body_parameter_count,
        latest.button_parameter_count,

        ---------- booleans
        latest.has_body,
        latest.has_footer,
        latest.has_carousel,
        latest.has_limited_time_offer,

        ---------- timestamps
        latest.confirmed_at as fetched_at,
        catalogue_ages.last_fetched_at

    from latest

    inner join catalogue_ages
        on latest.account_id = catalogue_ages.account_id

    left join newer_events as status_events
        on
            latest.account_id = status_events.account_id
            and latest.template_name = status_events.template_name
            and latest.language_code = status_events.language_code
            and status_events.event != 'CATEGORY_UPDATE'
            and status_events.event_rank = 1

    left join newer_events as category_events
        on
            latest.account_id = category_events.account_id
            and latest.template_name = category_events.template_name
            and latest.language_code = category_events.language_code
            and category_events.event = 'CATEGORY_UPDATE'
            and category_events.event_rank = 1

)

select * from final
