with

defaults as (

    select * from {{ ref('sending_hours_defaults') }}

    -- A law, a regulator, a network or a platform stands behind the others.
    where strength not in ('vendor', 'project')

),

overrides as (

    select * from {{ ref('sending_hours_overrides') }}

),

sending_hours as (

    select * from {{ ref('sending_hours') }}

),

default_sets as (

    select distinct rule_set from defaults

),

scopes_left as (

    select distinct
        rule_set,
        country_code,
        subdivision_code,
        channels,
        purposes

    from sending_hours

),

judged as (

    select
        overrides.*,
        case
            when defaults.rule_id is null and overrides.is_active is not false
                then 'adds an allowed span'
            when defaults.rule_id is null then null
            -- A weekday without a row is closed, but without any row there is no rule.
            when
                overrides.is_active is false
                and scopes_left.rule_set is null
                then 'takes the whole rule away'
            when overrides.is_active is false then null
            when
                coalesce(overrides.rule_set, '') != defaults.rule_set
                or coalesce(overrides.country_code, '') != defaults.country_code
                or coalesce(overrides.subdivision_code, '')
                not in ('*', defaults.subdivision_code)
                or coalesce(overrides.channels, '') not in ('*', defaults.channels)
                or coalesce(overrides.purposes, '') != defaults.purposes
                then 'holds for others than the default'
            when
                {{ minute_of_day('overrides.allowed_start') | indent(16) }}
                < {{ minute_of_day('defaults.allowed_start') | indent(16) }}
                then 'opens earlier'
            when
                {{ minute_of_day('overrides.allowed_end') | indent(16) }}
                > {{ minute_of_day('defaults.allowed_end') | indent(16) }}
                then 'closes later'
            when
                defaults.holiday_policy = 'block'
                and coalesce(overrides.holiday_policy, '') != 'block'
                then 'is open on holidays'
            when
                overrides.lifted_by_consent_purpose
                != coalesce(defaults.lifted_by_consent_purpose, '')
                then 'does not hold for who said yes to something'
        end as loosening

    from overrides

    left join defaults
        on {{ is_same_rule('sending_hours', 'overrides', 'defaults') | indent(8) }}

    left join scopes_left
        on
            defaults.rule_set = scopes_left.rule_set
            and defaults.country_code = scopes_left.country_code
            and defaults.subdivision_code = scopes_left.subdivision_code
            and defaults.channels = scopes_left.channels
            and defaults.purposes = scopes_left.purposes

    -- A rule of one's own can only close: every rule must allow a moment.
    left join default_sets
        on overrides.rule_set = default_sets.rule_set

    where
        defaults.rule_id is not null
        or default_sets.rule_set is not null

),

final as (

    {{ loosened_rows('sending_hours', 'judged') | indent(4) }}

)

select * from final
