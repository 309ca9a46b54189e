with

defaults as (

    select * from {{ ref('message_policies_defaults') }}

),

overrides as (

    select * from {{ ref('message_policies_overrides') }}

    -- Without its row a message is not sent at all.
    where is_active is not false

),

countries as (

    select * from {{ ref('countries') }}

),

unblocked as (

    select distinct
        overrides.channel,
        overrides.purpose,
        overrides.message_type

    from overrides

    inner join defaults
        on {{ is_same_rule('message_policies', 'overrides', 'defaults') | indent(8) }}

    inner join countries
        on {{ is_listed(
            'countries.country_code', 'defaults.blocked_number_countries'
        ) | indent(8) }}

    where
        overrides.blocked_number_countries is null
        or ({{ is_listed(
            'countries.country_code', 'overrides.blocked_number_countries'
        ) | indent(8) }}) is false

),

judged as (

    select
        overrides.*,
        case
            when defaults.channel is null then 'allows a message without a default'
            when
                defaults.consent_kind != 'none'
                and coalesce(overrides.consent_kind, '')
                not in ('explicit', defaults.consent_kind)
                then 'asks for another kind of yes'
            when
                coalesce(overrides.consent_purpose, '') != defaults.consent_purpose
                then 'asks for a yes to another purpose'
            when
                coalesce(overrides.template_category, '') != defaults.template_category
                then 'asks for another category of template'
            when defaults.needs_window and overrides.needs_window is not true
                then 'needs no reply window'
            when
                defaults.relationship_needed != 'none'
                and coalesce(overrides.relationship_needed, '')
                != defaults.relationship_needed
                then 'reaches who does not follow us there'
            when unblocked.channel is not null
                then 'reaches numbers of a country that is blocked'
            when
                defaults.is_batch_sent is not true
                and overrides.is_batch_sent is not false
                then 'is sent in batches'
            when defaults.has_quiet_hours and overrides.has_quiet_hours is not true
                then 'knows no quiet hours'
            when defaults.has_holdout and overrides.has_holdout is not true
                then 'holds nobody back'
        end as loosening

    from overrides

    left join defaults
        on {{ is_same_rule('message_policies', 'overrides', 'defaults') | indent(8) }}

    left join unblocked
        on {{ is_same_rule('message_policies', 'overrides', 'unblocked') | indent(8) }}

),

final as (

    {{ loosened_rows('message_policies', 'judged') | indent(4) }}

)

select * from final
