with

defaults as (

    select * from {{ ref('cap_rules_defaults') }}

    -- A law or a platform stands behind the others.
    where strength != 'project'

),

-- A limit of one's own can only close: every one must allow one more.
overrides as (

    select * from {{ ref('cap_rules_overrides') }}

),

judged as (

    select
        overrides.*,
        case
            when overrides.is_active is false then 'takes the limit away'
            when
                coalesce(overrides.country_code, '')
                not in ('*', defaults.country_code)
                or coalesce(overrides.subdivision_code, '')
                not in ('*', defaults.subdivision_code)
                or coalesce(overrides.channel, '') not in ('*', defaults.channel)
                or coalesce(overrides.purpose, '') != defaults.purpose
                then 'holds for others than the default'
            when
                coalesce(overrides.window_kind, '') != defaults.window_kind
                then 'counts hours or days otherwise'
            when
                (overrides.window_length >= defaults.window_length) is not true
                then 'counts a shorter time'
            when
                (overrides.max_messages <= defaults.max_messages) is not true
                then 'allows more messages'
        end as loosening

    from overrides

    inner join defaults
        on {{ is_same_rule('cap_rules', 'overrides', 'defaults') | indent(8) }}

),

final as (

    {{ loosened_rows('cap_rules', 'judged') | indent(4) }}

)

select * from final
