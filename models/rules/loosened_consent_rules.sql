with

defaults as (

    select * from {{ ref('consent_rules_defaults') }}

),

overrides as (

    select * from {{ ref('consent_rules_overrides') }}

),

consent_rules as (

    select * from {{ ref('consent_rules') }}

),

-- What holds from now on: of a row that is switched off, what `*` says.
replaced as (

    select
        overrides.country_code,
        overrides.counsel_reviewed_by,
        overrides.counsel_reviewed_at,
        consent_rules.country_code as ruled_by,
        consent_rules.double_opt_in,
        consent_rules.confirm_within_days,
        consent_rules.lifetime_months,
        consent_rules.unused_months,
        consent_rules.reconfirm_months,
        consent_rules.soft_opt_in,
        consent_rules.soft_opt_in_months,
        consent_rules.registry

    from overrides

    left join consent_rules
        on
            case
                when overrides.is_active is false then '*'
                else overrides.country_code
            end
            = consent_rules.country_code

),

-- What held before: a country without a row of its own had `*`.
compared as (

    select
        replaced.*,
        {%- for column in [
            'double_opt_in', 'confirm_within_days', 'lifetime_months', 'unused_months',
            'reconfirm_months', 'soft_opt_in', 'soft_opt_in_months', 'registry',
        ] %}
        case
            when own_defaults.country_code is not null then own_defaults.{{ column }}
            else star_defaults.{{ column }}
        end as default_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from replaced

    left join defaults as own_defaults
        on replaced.country_code = own_defaults.country_code

    left join defaults as star_defaults
        on star_defaults.country_code = '*'

),

judged as (

    select
        compared.*,
        case
            when ruled_by is null then 'leaves countries without any rule'
            when default_double_opt_in and double_opt_in is not true
                then 'needs no confirmed yes'
            when
                {{ is_more('confirm_within_days', 'default_confirm_within_days') }}
                then 'leaves more days to confirm'
            when {{ is_more('lifetime_months', 'default_lifetime_months') }}
                then 'lets a yes live longer'
            when {{ is_more('unused_months', 'default_unused_months') }}
                then 'lets an unused yes live longer'
            when {{ is_more('reconfirm_months', 'default_reconfirm_months') }}
                then 'asks again later'
            when default_soft_opt_in is not true and soft_opt_in is not false
                then 'lets a purchase stand for a yes'
            when
                soft_opt_in is not false
                and {{ is_more(
                    'soft_opt_in_months', 'default_soft_opt_in_months'
                ) | indent(16) }}
                then 'lets a purchase stand for a yes longer'
            when coalesce(registry, '') != default_registry
                then 'checks another public list, or none'
        end as loosening

    from compared

),

final as (

    {{ loosened_rows('consent_rules', 'judged') | indent(4) }}

)

select * from final
