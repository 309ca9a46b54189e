with

defaults as (

    select * from {{ ref('stop_keywords_defaults') }}

),

overrides as (

    select * from {{ ref('stop_keywords_overrides') }}

),

judged as (

    select
        overrides.*,
        case
            when overrides.is_active is false then 'is no longer a stop'
            when coalesce(overrides.effect, '') != defaults.effect
                then 'does something else than the default'
            when
                defaults.match = 'contains'
                and coalesce(overrides.match, '') != 'contains'
                then 'matches fewer messages'
        end as loosening

    from overrides

    inner join defaults
        on {{ is_same_rule('stop_keywords', 'overrides', 'defaults') | indent(8) }}

),

final as (

    {{ loosened_rows('stop_keywords', 'judged') | indent(4) }}

)

select * from final
