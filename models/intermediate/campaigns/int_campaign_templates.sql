with

campaign_messages as (

    select * from {{ ref('int_planned_messages') }}

    where message_type = 'template'

),

parameters as (

    select * from {{ ref('int_campaign_parameters') }}

),

templates as (

    select * from {{ ref('int_templates') }}

),

languages as (

    select coalesce(language_code, '') as customer_language
    from {{ ref('int_customers') }}

    {{ union_distinct() }}

    -- An audience may name people of whom nothing is known.
    select '' as customer_language

),

wanted as (

    select
        campaign_messages.*,
        languages.customer_language,
        lower(replace(languages.customer_language, '-', '_')) as exact_language,
        lower(
            {{ dbt.split_part(
                "replace(languages.customer_language, '-', '_')", "'_'", 1
            ) }}
        ) as base_language

    from campaign_messages

    cross join languages

),

named as (

    select
        wanted.campaign_id,
        wanted.channel,
        wanted.sender_id,
        wanted.customer_language,
        templates.*,
        case
            when lower(templates.language_code) = wanted.exact_language then 1
            when lower(templates.language_code) = wanted.base_language then 2
            when
                lower(templates.language_code)
                = lower(replace(wanted.language_fallback, '-', '_'))
                then 3
        end as language_rank

    from wanted

    inner join templates
        on
            wanted.template_account_id = templates.account_id
            and wanted.template_name = templates.template_name

),

ranked as (

    select
        named.*,
        row_number() over (
            partition by campaign_id, channel, sender_id, customer_language
            -- An approved one first, then the customer's own language.
            order by
                case
                    when language_rank is not null and template_status = 'APPROVED'
                        then 0
                    else 1
                end asc,
                language_rank asc nulls last,
                language_code asc
        ) as template_rank

    from named

),

given_parameters as (

    select
        parameters.campaign_id,
        parameters.channel,
        parameters.sender_id,
        parameters.component,
        count(*) as parameter_count

    from parameters

    where parameters.message_type = 'template'

    group by
        parameters.campaign_id,
        parameters.channel,
        parameters.sender_id,
        parameters.component

),

body_names as (

    select
        parameters.campaign_id,
        parameters.channel,
        parameters.sender_id,
        ranked.customer_language,
        count(*) as known_name_count

    from parameters

    inner join ranked
        on
            parameters.campaign_id = ranked.campaign_id
            and parameters.channel = ranked.channel
            and parameters.sender_id = ranked.sender_id
            and ranked.template_rank = 1

    where
        parameters.message_type = 'template'
        and parameters.component = 'body'
        and {{ dbt.position(
            "',' || parameters.parameter_name || ','",
            "',' || coalesce(ranked.body_parameter_names, '') || ','"
        ) }} > 0

    group by
        parameters.campaign_id,
        parameters.channel,
        parameters.sender_id,
        ranked.customer_language

),

final as (

    select

        ---------- ids
        ranked.campaign_id,
        ranked.sender_id,
        ranked.account_id,
        ranked.template_id,

        ---------- strings
        ranked.channel,
        ranked.customer_language,
        ranked.template_name,
        case when ranked.language_rank is not null then ranked.language_code end
            as language_code,
        ranked.template_status,
        ranked.template_category,
        ranked.parameter_format,
        ranked.header_format,
        ranked.first_text,

        ---------- booleans
        ranked.language_rank is not null as has_language,
        ranked.last_fetched_at > {{ dbt.dateadd(
            'hour', '-1 * ' ~ var('template_max_age_hours'), as_of()
        ) }} as is_catalogue_fresh,
        -- A count that differs is refused for every recipient: ask it here, once.
        coalesce(body.parameter_count, 0) = ranked.body_parameter_count
        and (
            coalesce(ranked.parameter_format, 'POSITIONAL') = 'POSITIONAL'
            or coalesce(body_names.known_name_count, 0)
            = ranked.body_parameter_count
        )
        and coalesce(button.parameter_count, 0) = ranked.button_parameter_count
        -- Cards, products and the end of an offer are values that no campaign gives.
        and coalesce(
            ranked.has_carousel
            or ranked.has_limited_time_offer
            or {{ is_listed("'mpm'", 'ranked.button_types') }}
            or {{ is_listed("'spm'", 'ranked.button_types') }},
            false
        ) is false
        and case
            when ranked.header_format in ('IMAGE', 'VIDEO', 'DOCUMENT')
                then coalesce(header.parameter_count, 0) = 1
            when coalesce(ranked.header_format, 'NONE') in ('NONE', 'TEXT')
                then
                    coalesce(header.parameter_count, 0)
                    = ranked.header_parameter_count
        end as has_matching_parameters,

        ---------- timestamps
        ranked.fetched_at

    from ranked

    left join given_parameters as body
        on
            ranked.campaign_id = body.campaign_id
            and ranked.channel = body.channel
            and ranked.sender_id = body.sender_id
            and body.component = 'body'

    left join given_parameters as header
        on
            ranked.campaign_id = header.campaign_id
            and ranked.channel = header.channel
            and ranked.sender_id = header.sender_id
            and header.component = 'header'

    left join given_parameters as button
        on
            ranked.campaign_id = button.campaign_id
            and ranked.channel = button.channel
            and ranked.sender_id = button.sender_id
            and button.component = 'button'

    left join body_names
        on
            ranked.campaign_id = body_names.campaign_id
            and ranked.channel = body_names.channel
            and ranked.sender_id = body_names.sender_id
            and ranked.customer_language = body_names.customer_language

    where ranked.template_rank = 1

)

select * from final
