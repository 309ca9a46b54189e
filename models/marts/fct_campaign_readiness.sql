{%- set ladder = readiness_gates() -%}

with

planned_messages as (

    select * from {{ ref('int_planned_messages') }}

),

audience_members as (

    select * from {{ ref('int_audience_members') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

campaign_templates as (

    select * from {{ ref('int_campaign_templates') }}

),

template_approvals as (

    select * from {{ ref('int_template_approvals') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

channels as (

    select * from {{ ref('channels') }}

),

reasons as (

    select * from {{ ref('eligibility_reasons') }}

),

eligible as (

    select * from {{ ref('fct_channel_eligibility') }}

    where is_eligible

),

members as (

    select
        planned_messages.campaign_id,
        planned_messages.channel,
        planned_messages.message_type,
        planned_messages.sender_id,
        audience_members.customer_id,
        coalesce(customers.language_code, '') as customer_language

    from planned_messages

    inner join audience_members
        on planned_messages.audience = audience_members.audience

    left join customers
        on audience_members.customer_id = customers.customer_id

    where
        (
            planned_messages.min_score is null
            or audience_members.score > planned_messages.min_score
        )
        and {{ is_routed_to(
            'planned_messages.countries', 'customers.country_code'
        ) | indent(8) }}

),

languages as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_language,
        count(*) as audience_count

    from members

    group by
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_language

),

-- A campaign that nobody is in yet is asked for too.
asked as (

    select
        planned_messages.*,
        coalesce(languages.customer_language, '') as customer_language,
        coalesce(languages.audience_count, 0) as audience_count

    from planned_messages

    left join languages
        on
            planned_messages.campaign_id = languages.campaign_id
            and planned_messages.channel = languages.channel
            and planned_messages.message_type = languages.message_type
            and planned_messages.sender_id = languages.sender_id

),

with_templates as (

    select
        asked.*,
        campaign_templates.template_name as found_template_name,
        campaign_templates.is_catalogue_fresh as is_listing_fresh,
        campaign_templates.has_language,
        campaign_templates.has_matching_parameters,
        campaign_templates.language_code,
        -- What belongs to another language says nothing about this one.
        case
            when campaign_templates.has_language
                then campaign_templates.template_status
        end as template_status,
        case
            when campaign_templates.has_language
                then campaign_templates.template_category
        end as template_category,
        -- The stricter of what the campaign says and what the template is (R13).
        case
            when campaign_templates.template_category = 'MARKETING' then 'marketing'
            else asked.purpose
        end as purpose_used

    from asked

    left join campaign_templates
        on
            asked.campaign_id = campaign_templates.campaign_id
            and asked.channel = campaign_templates.channel
            and asked.sender_id = campaign_templates.sender_id
            and asked.customer_language = campaign_templates.customer_language
            and asked.message_type = 'template'

),

-- Of a template that is not there nothing more is asked.
gated as (

    select
        with_templates.*,
        message_policies.needs_window,
        {{ is_connected('channels') }} as is_channel_connected,
        message_policies.channel is not null as has_policy,
        with_templates.message_type != 'template'
        or with_templates.found_template_name is not null as has_template,
        with_templates.message_type != 'template'
        or with_templates.found_template_name is null
        or with_templates.has_language as has_template_language,
        with_templates.message_type != 'template'
        or with_templates.found_template_name is null
        or with_templates.is_listing_fresh as is_catalogue_fresh,
        with_templates.message_type != 'template'
        or with_templates.has_language is not true
        or with_templates.template_status = 'APPROVED' as is_template_approved,
        with_templates.message_type != 'template'
        or with_templates.has_language is not true
        or message_policies.channel is null
        or with_templates.template_category = message_policies.template_category
            as has_right_category,
        with_templates.message_type != 'template'
        or with_templates.has_language is not true
        or with_templates.has_matching_parameters as has_valid_parameters,
        message_policies.channel is null
        or message_policies.is_batch_sent as is_batch_sent

    from with_templates

    left join message_policies
        on
            with_templates.channel = message_policies.channel
            and with_templates.purpose_used = message_policies.purpose
            and with_templates.message_type = message_policies.message_type

    left join channels
        on with_templates.channel = channels.channel

),

judged as (

    select
        gated.*,
        {{ first_closed_gate(ladder) | indent(8) }} as first_missing,
        {{ all_closed_gates(ladder) | indent(8) }} as missing

    from gated

),

reachable as (

    select
        members.campaign_id,
        members.channel,
        members.message_type,
        members.sender_id,
        members.customer_language,
        members.customer_id,
        judged.portfolio_id,
        judged.needs_window

    from members

    inner join judged
        on
            members.campaign_id = judged.campaign_id
            and members.channel = judged.channel
            and members.message_type = judged.message_type
            and members.sender_id = judged.sender_id
            and members.customer_language = judged.customer_language

    inner join eligible
        on
            members.customer_id = eligible.customer_id
            and judged.channel = eligible.channel
            and judged.sender_id = eligible.sender_id
            and judged.purpose_used = eligible.purpose

),

reachable_counts as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_language,
        count(*) as reachable_count

    from reachable

    group by
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_language

),

-- The limit is on people we write to first, and a portfolio's numbers share it.
people_under_limit as (

    select
        campaign_id,
        channel,
        portfolio_id,
        count(distinct customer_id) as people_count

    from reachable

    where needs_window is false

    group by
        campaign_id,
        channel,
        portfolio_id

),

ranked_approvals as (

    select
        account_id,
        approval_seconds,
        row_number() over (
            partition by account_id
            order by approval_seconds asc, template_name asc, language_key asc
        ) as approval_rank,
        count(*) over (partition by account_id) as approvals_seen

    from template_approvals

    where approval_seconds is not null

),

-- The one in the middle, or the mean of the two.
usual_approvals as (

    select
        account_id,
        approvals_seen,
        avg(approval_seconds) as usual_approval_seconds

    from ranked_approvals

    where
        2 * approval_rank >= approvals_seen
        and 2 * approval_rank <= approvals_seen + 2

    group by
        account_id,
        approvals_seen

),

final as (

    select

        ---------- ids
        judged.campaign_id,
        judged.sender_id,

        ---------- strings
        judged.channel,
        judged.message_type,
        judged.purpose_used as purpose,
        case
            when judged.customer_language = '' then 'unknown'
            else judged.customer_language
        end as language_code,
        judged.template_name,
        judged.language_code as template_language_code,
        judged.template_status,
        judged.template_category,
        judged.missing,
        case
            -- What is amiss here is the campaign's own list, not a customer's record.
            when judged.first_missing = 'template_params_invalid'
                then 'Give the values that the template asks for'
            else reasons.what_to_do
        end as what_to_do,

        ---------- numbers
        cast(judged.audience_count as {{ dbt.type_bigint() }}) as audience_count,
        cast(coalesce(reachable_counts.reachable_count, 0) as {{ dbt.type_bigint() }})
            as reachable_count,
        cast(
            case
                when judged.template_status = 'PENDING'
                    then template_approvals.waiting_seconds / 86400.0
            end as decimal(18, 2)
        ) as approval_days_so_far,
        cast(usual_approvals.usual_approval_seconds / 86400.0 as decimal(18, 2))
            as usual_approval_days,
        cast(
            case
                when judged.message_type = 'template'
                    then coalesce(usual_approvals.approvals_seen, 0)
            end as {{ dbt.type_bigint() }}
        ) as approvals_seen,
        cast(
            case
                when judged.starts_at <= {{ as_of() }} then 0
                else
                    {{ dbt.datediff(as_of(), 'judged.starts_at', 'second') }}
                    / 86400.0
            end as decimal(18, 2)
        ) as days_until_start,
        cast(
            case
                when judged.needs_window is false
                    then ceil(
                        1.0 * least(
                            coalesce(people_under_limit.people_count, 0),
                            coalesce(
                                judged.max_recipients,
                                people_under_limit.people_count,
                                0
                            )
                        )
                        / nullif(judged.messaging_limit, 0)
                    )
            end as {{ dbt.type_bigint() }}
        ) as days_needed,

        ---------- booleans
        judged.missing = '' as is_ready,

        ---------- timestamps
        judged.starts_at,
        {{ as_of() }} as decided_at

    from judged

    left join reasons
        on judged.first_missing = reasons.reason_code

    left join reachable_counts
        on
            judged.campaign_id = reachable_counts.campaign_id
            and judged.channel = reachable_counts.channel
            and judged.message_type = reachable_counts.message_type
            and judged.sender_id = reachable_counts.sender_id
            and judged.customer_language = reachable_counts.customer_language

    left join people_under_limit
        on
            judged.campaign_id = people_under_limit.campaign_id
            and judged.channel = people_under_limit.channel
            and judged.portfolio_id = people_under_limit.portfolio_id

    left join template_approvals
        on
            judged.template_account_id = template_approvals.account_id
            and judged.template_name = template_approvals.template_name
            and lower(judged.language_code) = template_approvals.language_key

    left join usual_approvals
        on
            judged.template_account_id = usual_approvals.account_id
            and judged.message_type = 'template'

)

select * from final
