with

defaults as (

    select * from {{ ref('reply_window_rules_defaults') }}

),

overrides as (

    select * from {{ ref('reply_window_rules_overrides') }}

    -- Without its row nothing opens a window.
    where is_active is not false

),

judged as (

    select
        overrides.*,
        case
            when defaults.channel is null then 'opens a window that has no default'
            when {{ is_more('overrides.length_minutes', 'defaults.length_minutes') }}
                then 'keeps the window open longer'
            when
                coalesce(overrides.margin_minutes, 0) < defaults.margin_minutes
                then 'leaves a smaller margin'
            when
                {{ is_more(
                    'overrides.messages_allowed', 'defaults.messages_allowed'
                ) | indent(16) }}
                then 'allows more messages'
        end as loosening

    from overrides

    left join defaults
        on {{ is_same_rule('reply_window_rules', 'overrides', 'defaults') | indent(8) }}

),

final as (

    {{ loosened_rows('reply_window_rules', 'judged') | indent(4) }}

)

select * from final
