with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

),

reasons as (

    select * from {{ ref('eligibility_reasons') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

confidences as (

    select * from {{ ref('int_decision_confidences') }}

),

final as (

    select

        ---------- ids
        decided.campaign_id,
        decided.customer_id,
        decided.sender_id,
        decided.contact_point_id,
        decided.consent_event_id,
        decided.last_inbound_message_id,
        -- A template of another language says nothing about this one.
        case
            when decided.template_language_code is not null
                then decided.template_id
        end as template_id,
        {{ delivery_key(
            'decided.campaign_id',
            'decided.customer_id',
            'decided.occurrence',
            'decided.step',
        ) }} as delivery_key,

        ---------- strings
        decided.channel,
        decided.message_type,
        decided.destination,
        decided.campaign_purpose,
        decided.purpose,
        decided.country_code,
        decided.decided_reason_code as reason_code,
        decided.decided_reason_codes as reason_codes,
        reasons.stage as reason_stage,
        reasons.marketer_label,
        decided.consent_status,
        decided.template_name,
        decided.template_language_code,
        case
            when decided.template_language_code is not null
                then decided.template_status
        end as template_status,
        case
            when decided.template_language_code is not null
                then decided.template_category
        end as template_category,
        confidences.lowest_rule_confidence,
        policy.policy_hash,

        ---------- numbers
        cast(decided.score as decimal(18, 6)) as score,
        cast(decided.send_rank as {{ dbt.type_bigint() }}) as send_rank,

        ---------- booleans
        decided.decided_reason_code = 'sendable' as is_sendable,
        decided.decided_reason_code = 'holdout' as is_held_out,
        decided.channel_choice = 1 as is_first_channel,

        ---------- timestamps
        decided.last_inbound_at,
        decided.window_closes_at,
        decided.template_fetched_at,
        decided.send_not_before,
        decided.send_not_after,
        case
            when decided.allowed_from is not null
                then greatest(
                    decided.allowed_from,
                    coalesce(decided.cap_opens_at, decided.allowed_from)
                )
        end as next_allowed_at,
        {{ as_of() }} as decided_at

    from decided

    left join reasons
        on decided.decided_reason_code = reasons.reason_code

    left join confidences
        on
            decided.campaign_id = confidences.campaign_id
            and decided.customer_id = confidences.customer_id
            and decided.channel = confidences.channel

    cross join policy

)

select * from final
