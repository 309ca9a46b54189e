{%- set ladder = campaign_gates() -%}
{%- set decision_ends_at = dbt.dateadd('hour', var('decision_ttl_hours'), as_of()) -%}
{#- Who may be written to only later than this is judged again by the next build. -#}
{%- set last_start = dbt.dateadd(
    'minute', var('decision_ttl_hours') * 60 - var('min_send_minutes'), as_of()
) -%}

with

candidates as (

    select * from {{ ref('int_candidates') }}

),

eligibility as (

    select * from {{ ref('int_channel_eligibility') }}

),

customer_hours as (

    select * from {{ ref('int_customer_hours') }}

),

delivery_history as (

    select * from {{ ref('int_delivery_history') }}

),

address_history as (

    select * from {{ ref('int_address_history') }}

),

contact_caps as (

    select * from {{ ref('int_contact_caps') }}

),

readers as (

    select * from {{ ref('int_whatsapp_readers') }}

),

quiet_readers as (

    select
        channel,
        reader_key,
        max(quiet_until) as quiet_until

    from address_history

    group by
        channel,
        reader_key

),

-- An address that was refused for good, or a person to be left alone for a while,
-- whatever the campaign.
quiet_people as (

    select
        customer_id,
        channel,
        max(quiet_until) as quiet_until

    from delivery_history

    group by
        customer_id,
        channel

),

-- On any channel: a campaign reaches a person once.
messaged as (

    select
        campaign_id,
        customer_id,
        max(messaged_events) as messaged_events,
        sum(proven_failures) as proven_failures,
        sum(tries) as tries

    from delivery_history

    group by
        campaign_id,
        customer_id

),

timed as (

    select
        candidates.*,
        eligibility.contact_point_id,
        eligibility.consent_event_id,
        eligibility.last_inbound_message_id,
        eligibility.address,
        eligibility.address_type,
        {{ reader_key('eligibility.address') | indent(8) }} as reader_key,
        eligibility.country_code,
        eligibility.preferred_channel,
        eligibility.consent_status,
        eligibility.last_inbound_at,
        eligibility.window_closes_at,
        case
            when candidates.has_quiet_hours is false then {{ as_of() }}
            else customer_hours.allowed_from
        end as allowed_from,
        {{ earliest_of([
            decision_ends_at,
            'candidates.campaign_ends_at',
            'candidates.occurrence_ends_at',
            'case when candidates.needs_window then eligibility.free_text_until end',
            "case when eligibility.consent_status in ('granted', 'granted_soft')"
            ~ ' then eligibility.consent_expires_at end',
            'eligibility.address_owned_to',
            'case when candidates.has_quiet_hours is not false'
            ~ ' then customer_hours.allowed_until end',
        ]) }} as send_not_after,
        candidates.has_quiet_hours is false
        or customer_hours.customer_id is not null as is_local_time_known,
        {%- for gate, reason, asked_of in gates() if asked_of == 'channel'
            and gate != 'is_sender_active' %}
        eligibility.{{ gate }},
        {%- endfor %}
        -- For what the campaign is, and for what its template made of it (R13).
        candidates.may_sender_send_campaign
        and eligibility.is_sender_active as is_sender_active,
        candidates.needs_window is false
        or (
            eligibility.is_window_open
            and eligibility.free_text_until > {{ as_of() }}
        ) as has_window_where_needed,
        candidates.needs_window is false
        or eligibility.is_within_window_quota as has_quota_where_needed

    from candidates

    left join eligibility
        on
            candidates.customer_id = eligibility.customer_id
            and candidates.channel = eligibility.channel
            and candidates.sender_id = eligibility.sender_id
            and candidates.purpose = eligibility.purpose

    left join readers
        on
            eligibility.channel = readers.channel
            and eligibility.address = readers.address

    left join customer_hours
        on
            candidates.customer_id = customer_hours.customer_id
            and candidates.channel = customer_hours.channel
            and candidates.purpose = customer_hours.purpose
            and coalesce(customer_hours.has_night_consent, false)
            = coalesce(eligibility.has_night_consent, false)

),

begun as (

    select
        timed.*,
        case
            when timed.allowed_from <= {{ last_start }} then timed.allowed_from
            else {{ as_of() }}
        end as send_not_before

    from timed

),

gated as (

    select
        begun.*,
        -- The message after one that the provider said had failed is another one.
        cast(
            cast(coalesce(messaged.proven_failures, 0) as {{ dbt.type_bigint() }})
            as {{ dbt.type_string() }}
        ) as step,
        -- Asked of the hours alone; what else ends the decision is `has_time_left`.
        begun.is_local_time_known is not true
        or begun.allowed_from <= {{ last_start }} as has_allowed_hours,
        begun.send_not_after >= {{ dbt.dateadd(
            'minute', var('min_send_minutes'), 'begun.send_not_before'
        ) }} as has_time_left,
        coalesce(messaged.messaged_events, 0) = 0 as is_not_yet_messaged,
        coalesce(address_history.messaged_events, 0) = 0
            as is_address_not_yet_messaged,
        coalesce(quiet_people.quiet_until <= {{ as_of() }}, true)
        and coalesce(quiet_readers.quiet_until <= {{ as_of() }}, true)
            as is_not_refused_recently,
        coalesce(messaged.tries, 0) < {{ var('max_attempts') }}
        and coalesce(messaged.proven_failures, 0) < coalesce(begun.max_steps, 1)
            as has_attempts_left,
        -- Without a row there is no message that may still count.
        contact_caps.customer_id is null or contact_caps.is_within_law_cap
            as is_within_law_cap,
        contact_caps.customer_id is null or contact_caps.is_within_platform_cap
            as is_within_platform_cap,
        contact_caps.customer_id is null or contact_caps.is_within_person_cap
            as is_within_person_cap,
        contact_caps.cap_opens_at

    from begun

    left join messaged
        on
            begun.campaign_id = messaged.campaign_id
            and begun.customer_id = messaged.customer_id

    left join contact_caps
        on
            begun.customer_id = contact_caps.customer_id
            and begun.channel = contact_caps.channel
            and begun.purpose = contact_caps.purpose

    left join address_history
        on
            begun.campaign_id = address_history.campaign_id
            and begun.channel = address_history.channel
            and begun.reader_key = address_history.reader_key

    left join quiet_readers
        on
            begun.channel = quiet_readers.channel
            and begun.reader_key = quiet_readers.reader_key

    left join quiet_people
        on
            begun.customer_id = quiet_people.customer_id
            and begun.channel = quiet_people.channel

),

final as (

    select
        gated.*,
        {{ first_closed_gate(ladder) | indent(8) }} as reason_code,
        {{ all_closed_gates(ladder) | indent(8) }} as reason_codes

    from gated

)

select * from final
