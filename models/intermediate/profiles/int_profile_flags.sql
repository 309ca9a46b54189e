{%- set stop_gates = [
    'is_not_erased', 'has_no_opt_out_row', 'has_no_complaint_row',
    'has_not_said_stop', 'has_not_opted_out_on_platform',
] -%}

with

flags as (

    select * from {{ ref('profile_flags') }}

),

eligibility as (

    select * from {{ ref('int_channel_eligibility') }}

),

reasons as (

    select * from {{ ref('eligibility_reasons') }}

),

audience_members as (

    select * from {{ ref('int_audience_members') }}

),

members as (

    select distinct
        flags.destination,
        flags.flag_name,
        audience_members.customer_id

    from flags

    inner join audience_members
        on
            flags.audience = audience_members.audience
            and (
                flags.min_score is null
                or flags.min_score < audience_members.score
            )

),

judged as (

    select
        flags.destination,
        flags.flag_name,
        flags.subscription_group_id,
        flags.channel,
        flags.sender_id,
        flags.purpose,
        eligibility.customer_id,
        eligibility.consent_event_id,
        eligibility.consent_status,
        eligibility.consent_decided_at,
        eligibility.consent_expires_at,
        {{ first_closed_gate(channel_gates()) | indent(8) }} as eligibility_reason,
        case
            {%- for gate in stop_gates %}
            when eligibility.{{ gate }} is not true then false
            {%- endfor %}
            else true
        end as has_not_said_stop_anywhere,
        flags.audience is null or members.customer_id is not null as is_in_audience

    from flags

    inner join eligibility
        on
            flags.channel = eligibility.channel
            and flags.sender_id = eligibility.sender_id
            and flags.purpose = eligibility.purpose

    left join members
        on
            flags.destination = members.destination
            and flags.flag_name = members.flag_name
            and eligibility.customer_id = members.customer_id

),

final as (

    select

        ---------- ids
        judged.customer_id,
        judged.sender_id,
        judged.subscription_group_id,
        -- A yes is passed on only where nothing else speaks against a message.
        case
            when eligibility_reason = 'sendable' and consent_status = 'granted'
                then consent_event_id
        end as granted_by_event_id,

        ---------- strings
        judged.destination,
        judged.flag_name,
        judged.channel,
        judged.purpose,
        case
            -- That somebody died or is a minor is no business of the platform's.
            when reasons.stage = 'legal' then 'not_contactable'
            when eligibility_reason != 'sendable' then eligibility_reason
            when is_in_audience is not true then 'not_in_audience'
            else 'sendable'
        end as reason_code,

        ---------- booleans
        eligibility_reason = 'sendable' and is_in_audience as is_flag_true,
        has_not_said_stop_anywhere,

        ---------- timestamps
        consent_decided_at as granted_at,
        case
            when consent_status in ('granted', 'granted_soft') then consent_expires_at
        end as consent_ends_at

    from judged

    left join reasons
        on judged.eligibility_reason = reasons.reason_code

)

select * from final
