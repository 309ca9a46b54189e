with

campaigns as (

    select * from {{ ref('int_campaigns') }}

),

campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

-- Each of these would reach nobody, or somebody else, without a word.
judged as (

    select
        campaign_id,
        case
            when
                -- One that has ended may name what is no longer there.
                coalesce(ends_at > {{ as_of() }}, true)
                and (
                    audience in (
                        {%- for audience in var('audiences') %}
                        '{{ audience }}'{{ ',' if not loop.last }}
                        {%- endfor %}
                    )
                ) is not true
                then
                    'its audience is none of the var audiences: '
                    || coalesce(audience, 'none is given')
            when (repeats in ('once', 'recurring')) is not true
                then 'repeats is neither once nor recurring'
            when repeats = 'recurring' and (cooldown_days >= 1) is not true
                then 'it is recurring and has no cooldown_days, 1 or more'
            when has_unread_time
                then 'starts_at or ends_at is no time such as 2026-11-18 10:00:00'
            when ends_at <= starts_at
                then 'it ends before it starts'
            when holdout_percent < 0 or holdout_percent > 100
                then 'holdout_percent is not between 0 and 100'
            when max_recipients < 0
                then 'max_recipients is below 0'
        end as mistake

    from campaigns

    union all

    select
        campaign_messages.campaign_id,
        'campaign_messages.csv names it, and campaigns.csv does not' as mistake

    from campaign_messages

    left join campaigns
        on campaign_messages.campaign_id = campaigns.campaign_id

    where campaigns.campaign_id is null

    union all

    select
        campaign_id,
        'its row for ' || destination || ' needs a provider_campaign_id' as mistake

    from campaign_messages

    where
        {{ trimmed("coalesce(provider_campaign_id, '')") }} = ''
        and destination in (
            {%- for table in var('trigger_tables') %}
            '{{ table }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )

),

final as (

    select distinct

        ---------- ids
        campaign_id,

        ---------- strings
        'Campaign ' || coalesce(campaign_id, 'without an id') || ': ' || mistake
        || '. Correct it in seeds/campaigns and run dbt build.' as problem

    from judged

    where mistake is not null

)

select * from final
