with

customers as (

    select * from {{ ref('int_customers') }}

),

combinations as (

    select * from {{ ref('int_eligibility_combinations') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where is_owned_now

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

suppressions as (

    select * from {{ ref('int_suppressions') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

platform_opt_outs as (

    select * from {{ ref('int_platform_opt_outs') }}

),

reply_windows as (

    select * from {{ ref('int_reply_windows') }}

),

relationships as (

    select * from {{ ref('int_customer_relationships') }}

),

messages as (

    select * from {{ ref('int_delivery_states') }}

    where is_messaged

),

senders as (

    select * from {{ ref('int_senders') }}

),

channels as (

    select * from {{ ref('channels') }}

),

phone_prefixes as (

    select * from {{ ref('phone_prefixes') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

policies as (

    select
        channel,
        purpose,
        max(case when consent_kind = 'none' then 0 else 1 end) as needs_consent,
        max(case when relationship_needed = 'friend' then 1 else 0 end)
            as needs_relationship,
        max(case when relationship_needed = 'capable' then 1 else 0 end)
            as needs_capability,
        -- Of two kinds of message the stricter one counts.
        min(case when consent_kind in ('soft', 'none') then 1 else 0 end)
            as takes_soft_consent,
        -- What one kind of message may not reach, none may; Spark has '' for nothing.
        nullif(
            {{ dbt.listagg('blocked_number_countries', "','") }}, ''
        ) as blocked_number_countries

    from message_policies

    group by
        channel,
        purpose

),

asked_senders as (

    select distinct
        channel,
        sender_id

    from combinations

),

-- A customer may have been given a platform id by one of our senders only.
ranked_contact_points as (

    select
        contact_points.*,
        asked_senders.sender_id as asked_sender_id,
        reply_windows.last_inbound_message_id,
        reply_windows.is_open,
        reply_windows.last_inbound_at,
        reply_windows.closes_at,
        reply_windows.free_text_until,
        reply_windows.messages_allowed,
        relationships.relationship,
        relationships.relationship_at,
        coalesce(contact_points.sender_id = asked_senders.sender_id, true)
        and contact_points.has_sender_where_needed as is_known_to_sender,
        row_number() over (
            partition by
                contact_points.customer_id,
                asked_senders.channel,
                asked_senders.sender_id
            -- The address that is most likely to work; ids make the order total.
            order by
                case
                    when
                        coalesce(
                            contact_points.sender_id = asked_senders.sender_id,
                            true
                        )
                        and contact_points.has_sender_where_needed
                        then 0
                    else 1
                end asc,
                case when contact_points.is_address_valid then 0 else 1 end asc,
                case
                    when
                        contact_points.is_reachable
                        and contact_points.is_not_recycled
                        then 0
                    else 1
                end asc,
                case relationships.relationship
                    when 'here' then 0
                    when 'left' then 2
                    else 1
                end asc,
                -- A window belongs to the address that was written from.
                case when reply_windows.is_open then reply_windows.closes_at end
                desc nulls last,
                -- Meta recommends the phone number where both are known.
                case when contact_points.address_type = 'phone' then 0 else 1 end asc,
                contact_points.last_seen_at desc nulls last,
                contact_points.contact_point_id asc
        ) as contact_point_rank

    from contact_points

    inner join asked_senders
        on contact_points.channel = asked_senders.channel

    left join reply_windows
        on
            contact_points.channel = reply_windows.channel
            and contact_points.address = reply_windows.address
            and asked_senders.sender_id = reply_windows.sender_id

    left join relationships
        on
            contact_points.customer_id = relationships.customer_id
            and contact_points.channel = relationships.channel
            and contact_points.address = relationships.address
            and asked_senders.sender_id = relationships.sender_id

),

best_contact_points as (

    select
        ranked_contact_points.*,
        case
            when address_type = 'phone' then coalesce(
                {%- for digits in range(7, 0, -1) %}
                prefix_{{ digits }}.country_code{{ ',' if not loop.last }}
                {%- endfor %}
            )
            when address_type = 'bsuid' then substring(address, 1, 2)
        end as address_country_code

    from ranked_contact_points
    {% for digits in range(7, 0, -1) %}
    left join phone_prefixes as prefix_{{ digits }}
        on
            substring(ranked_contact_points.address, 2, {{ digits }})
            = prefix_{{ digits }}.prefix
            and length(prefix_{{ digits }}.prefix) = {{ digits }}
            and ranked_contact_points.address_type = 'phone'
    {% endfor %}
    where ranked_contact_points.contact_point_rank = 1

),

-- Some platforms count what is written after the person's last word.
answers as (

    select
        best_contact_points.customer_id,
        best_contact_points.channel,
        best_contact_points.asked_sender_id,
        count(*) as message_count

    from best_contact_points

    inner join messages
        on
            best_contact_points.customer_id = messages.customer_id
            and best_contact_points.channel = messages.channel
            and best_contact_points.last_inbound_at <= messages.messaged_at

    where best_contact_points.messages_allowed is not null

    group by
        best_contact_points.customer_id,
        best_contact_points.channel,
        best_contact_points.asked_sender_id

),

suppression_flags as (

    select
        combinations.channel,
        combinations.sender_id,
        combinations.purpose,
        suppressions.customer_id,
        {%- for reason in [
            'erased', 'minor', 'deceased', 'legal_hold', 'suppressed_opt_out',
            'suppressed_complaint', 'suppressed_registry', 'suppressed_contact',
            'recycled_number', 'suppressed_manual',
        ] %}
        max(
            case when suppressions.reason_code = '{{ reason }}' then 1 else 0 end
        ) as {{ reason }}_rows{{ ',' if not loop.last }}
        {%- endfor %}

    from suppressions

    inner join combinations
        on
            (
                suppressions.channel = '*'
                or suppressions.channel = combinations.channel
            )
            and (
                suppressions.purpose = '*'
                or suppressions.purpose = combinations.purpose
            )
            and (
                suppressions.sender_id = '*'
                or suppressions.sender_id = combinations.sender_id
            )

    group by
        combinations.channel,
        combinations.sender_id,
        combinations.purpose,
        suppressions.customer_id

),

-- A switch-off on any address of the person counts for the person.
opted_out as (

    select distinct
        address_holders.customer_id,
        platform_opt_outs.channel,
        platform_opt_outs.sender_id

    from platform_opt_outs

    inner join address_holders
        on
            platform_opt_outs.address = address_holders.address
            and platform_opt_outs.channel = address_holders.channel
            and {{ was_held_at(
                'address_holders', 'platform_opt_outs.stopped_at'
            ) | indent(12) }}

),

asked as (

    select
        customers.*,
        combinations.channel,
        combinations.sender_id,
        combinations.purpose

    from customers

    cross join combinations

),

final as (

    select

        ---------- ids
        asked.customer_id,
        asked.sender_id,
        best_contact_points.contact_point_id,
        consent_states.consent_event_id,
        best_contact_points.last_inbound_message_id,

        ---------- strings
        asked.channel,
        asked.purpose,
        asked.country_code,
        asked.language_code,
        asked.preferred_channel,
        best_contact_points.address,
        best_contact_points.address_type,
        best_contact_points.address_country_code,
        coalesce(consent_states.consent_status, 'none') as consent_status,

        ---------- booleans
        asked.is_not_erased
        and coalesce(suppression_flags.erased_rows, 0) = 0 as is_not_erased,
        -- Minors still get answers to what they ask.
        asked.purpose = 'service'
        or (
            asked.is_not_minor and coalesce(suppression_flags.minor_rows, 0) = 0
        ) as is_not_minor,
        coalesce(suppression_flags.deceased_rows, 0) = 0 as is_not_deceased,
        coalesce(suppression_flags.legal_hold_rows, 0) = 0 as is_not_on_legal_hold,
        asked.is_merge_resolved,
        coalesce(suppression_flags.suppressed_opt_out_rows, 0) = 0
            as has_no_opt_out_row,
        coalesce(suppression_flags.suppressed_complaint_rows, 0) = 0
            as has_no_complaint_row,
        coalesce(suppression_flags.suppressed_registry_rows, 0) = 0
            as has_no_registry_row,
        coalesce(suppression_flags.suppressed_contact_rows, 0) = 0
            as has_no_dead_address_row,
        coalesce(suppression_flags.recycled_number_rows, 0) = 0
        and coalesce(best_contact_points.is_not_recycled, true) as is_not_recycled,
        coalesce(suppression_flags.suppressed_manual_rows, 0) = 0
            as has_no_manual_row,
        coalesce(consent_states.consent_status, 'none') != 'withdrawn'
            as has_not_said_stop,
        asked.purpose != 'marketing' or opted_out.customer_id is null
            as has_not_opted_out_on_platform,
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'expired'
            as has_fresh_consent,
        {%- if var('reconfirm_overdue_blocks') %}
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'reconfirm_overdue'
            as is_reconfirmed_where_needed,
        {%- else %}
        true as is_reconfirmed_where_needed,
        {%- endif %}
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'pending'
            as has_confirmed_consent,
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'in_review'
            as has_reviewed_consent,
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'proof_incomplete'
            as has_proof_of_consent,
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') not in (
            'not_explicit', 'granted_soft'
        )
        or (
            consent_states.consent_status = 'granted_soft'
            and policies.takes_soft_consent = 1
        ) as has_explicit_consent,
        policies.needs_consent = 0
        or coalesce(consent_states.consent_status, 'none') != 'none'
            as has_any_consent,
        -- No gate of its own: it opens hours.
        asked.purpose = 'marketing'
        and night_consents.customer_id is not null as has_night_consent,
        {{ is_connected('channels') }} as is_channel_connected,
        coalesce(best_contact_points.relationship, '') != 'left' as has_not_left,
        -- Without an address it is the address that is missing.
        coalesce(policies.needs_relationship, 0) = 0
        or best_contact_points.contact_point_id is null
        or best_contact_points.relationship = 'here' as has_relationship_where_needed,
        coalesce(policies.needs_capability, 0) = 0
        or best_contact_points.contact_point_id is null
        or (
            best_contact_points.relationship = 'here'
            and best_contact_points.relationship_at > {{ dbt.dateadd(
                'day', '-1 * ' ~ var('rcs_capability_days'), as_of()
            ) }}
        ) as is_capable_where_needed,
        asked.country_code is not null as is_country_known,
        best_contact_points.contact_point_id is not null as has_address,
        best_contact_points.is_address_valid,
        best_contact_points.is_reachable,
        best_contact_points.is_known_to_sender,
        policies.blocked_number_countries is null
        or not {{ is_listed(
            'best_contact_points.address_country_code',
            'policies.blocked_number_countries'
        ) }} as is_not_blocked_by_platform,
        best_contact_points.last_inbound_at <= {{ as_of() }}
        and best_contact_points.is_open as is_window_open,
        coalesce(
            coalesce(answers.message_count, 0) < best_contact_points.messages_allowed,
            true
        ) as is_within_window_quota,
        {{ may_sender_send('senders', 'asked.purpose') }} as is_sender_active,

        ---------- timestamps
        consent_states.decided_by_event_at as consent_decided_at,
        consent_states.expires_at as consent_expires_at,
        best_contact_points.last_inbound_at,
        best_contact_points.closes_at as window_closes_at,
        best_contact_points.free_text_until,
        best_contact_points.owned_to as address_owned_to

    from asked

    left join best_contact_points
        on
            asked.customer_id = best_contact_points.customer_id
            and asked.channel = best_contact_points.channel
            and asked.sender_id = best_contact_points.asked_sender_id

    left join answers
        on
            asked.customer_id = answers.customer_id
            and asked.channel = answers.channel
            and asked.sender_id = answers.asked_sender_id

    left join consent_states
        on
            asked.customer_id = consent_states.customer_id
            and asked.channel = consent_states.channel
            and asked.sender_id = consent_states.sender_id
            and asked.purpose = consent_states.purpose

    left join consent_states as night_consents
        on
            asked.customer_id = night_consents.customer_id
            and asked.channel = night_consents.channel
            and asked.sender_id = night_consents.sender_id
            and night_consents.purpose = 'marketing_night'
            and night_consents.consent_status = 'granted'
            -- What is decided now may leave until then.
            and coalesce(
                night_consents.expires_at >= {{ dbt.dateadd(
                    'hour', var('decision_ttl_hours'), as_of()
                ) }},
                true
            )

    left join suppression_flags
        on
            asked.customer_id = suppression_flags.customer_id
            and asked.channel = suppression_flags.channel
            and asked.sender_id = suppression_flags.sender_id
            and asked.purpose = suppression_flags.purpose

    left join opted_out
        on
            asked.customer_id = opted_out.customer_id
            and asked.channel = opted_out.channel
            and asked.sender_id = opted_out.sender_id

    left join senders
        on asked.sender_id = senders.sender_id

    left join channels
        on asked.channel = channels.channel

    left join policies
        on
            asked.channel = policies.channel
            and asked.purpose = policies.purpose

)

select * from final
