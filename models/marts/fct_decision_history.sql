{#- A build's decisions added to the last ones', and kept for a while: a past night is
    asked what was decided, not what would be decided again. A replay adds none. -#}
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

with

decisions as (

    select * from {{ ref('fct_campaign_decisions') }}

),

builds as (

    select distinct build_id from {{ ref('int_candidates_ranked') }}

),

final as (

    select

        ---------- ids
        builds.build_id,
        decisions.campaign_id,
        decisions.customer_id,
        decisions.sender_id,
        decisions.contact_point_id,
        decisions.consent_event_id,
        decisions.last_inbound_message_id,
        decisions.template_id,
        decisions.delivery_key,

        ---------- strings
        decisions.channel,
        decisions.message_type,
        decisions.destination,
        decisions.campaign_purpose,
        decisions.purpose,
        decisions.country_code,
        decisions.reason_code,
        decisions.reason_codes,
        decisions.marketer_label,
        decisions.consent_status,
        decisions.template_name,
        decisions.template_language_code,
        decisions.template_status,
        decisions.template_category,
        decisions.lowest_rule_confidence,
        decisions.policy_hash,

        ---------- numbers
        decisions.score,
        decisions.send_rank,

        ---------- booleans
        decisions.is_sendable,
        decisions.is_held_out,
        decisions.is_first_channel,

        ---------- timestamps
        decisions.last_inbound_at,
        decisions.window_closes_at,
        decisions.template_fetched_at,
        decisions.send_not_before,
        decisions.send_not_after,
        decisions.next_allowed_at,
        decisions.decided_at

    from decisions

    cross join builds

    {% if is_incremental() -%}
    -- Decisions that were not made anew are here already.
    where not exists (

        select 1

        from {{ this }} as kept

        where builds.build_id = kept.build_id

    )
    {%- endif %}

)

select * from final
