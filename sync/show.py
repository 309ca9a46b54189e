"""Results as a person reads them, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sync.job import Summary


def _json(value: object) -> None:
    click.echo(json.dumps(value, default=str))


def summary(done: Summary, *, as_json: bool) -> None:
    """Show a run's account."""
    if as_json:
        _json(asdict(done))
        return
    click.echo(f"{done.destination}: {done.due} due, {done.known} known already")
    for event, count in done.outcomes.items():
        click.echo(f"  {event:<10} {count:>7}")
    for reason, count in done.reasons.items():
        click.echo(f"    {reason:<40} {count:>7}")
    if done.not_sent:
        click.echo(f"  not sent   {done.not_sent:>7}")
    if not done.due:
        click.echo("  Nothing new to send.")
    if done.not_written_back:
        click.echo(f"  {done.not_written_back} events wait to be written back.")
    if done.message:
        click.echo(f"Error: {done.message}", err=True)


def plan(told: dict[str, Any], *, as_json: bool) -> None:
    """Show what a run would do."""
    if as_json:
        _json(told)
        return
    click.echo(
        f"{told['destination']}: {told['due']} due, {told['known']} known already, "
        f"{told['later']} later (build of {told['as_of']})"
    )
    for campaign, count in told["campaigns"].items():
        click.echo(f"  {campaign:<30} {count:>7}")
    for row in told["sample"]:
        said = row["template_name"] or "free text"
        click.echo(f"    {row['customer_id']} {row['address']} {said}")


def status(
    runs: list[dict[str, Any]],
    unknown: list[dict[str, Any]],
    unwritten: int,
    *,
    as_json: bool,
) -> None:
    """Show what the ledger knows."""
    if as_json:
        _json({"runs": runs, "unknown": unknown, "not_written_back": unwritten})
        return
    for run in runs:
        end = run["closed_at"] or "not closed"
        told = ", ".join(f"{n} {event}" for event, n in run["outcomes"].items())
        click.echo(f"{run['opened_at'][:19]} {run['destination']} {end[:19]}: {told}")
    click.echo(f"{len(unknown)} rows of unknown fate, {unwritten} not written back")
    for row in unknown:
        click.echo(
            f"  {row['state_at'][:19]} {row['campaign_id']} {row['customer_id']}"
        )


def decisions(found: list[dict[str, Any]], *, as_json: bool) -> None:
    """Show decisions, one paragraph each."""
    if as_json:
        _json(found)
        return
    for decision in found:
        click.echo(f"{decision.get('campaign_id')} on {decision.get('channel')}")
        for name, value in decision.items():
            if value is not None and name not in ("campaign_id", "channel"):
                click.echo(f"  {name:<26} {value}")
