{#- Read by one model. -#}
{{ config(materialized=view_or_table()) }}

with

audience_members as (

    select * from {{ ref('int_audience_members') }}

),

campaign_messages as (

    select * from {{ ref('int_campaign_messages') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

campaign_templates as (

    select * from {{ ref('int_campaign_templates') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

parameters as (

    select * from {{ ref('int_campaign_parameters') }}

),

-- A label in the sender's name is for whoever registers the sender.
label_rules as (

    select * from {{ ref('label_rules') }}

    where label_place = 'text'

),

candidates as (

    select
        campaign_messages.*,
        audience_members.customer_id,
        audience_members.score,
        audience_members.variables,
        customers.country_code,
        coalesce(customers.language_code, '') as customer_language

    from campaign_messages

    inner join audience_members
        on campaign_messages.audience = audience_members.audience

    -- An audience may name an old id of a merged person, or nobody: it still counts.
    left join customers
        on audience_members.customer_id = customers.customer_id

    where
        campaign_messages.min_score is null
        or audience_members.score > campaign_messages.min_score

),

parameter_values as (

    select
        candidates.campaign_id,
        candidates.channel,
        candidates.message_type,
        candidates.sender_id,
        candidates.customer_id,
        {{ json_text_dynamic('candidates.variables', 'parameters.parameter_name') }}
            as parameter_value

    from candidates

    inner join parameters
        on
            candidates.campaign_id = parameters.campaign_id
            and candidates.channel = parameters.channel
            and candidates.message_type = parameters.message_type
            and candidates.sender_id = parameters.sender_id

),

-- A value that the provider would refuse closes the gate for this person only.
values_checked as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_id,
        min(
            case
                when
                    {{ trimmed('parameter_value') }} != ''
                    and parameter_value not like '%     %'
                    and parameter_value not like '%' || chr(10) || '%'
                    and parameter_value not like '%' || chr(13) || '%'
                    and parameter_value not like '%' || chr(9) || '%'
                    then 1
                else 0
            end
        ) as valid_values

    from parameter_values

    group by
        campaign_id,
        channel,
        message_type,
        sender_id,
        customer_id

),

with_templates as (

    select
        candidates.*,
        campaign_templates.template_id,
        campaign_templates.language_code,
        campaign_templates.template_status,
        campaign_templates.template_category,
        campaign_templates.parameter_format,
        campaign_templates.header_format,
        case
            when candidates.message_type = 'template'
                then campaign_templates.first_text
            else candidates.free_text
        end as first_text,
        campaign_templates.has_language,
        campaign_templates.is_catalogue_fresh,
        campaign_templates.has_matching_parameters,
        campaign_templates.fetched_at as template_fetched_at,
        campaign_templates.template_name as found_template_name,
        -- The stricter of what the campaign says and what the template is (R13).
        case
            when campaign_templates.template_category = 'MARKETING' then 'marketing'
            else candidates.purpose
        end as purpose_used

    from candidates

    left join campaign_templates
        on
            candidates.campaign_id = campaign_templates.campaign_id
            and candidates.channel = campaign_templates.channel
            and candidates.sender_id = campaign_templates.sender_id
            and candidates.customer_language = campaign_templates.customer_language
            and candidates.message_type = 'template'

),

final as (

    select

        ---------- ids
        with_templates.campaign_id,
        with_templates.customer_id,
        with_templates.sender_id,
        with_templates.provider_account,
        with_templates.provider_campaign_id,
        with_templates.template_id,

        ---------- strings
        with_templates.channel,
        with_templates.message_type,
        with_templates.destination,
        with_templates.purpose as campaign_purpose,
        with_templates.purpose_used as purpose,
        with_templates.occurrence,
        with_templates.template_name,
        with_templates.customer_language,
        with_templates.language_code as template_language_code,
        with_templates.template_status,
        with_templates.template_category,
        with_templates.parameter_format,
        with_templates.header_format,
        with_templates.header_parameter,
        with_templates.body_parameters,
        with_templates.button_parameters,
        with_templates.free_text,
        with_templates.content,
        with_templates.content_kind,
        with_templates.variables,
        with_templates.holdout_salt,

        ---------- numbers
        with_templates.score,
        with_templates.priority,
        with_templates.message_rank,
        with_templates.max_recipients,
        with_templates.holdout_percent,
        with_templates.messages_per_second,
        with_templates.max_steps,

        ---------- booleans
        message_policies.channel is not null as has_policy,
        coalesce(message_policies.has_holdout, true) as has_holdout,
        message_policies.is_batch_sent,
        coalesce(message_policies.has_quiet_hours, true) as has_quiet_hours,
        message_policies.needs_window,
        {{ is_routed_to(
            'with_templates.countries', 'with_templates.country_code'
        ) | indent(8) }} as is_routed_to_country,
        with_templates.can_carry_content,
        with_templates.message_type != 'template'
        or with_templates.found_template_name is not null as has_template,
        with_templates.message_type != 'template'
        or with_templates.has_language as has_template_language,
        with_templates.message_type != 'template'
        or with_templates.is_catalogue_fresh as is_catalogue_fresh,
        with_templates.message_type != 'template'
        or with_templates.template_status = 'APPROVED' as is_template_approved,
        with_templates.message_type != 'template'
        or with_templates.template_category = message_policies.template_category
            as has_right_category,
        (
            with_templates.message_type != 'template'
            or with_templates.has_matching_parameters
        )
        and (
            values_checked.valid_values = 1
            or (
                with_templates.body_parameters = ''
                and with_templates.header_parameter = ''
                and with_templates.button_parameters = ''
            )
        ) as has_valid_parameters,
        with_templates.purpose_used != 'marketing'
        or label_rules.country_code is null
        -- What only a provider holds, nobody here can read; of a file that we hold, the
        -- row's own text says how it begins.
        or (
            {{ trimmed("coalesce(with_templates.first_text, '')") }} = ''
            and (
                with_templates.content is null
                or with_templates.message_type = 'template'
            )
        )
        or {{ begins_with_label(
            'with_templates.first_text', 'label_rules.start_labels'
        ) | indent(8) }} as has_label_where_needed,
        with_templates.is_sender_active as may_sender_send_campaign,

        ---------- timestamps
        with_templates.ends_at as campaign_ends_at,
        with_templates.occurrence_ends_at,
        with_templates.template_fetched_at

    from with_templates

    left join message_policies
        on
            with_templates.channel = message_policies.channel
            and with_templates.purpose_used = message_policies.purpose
            and with_templates.message_type = message_policies.message_type

    left join label_rules
        on with_templates.country_code = label_rules.country_code

    left join values_checked
        on
            with_templates.campaign_id = values_checked.campaign_id
            and with_templates.channel = values_checked.channel
            and with_templates.message_type = values_checked.message_type
            and with_templates.sender_id = values_checked.sender_id
            and with_templates.customer_id = values_checked.customer_id

)

select * from final
