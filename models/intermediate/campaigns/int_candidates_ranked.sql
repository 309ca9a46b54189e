with

judged as (

    select * from {{ ref('int_candidates_judged') }}

),

delivery_history as (

    select * from {{ ref('int_delivery_history') }}

),

reasons as (

    select * from {{ ref('eligibility_reasons') }}

),

channel_preferences as (

    select * from {{ ref('channel_preferences') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

recipients as (

    select * from {{ ref('int_portfolio_recipients') }}

),

draws as (

    select distinct
        campaign_id,
        holdout_salt

    from judged

    where coalesce(holdout_percent, 0) > 0

),

-- Held back under any of a person's ids is held back: a merge draws nobody anew.
drawn as (

    select
        draws.campaign_id,
        customer_merges.canonical_customer_id as customer_id,
        min(
            {{ md5_bucket(
                "coalesce(draws.holdout_salt, '') || '|' || customer_merges.customer_id"
            ) | indent(12) }}
        ) as lowest_bucket

    from customer_merges

    cross join draws

    group by
        draws.campaign_id,
        customer_merges.canonical_customer_id

),

-- Who had it already in this round counts towards the campaign's limit.
messaged as (

    select
        campaign_id,
        count(distinct customer_id) as messaged_count

    from delivery_history

    where messaged_events = 1

    group by campaign_id

),

-- Only what is ranked by is sorted; the rest of a candidate comes back in the end.
-- One message a channel: one that may go, else the one that came nearest to it, of
-- those for the customer's country.
ranked_messages as (

    select
        judged.campaign_id,
        judged.customer_id,
        judged.channel,
        judged.message_type,
        judged.sender_id,
        judged.purpose,
        judged.country_code,
        judged.preferred_channel,
        judged.reader_key,
        judged.reason_code,
        judged.score,
        judged.priority,
        judged.message_rank,
        judged.max_recipients,
        judged.holdout_percent,
        judged.is_routed_to_country,
        judged.needs_window,
        judged.has_holdout,
        judged.last_inbound_at,
        row_number() over (
            partition by judged.campaign_id, judged.customer_id, judged.channel
            order by
                case when judged.reason_code = 'sendable' then 0 else 1 end asc,
                case when judged.is_routed_to_country then 0 else 1 end asc,
                reasons.reason_order desc,
                judged.message_rank asc,
                judged.message_type asc,
                judged.sender_id asc
        ) as message_choice

    from judged

    left join reasons
        on judged.reason_code = reasons.reason_code

),

last_written as (

    select
        campaign_id,
        customer_id,
        max(last_inbound_at) as last_inbound_at

    from judged

    group by
        campaign_id,
        customer_id

),

-- The campaign's countries, the customer's own choice, where they last wrote, the
-- country's habit, the campaign's order.
ranked_channels as (

    select
        ranked_messages.*,
        row_number() over (
            partition by ranked_messages.campaign_id, ranked_messages.customer_id
            order by
                case
                    when ranked_messages.reason_code = 'sendable' then 0 else 1
                end asc,
                case
                    when ranked_messages.is_routed_to_country then 0 else 1
                end asc,
                case
                    when ranked_messages.channel = ranked_messages.preferred_channel
                        then 0
                    else 1
                end asc,
                case
                    when
                        ranked_messages.last_inbound_at
                        = last_written.last_inbound_at
                        then 0
                    else 1
                end asc,
                -- Where a country has a habit, it comes before everybody's.
                coalesce(own.channel_rank, default_rank.channel_rank + 50, 99) asc,
                ranked_messages.message_rank asc,
                ranked_messages.channel asc
        ) as channel_choice

    from ranked_messages

    left join last_written
        on
            ranked_messages.campaign_id = last_written.campaign_id
            and ranked_messages.customer_id = last_written.customer_id

    left join channel_preferences as own
        on
            ranked_messages.country_code = own.country_code
            and ranked_messages.channel = own.channel

    left join channel_preferences as default_rank
        on
            default_rank.country_code = '*'
            and ranked_messages.channel = default_rank.channel

    where ranked_messages.message_choice = 1

),

-- Between campaigns: one marketing message a person.
arbitrated as (

    select
        ranked_channels.*,
        case
            when
                reason_code = 'sendable'
                and channel_choice = 1
                and purpose = 'marketing'
                then row_number() over (
                    partition by
                        customer_id,
                        case
                            when
                                reason_code = 'sendable'
                                and channel_choice = 1
                                and purpose = 'marketing'
                                then 1
                            else 0
                        end
                    order by
                        priority desc nulls last,
                        score desc nulls last,
                        campaign_id asc
                )
            else 1
        end as campaign_choice

    from ranked_channels

),

-- Between customers who are one reader: one marketing message, and one a campaign.
addressed as (

    select
        arbitrated.*,
        case
            when
                reader_key is not null
                and reason_code = 'sendable'
                and channel_choice = 1
                and campaign_choice = 1
                then row_number() over (
                    partition by
                        channel,
                        reader_key,
                        case when purpose = 'marketing' then '*' else campaign_id end,
                        case
                            when
                                reason_code = 'sendable'
                                and channel_choice = 1
                                and campaign_choice = 1
                                then 1
                            else 0
                        end
                    order by
                        priority desc nulls last,
                        score desc nulls last,
                        campaign_id asc,
                        customer_id asc
                )
            else 1
        end as address_choice

    from arbitrated

),

-- All senders of a portfolio share the smallest limit that is given for one of them.
sender_limits as (

    select
        sender_id,
        coalesce(portfolio_id, sender_id) as portfolio_id,
        min(messaging_limit) over (
            partition by coalesce(portfolio_id, sender_id)
        ) as messaging_limit

    from senders

),

recipient_counts as (

    select
        portfolio_id,
        count(*) as recipient_count

    from recipients

    group by portfolio_id

),

-- An answer inside a window takes no place of the limit.
pooled as (

    select
        addressed.*,
        sender_limits.portfolio_id,
        sender_limits.messaging_limit
        - coalesce(recipient_counts.recipient_count, 0) as places_left,
        recipients.customer_id is not null as is_known_recipient,
        case
            when
                addressed.reason_code = 'sendable'
                and addressed.channel_choice = 1
                and addressed.campaign_choice = 1
                and addressed.address_choice = 1
                and addressed.needs_window is not true
                then 1
            else 0
        end as asks_for_a_place

    from addressed

    left join sender_limits
        on addressed.sender_id = sender_limits.sender_id

    left join recipient_counts
        on sender_limits.portfolio_id = recipient_counts.portfolio_id

    left join recipients
        on
            sender_limits.portfolio_id = recipients.portfolio_id
            and addressed.customer_id = recipients.customer_id

),

person_rows as (

    select
        pooled.*,
        row_number() over (
            partition by portfolio_id, customer_id, asks_for_a_place
            order by
                priority desc nulls last,
                score desc nulls last,
                campaign_id asc,
                channel asc
        ) as person_row

    from pooled

),

-- Recipients are people: the first message of each takes their place.
numbered as (

    select
        person_rows.*,
        sum(
            case
                when
                    asks_for_a_place = 1
                    and person_row = 1
                    and is_known_recipient is false
                    then 1
                else 0
            end
        ) over (
            partition by portfolio_id
            order by
                priority desc nulls last,
                score desc nulls last,
                campaign_id asc,
                customer_id asc,
                channel asc
            rows between unbounded preceding and current row
        ) as places_taken

    from person_rows

),

placed as (

    select
        numbered.*,
        min(case when asks_for_a_place = 1 then places_taken end) over (
            partition by portfolio_id, customer_id
        ) as recipient_place

    from numbered

),

limited as (

    select
        placed.*,
        asks_for_a_place = 0
        or is_known_recipient
        or coalesce(recipient_place <= places_left, true) as is_within_sender_limit

    from placed

),

-- The cut is ranked: the best of those that are left.
cut as (

    select
        limited.*,
        case
            when
                reason_code = 'sendable'
                and channel_choice = 1
                and campaign_choice = 1
                and address_choice = 1
                and is_within_sender_limit
                then row_number() over (
                    partition by
                        campaign_id,
                        case
                            when
                                reason_code = 'sendable'
                                and channel_choice = 1
                                and campaign_choice = 1
                                and address_choice = 1
                                and is_within_sender_limit
                                then 1
                            else 0
                        end
                    order by score desc nulls last, {{ dbt.hash('customer_id') }} asc
                )
        end as recipient_rank

    from limited

),

gated as (

    select
        cut.*,
        reason_code != 'sendable' or channel_choice = 1 as is_channel_chosen,
        campaign_choice = 1 as is_campaign_chosen,
        address_choice = 1 as is_address_chosen,
        coalesce(
            recipient_rank + coalesce(messaged.messaged_count, 0) <= max_recipients,
            true
        ) as is_within_limit,
        -- Last of all, so that both groups are cut alike (R14).
        has_holdout is false
        or coalesce(holdout_percent, 0) = 0
        or drawn.lowest_bucket >= holdout_percent * 100 as is_not_held_out

    from cut

    left join drawn
        on
            cut.campaign_id = drawn.campaign_id
            and cut.customer_id = drawn.customer_id

    left join messaged
        on cut.campaign_id = messaged.campaign_id

),

reasoned as (

    select
        gated.*,
        case
            when reason_code != 'sendable' then reason_code
            else {{ first_closed_gate(choice_gates()) | indent(12) }}
        end as decided_reason_code

    from gated

),

ranked_sends as (

    select
        campaign_id,
        customer_id,
        channel,
        row_number() over (
            order by
                priority desc nulls last,
                score desc nulls last,
                campaign_id asc,
                customer_id asc
        ) as send_rank

    from reasoned

    where decided_reason_code in ('sendable', 'holdout')

),

final as (

    select
        judged.*,
        reasoned.channel_choice,
        reasoned.decided_reason_code,
        '{{ invocation_id }}' as build_id,
        case
            when judged.reason_codes != '' then judged.reason_codes
            when reasoned.decided_reason_code != 'sendable'
                then reasoned.decided_reason_code
            else ''
        end as decided_reason_codes,
        ranked_sends.send_rank

    from judged

    inner join reasoned
        on
            judged.campaign_id = reasoned.campaign_id
            and judged.customer_id = reasoned.customer_id
            and judged.channel = reasoned.channel
            and coalesce(judged.message_type, '') = coalesce(reasoned.message_type, '')
            and coalesce(judged.sender_id, '') = coalesce(reasoned.sender_id, '')

    left join ranked_sends
        on
            judged.campaign_id = ranked_sends.campaign_id
            and judged.customer_id = ranked_sends.customer_id
            and judged.channel = ranked_sends.channel

)

select * from final
