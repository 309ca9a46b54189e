{%- set ladder = channel_gates() -%}

with

eligibility as (

    select * from {{ ref('int_channel_eligibility') }}

),

final as (

    select

        ---------- ids
        customer_id,
        sender_id,
        contact_point_id,
        consent_event_id,
        last_inbound_message_id,

        ---------- strings
        channel,
        purpose,
        country_code,
        consent_status,
        {{ first_closed_gate(ladder) | indent(8) }} as reason_code,
        {{ all_closed_gates(ladder) | indent(8) }} as reason_codes,

        ---------- booleans
        {{ first_closed_gate(ladder) | indent(8) }} = 'sendable' as is_eligible,
        coalesce(is_window_open, false) as is_window_open,

        ---------- timestamps
        last_inbound_at,
        window_closes_at,
        {{ as_of() }} as decided_at

    from eligibility

)

select * from final
