"""What a marketer and an operator want to see after a run."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

import click

from sync import config, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CAMPAIGN = "winback_lapsed"
WATERFALL = """
    select marketer_label, what_to_do, sum(customer_count)
    from {schema}_marts.fct_audience_waterfall
    where campaign_id = '{campaign}'
    group by marketer_label, what_to_do, reason_order
    order by reason_order
"""
OTHERS = """
    select
        campaign_id,
        count(*),
        sum(case when is_sendable and send_not_before <= decided_at then 1 else 0 end),
        sum(case when is_sendable and send_not_before > decided_at then 1 else 0 end),
        sum(case when reason_code = 'already_messaged' then 1 else 0 end)
    from {schema}_marts.fct_campaign_decisions
    where is_first_channel
    group by campaign_id
    order by campaign_id
"""
ROUTES = """
    select channel, count(distinct country_code), sum(customer_count)
    from {schema}_marts.fct_audience_waterfall
    where campaign_id = '{campaign}'
    group by channel
    order by 3 desc
"""
READINESS = """
    select
        campaign_id,
        case when missing = '' then 'ready' else missing end,
        sum(reachable_count),
        max(days_until_start)
    from {schema}_marts.fct_campaign_readiness
    where days_until_start > 0
    group by campaign_id, missing
    order by campaign_id, 3 desc, 2
"""
CONFIDENCE = """
    select
        sum(case when lowest_rule_confidence in ('unconfirmed', 'project')
            then 1 else 0 end),
        count(*)
    from {schema}_marts.fct_campaign_decisions
    where is_sendable
"""
OUTCOMES = """
    select destination, event, reason, count(*)
    from (
        select
            destination,
            event,
            case
                when run_id = 'demo-history' then 'before the demo'
                else coalesce(reason_code, '')
            end as reason
        from raw.raw_delivery_events
    ) as outcomes
    group by destination, event, reason
    order by destination, event, reason
"""
SET_ASIDE = """
    select source_table, rejection_code, count(*)
    from {schema}_staging.stg_crm__rejected
    group by source_table, rejection_code
    union all
    select 'raw_whatsapp_webhooks', rejection_code, count(*)
    from {schema}_staging.stg_whatsapp__rejected
    group by rejection_code
    order by 1, 2
"""
NEXT = """
Where to look next
  make docs                     every table explained, with its questions
{first}  ott status                    what was sent, what is unknown
  ott why {customer:<22}why somebody got nothing, with the evidence
  ott doctor                    what is set up, and what is missing
"""


def step(title: str, detail: str) -> None:
    """Say what comes now."""
    click.echo(f"\n{click.style(title, bold=True)}: {detail}")


def table(title: str, rows: Iterable[tuple[object, ...]], *widths: int) -> None:
    """Print rows under a title, numbers to the right."""
    click.echo(f"\n{click.style(title, bold=True)}")
    for row in rows:
        cells = [
            f"{cell:>{width},}" if isinstance(cell, int) else f"{cell!s:<{width}}"
            for cell, width in zip(row, widths, strict=True)
        ]
        click.echo("  " + "  ".join(cells).rstrip())


def following(places: Mapping[str, str]) -> str:
    """Say where to look next; `places` is set first where the demo's own are not."""
    said = " ".join(f"{name}={quote(place)}" for name, place in places.items())
    return NEXT.format(
        first=f"  export {said}\n" if places else "",
        customer="CUSTOMER" if places else "demo-consent-none",
    )


def show(env: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Print the waterfall, the sends and what was set aside."""
    settings = config.load(env=env)
    with warehouse.connect(settings.profile).reading() as session:
        names = {"schema": settings.profile.schema, "campaign": CAMPAIGN}

        def rows(query: str) -> list[tuple[object, ...]]:
            return [
                tuple(int(cell) if isinstance(cell, int) else cell for cell in row)
                for row in session.rows(query.format(**names))
            ]

        waterfall = rows(WATERFALL)
        table(
            f"Who gets {CAMPAIGN}, and what stops the rest (audience "
            f"{sum(int(str(row[2])) for row in waterfall):,})",
            [(row[2], row[0], row[1]) for row in waterfall],
            6,
            46,
            40,
        )
        table("Channels they are routed to (countries, people)", rows(ROUTES), 10, 5, 7)
        table(
            "Campaigns (audience, due, due when their day begins, had it already)",
            rows(OTHERS),
            24,
            7,
            7,
            7,
            7,
        )
        if readiness := rows(READINESS):
            table(
                "Ready to launch? (what is missing, people, days to go)",
                readiness,
                24,
                46,
                7,
                6,
            )
        [(unsure, sendable)] = rows(CONFIDENCE)
        click.echo(
            f"\n{unsure or 0:,} of {sendable:,} sendable decisions rest on "
            "unconfirmed or project rows: ask counsel about those first."
        )
        table("Sends so far, by outcome", rows(OUTCOMES), 14, 10, 28, 6)
        table("Rows set aside, never guessed at", rows(SET_ASIDE), 22, 26, 6)
    click.echo(following(places))
