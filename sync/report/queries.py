"""
What the report asks, one statement a table: the warehouse counts.

Each names its relations in braces, and the smallest count that is shown. Where a list
may be long, `total` says how many rows there are; only the first are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

# Long lists are cut there: the marts have the rest.
PLACES_SHOWN = 1000
ROWS_SHOWN = 500
NIGHTS_SHOWN = 90

RELATIONS = (
    *("fct_audience_waterfall", "fct_channel_eligibility", "fct_campaign_decisions"),
    *("fct_campaign_readiness", "fct_reply_windows", "fct_campaign_results"),
    *("fct_campaign_lift", "fct_campaign_costs", "fct_waterfall_history"),
    *("eligibility_reasons", "countries"),
)


@dataclass(frozen=True, slots=True)
class Query:
    """A statement, and the names of its columns in their order, parted by spaces."""

    names: str
    text: str


CAMPAIGNS = Query(
    "campaign_id audience sendable decided_at",
    """
    select
        campaign_id,
        cast(sum(customer_count) as bigint) as audience,
        cast(sum(case when reason_code = 'sendable' then customer_count else 0 end)
            as bigint) as sendable,
        max(decided_at) as decided_at
    from {fct_audience_waterfall}
    group by campaign_id
    order by sendable desc, audience desc, campaign_id
""",
)
REASONS = Query(
    """campaign_id reason_code reason_stage marketer_label what_to_do people law
        can_help""",
    """
    select
        waterfall.campaign_id,
        waterfall.reason_code,
        waterfall.reason_stage,
        waterfall.marketer_label,
        waterfall.what_to_do,
        cast(sum(waterfall.customer_count) as bigint) as people,
        max(case when reasons.verify_with_counsel then 1 else 0 end) as law,
        max(case when waterfall.reason_code = 'sendable'
                or waterfall.what_to_do like 'Nothing%'
            then 0 else 1 end) as can_help
    from {fct_audience_waterfall} as waterfall
    left join {eligibility_reasons} as reasons
        on waterfall.reason_code = reasons.reason_code
    group by
        waterfall.campaign_id, waterfall.reason_code, waterfall.reason_stage,
        waterfall.marketer_label, waterfall.what_to_do, waterfall.reason_order
    order by waterfall.campaign_id, waterfall.reason_order
""",
)
REACH = Query(
    "channel purpose people reachable",
    """
    select
        channel,
        purpose,
        count(distinct customer_id) as people,
        count(distinct case when is_eligible then customer_id end) as reachable
    from {fct_channel_eligibility}
    group by channel, purpose
    order by purpose, reachable desc, channel
""",
)
PLACES = Query(
    (
        "campaign_id country_code channel people sendable top_reason top_people "
        "country_name total"
    ),
    f"""
    with
    reasons as (
        select
            campaign_id, country_code, channel, reason_code, marketer_label,
            customer_count,
            case when reason_code = 'sendable' then customer_count else 0 end
                as sendable,
            row_number() over (
                partition by campaign_id, country_code, channel
                order by
                    case when reason_code = 'sendable' then 1 else 0 end,
                    customer_count desc, reason_order
            ) as place
        from {{fct_audience_waterfall}}
    ),
    places as (
        select
            campaign_id, country_code, channel,
            cast(sum(customer_count) as bigint) as people,
            cast(sum(sendable) as bigint) as sendable,
            max(case when place = 1 and reason_code != 'sendable'
                then marketer_label end) as top_reason,
            cast(max(case when place = 1 and reason_code != 'sendable'
                then customer_count else 0 end) as bigint) as top_people
        from reasons
        group by campaign_id, country_code, channel
    )
    select
        places.campaign_id,
        places.country_code,
        places.channel,
        places.people,
        places.sendable,
        places.top_reason,
        places.top_people,
        coalesce(countries.country_name, 'Unknown') as country_name,
        count(*) over () as total
    from places
    left join {{countries}} as countries
        on places.country_code = countries.country_code
    order by people desc, campaign_id, places.country_code, channel
    limit {PLACES_SHOWN}
""",  # noqa: S608 - a number of ours.
)
READINESS = Query(
    (
        "campaign_id channel message_type sender_id template_name missing "
        "state missing_label what_to_do starts_at languages reachable "
        "days_until_start waiting_days usual_days days_needed total"
    ),
    f"""
    with
    ready as (
        select
            campaign_id,
            channel,
            message_type,
            sender_id,
            template_name,
            missing,
            what_to_do,
            starts_at,
            string_agg(language_code, ', ') as languages,
            cast(sum(reachable_count) as bigint) as reachable,
            max(days_until_start) as days_until_start,
            max(approval_days_so_far) as waiting_days,
            max(usual_approval_days) as usual_days,
            max(days_needed) as days_needed
        from {{fct_campaign_readiness}}
        group by
            campaign_id, channel, message_type, sender_id, template_name, missing,
            what_to_do, starts_at
    )
    select
        ready.campaign_id,
        ready.channel,
        ready.message_type,
        ready.sender_id,
        ready.template_name,
        ready.missing,
        case when ready.missing = '' then 'ready' else 'not ready' end as state,
        coalesce(reasons.marketer_label, '') as missing_label,
        ready.what_to_do,
        ready.starts_at,
        ready.languages,
        ready.reachable,
        ready.days_until_start,
        ready.waiting_days,
        ready.usual_days,
        ready.days_needed,
        count(*) over () as total
    from ready
    left join {{eligibility_reasons}} as reasons
        on split_part(ready.missing, ',', 1) = reasons.reason_code
    order by
        case when ready.days_until_start > 0 then 0 else 1 end,
        ready.starts_at, case when ready.missing = '' then 1 else 0 end,
        ready.reachable desc, ready.campaign_id, ready.channel, ready.message_type,
        ready.sender_id, ready.template_name, ready.missing
    limit {ROWS_SHOWN}
""",  # noqa: S608 - a number of ours.
)
LAUNCHES = Query(
    "campaign_id starts_at days_until_start asked unready",
    """
    select
        campaign_id,
        starts_at,
        max(days_until_start) as days_until_start,
        count(*) as asked,
        cast(sum(case when is_ready then 0 else 1 end) as bigint) as unready
    from {fct_campaign_readiness}
    where days_until_start > 0
    group by campaign_id, starts_at
    order by starts_at, campaign_id
""",
)
# Half-open, as the windows are; 99 is any later end.
WINDOWS = Query(
    "channel within_hours conversations",
    """
    with
    ends as (
        select channel, coalesce(free_text_until, window_closes_at) as ends_at,
            decided_at
        from {fct_reply_windows}
        where is_open
    ),
    placed as (
        select
            channel,
            case
                when ends_at < decided_at + interval '1 hour' then 1
                when ends_at < decided_at + interval '3 hours' then 3
                when ends_at < decided_at + interval '6 hours' then 6
                when ends_at < decided_at + interval '12 hours' then 12
                when ends_at < decided_at + interval '24 hours' then 24
                else 99
            end as within_hours
        from ends
        where ends_at > decided_at
    )
    select channel, within_hours, count(*) as conversations
    from placed
    group by channel, within_hours
    order by channel, within_hours
""",
)
RESULTS = Query(
    (
        "campaign_id channel destination decided_count accepted_count "
        "delivered_count read_count failed_count refused_count unknown_count "
        "customer_count replied_count stopped_count window_open_count "
        "bought_count attribution_days decided_at total"
    ),
    f"""
    select
        campaign_id, channel, destination, decided_count, accepted_count,
        delivered_count, read_count, failed_count, refused_count, unknown_count,
        customer_count, replied_count, stopped_count, window_open_count,
        bought_count, attribution_days, counted_at as decided_at,
        count(*) over () as total
    from {{fct_campaign_results}}
    where destination != 'holdout'
    order by decided_count desc, accepted_count desc, campaign_id, channel,
        destination
    limit {ROWS_SHOWN}
""",  # noqa: S608 - a number of ours.
)
FUNNELS = Query(
    "campaign_id accepted delivered read refused failed unknown",
    """
    select
        campaign_id,
        cast(sum(accepted_count) as bigint) as accepted,
        cast(sum(delivered_count) as bigint) as delivered,
        cast(sum(read_count) as bigint) as read,
        cast(sum(refused_count) as bigint) as refused,
        cast(sum(failed_count) as bigint) as failed,
        cast(sum(unknown_count) as bigint) as unknown
    from {fct_campaign_results}
    where destination != 'holdout'
    group by campaign_id
    having sum(accepted_count) + sum(refused_count) + sum(unknown_count) > 0
    order by accepted desc, campaign_id
""",
)
LIFT = Query(
    (
        "campaign_id treated_count treated_window_open_count "
        "treated_bought_count held_out_count held_out_window_open_count "
        "held_out_bought_count treated_rate held_out_rate lift lift_low "
        "lift_high attribution_days has_enough_people"
    ),
    """
    select
        campaign_id, treated_count, treated_window_open_count, treated_bought_count,
        held_out_count, held_out_window_open_count, held_out_bought_count,
        treated_rate, held_out_rate, lift, lift_low, lift_high, attribution_days,
        has_enough_people
    from {fct_campaign_lift}
    where held_out_count > 0
    order by campaign_id
""",
)
# The last build of each day, of the newest days.
TREND = Query(
    "campaign_id night audience sendable",
    f"""
    with
    builds as (
        select build_id, cast(decided_at as date) as night,
            row_number() over (
                partition by cast(decided_at as date)
                order by decided_at desc, build_id
            ) as place
        from {{fct_waterfall_history}}
        group by build_id, decided_at
    ),
    nights as (
        select build_id, night from builds
        where place = 1
        order by night desc
        limit {NIGHTS_SHOWN}
    )
    select
        history.campaign_id,
        nights.night,
        cast(sum(history.customer_count) as bigint) as audience,
        cast(sum(case when history.reason_code = 'sendable'
            then history.customer_count else 0 end) as bigint) as sendable
    from {{fct_waterfall_history}} as history
    inner join nights on history.build_id = nights.build_id
    group by history.campaign_id, nights.night
    order by history.campaign_id, nights.night
""",  # noqa: S608 - a number of ours.
)
COSTS = Query(
    (
        "campaign_id channel destination country_code purpose currency "
        "message_count billed_count cost is_priced total"
    ),
    f"""
    select
        campaign_id, channel, destination, country_code, purpose, currency,
        message_count, billed_count, total_cost as cost, is_priced,
        count(*) over () as total
    from {{fct_campaign_costs}}
    order by message_count desc, campaign_id, channel, destination, country_code,
        purpose, currency
    limit {ROWS_SHOWN}
""",  # noqa: S608 - a number of ours.
)
# Without rows of few messages, however many rows of costs are shown.
SPENT = Query(
    "currency messages billed cost left_out",
    """
    with
    costs as (
        select coalesce(currency, '') as currency, message_count, billed_count,
            total_cost,
            case when message_count >= {least}
                    and (billed_count = 0 or billed_count >= {least})
                then 1 else 0 end as is_told
        from {fct_campaign_costs}
    )
    select
        currency,
        cast(sum(is_told * message_count) as bigint) as messages,
        cast(sum(is_told * billed_count) as bigint) as billed,
        coalesce(sum(is_told * total_cost), 0) as cost,
        cast(sum(1 - is_told) as bigint) as left_out
    from costs
    group by currency
    order by currency
""",
)
UNSURE = Query(
    "sendable unsure",
    """
    select
        count(*) as sendable,
        cast(coalesce(sum(case
            when lowest_rule_confidence in ('unconfirmed', 'project')
                then 1 else 0 end), 0) as bigint) as unsure
    from {fct_campaign_decisions}
    where is_sendable
""",
)
