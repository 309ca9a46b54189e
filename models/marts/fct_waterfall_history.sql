{#- Counted once a build, so that a trend over a year reads some thousand rows and not
    each person of each night. Begun late, it counts the nights that are kept. -#}
{{ config(
    enabled=not is_replay(),
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    post_hook="{{ forget_before(
        this, 'decided_at', whole_number('decision_history_days')
    ) }}",
) }}

-- depends_on: {{ ref('int_candidates_ranked') }}

with

decision_history as (

    select * from {{ ref('fct_decision_history') }}

    -- One row a person, as in `fct_audience_waterfall`.
    where is_first_channel

),

{% if is_incremental() -%}
builds as (

    select distinct build_id from {{ ref('int_candidates_ranked') }}

),

{% endif -%}
counted as (

    select
        build_id,
        campaign_id,
        channel,
        coalesce(country_code, 'unknown') as country_code,
        reason_code,
        decided_at,
        count(*) as customer_count

    from decision_history

    {% if is_incremental() -%}
    where
        -- Tonight's alone, and once.
        build_id in (select builds.build_id from builds)
        and not exists (

            select 1

            from {{ this }} as kept

            where decision_history.build_id = kept.build_id

        )

    {% endif -%}
    group by
        build_id,
        campaign_id,
        channel,
        coalesce(country_code, 'unknown'),
        reason_code,
        decided_at

),

final as (

    select

        ---------- ids
        build_id,
        campaign_id,

        ---------- strings
        channel,
        country_code,
        reason_code,

        ---------- numbers
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,

        ---------- timestamps
        decided_at

    from counted

)

select * from final
