{{ config(enabled=not is_replay()) }}

-- Each decision of this build is in the history, and once.

with

decisions as (

    select * from {{ ref('fct_campaign_decisions') }}

),

builds as (

    select distinct build_id from {{ ref('int_candidates_ranked') }}

),

kept as (

    select * from {{ ref('fct_decision_history') }}

    where decided_at = {{ as_of() }}

),

counted as (

    select
        decisions.campaign_id,
        decisions.customer_id,
        decisions.channel,
        count(kept.build_id) as kept_rows

    from decisions

    cross join builds

    left join kept
        on
            builds.build_id = kept.build_id
            and decisions.campaign_id = kept.campaign_id
            and decisions.customer_id = kept.customer_id
            and decisions.channel = kept.channel
            and decisions.reason_code = kept.reason_code

    where decisions.decided_at = {{ as_of() }}

    group by
        decisions.campaign_id,
        decisions.customer_id,
        decisions.channel

)

select * from counted

where kept_rows != 1
