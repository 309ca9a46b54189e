"""Results as a person reads them, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sync.log import say
from sync.sources import as_rows, script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.job import Summary
    from sync.overview import Overview
    from sync.reconcile import Reconciled
from sync.sources import Look

SHOWN = 15


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
        say(f"Error: {done.message}")


def plan(told: dict[str, Any], *, as_json: bool) -> None:
    """Show what a run would do."""
    if as_json:
        _json(told)
        return
    click.echo(
        f"{told['destination']}: {told['due']} due, {told['known']} known already, "
        f"{told['later']} later (build of {told['as_of']})"
    )
    if told["places"]:
        _table(told["places"])
    for row in told["sample"]:
        said = row["template_name"] or "free text"
        click.echo(f"    {row['customer_id']} {row['address']} {said}")
    for one in told["guards"]:
        if one["trips"] and one["message"] != told["limit"]:
            click.echo(f"  {one['message']}")
    if told["limit"]:
        click.echo(f"  A limit would stop it. {told['limit']}")
    if told["lacking"]:
        click.echo(f"  It cannot be sent yet. {told['lacking']}")


def _table(rows: list[dict[str, Any]]) -> None:
    """Show rows of the same keys in columns: words left, numbers right."""
    lines = [
        [name.removesuffix("_id").removesuffix("_code") for name in rows[0]],
        *[["-" if value is None else str(value) for value in r.values()] for r in rows],
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = [isinstance(value, int) for value in rows[0].values()]
    for line in lines:
        cells = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ]
        click.echo("  " + "  ".join(cells))


def sources(looks: Sequence[Look], *, as_json: bool) -> None:
    """Show what there is of the raw tables, and the SQL that makes the rest."""
    if as_json:
        _json(as_rows(looks))
    else:
        click.echo(script(looks))


def status(state: Overview, *, as_json: bool) -> None:
    """Show what happened, what is unknown and what to do."""
    if as_json:
        _json(asdict(state))
        return
    click.echo(click.style("Last runs (UTC)", bold=True))
    for run in state.runs:
        _run(run)
    if not state.runs:
        click.echo("  none yet")
    click.echo(click.style("\nUnknown", bold=True))
    _unknown(state.unknown)
    click.echo(click.style("\nTo do", bold=True))
    for sentence in state.to_do or ["Nothing."]:
        click.echo(f"  {sentence}")


def _run(run: dict[str, Any]) -> None:
    end = run["closed_at"][11:19] if run["closed_at"] else "open"
    told = ", ".join(f"{count} {event}" for event, count in run["outcomes"].items())
    code = "" if run["exit_code"] in (0, None) else f"  (exit {run['exit_code']})"
    click.echo(
        f"  {run['opened_at'][:19]} to {end:<8} {run['destination']:<15} "
        f"{told or 'nothing to do'}{code}"
    )


def _unknown(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo("  none: every message that left is accounted for")
        return
    counts = Counter(
        (row["destination"], row["campaign_id"], row["reason_code"] or "")
        for row in rows
    )
    for (destination, campaign, reason), count in sorted(counts.items()):
        since = min(row["state_at"] for row in rows if row["campaign_id"] == campaign)
        click.echo(
            f"  {count:>5} {destination:<15} {campaign:<24} {reason:<18} "
            f"since {since[:16]}"
        )


def reconciled(done: Reconciled, *, as_json: bool) -> None:
    """Show what was settled and what is left, with the choices."""
    if as_json:
        _json(asdict(done))
        return
    if done.adopted_runs:
        click.echo(
            f"{done.adopted_runs} runs of another ledger taken over; "
            f"{done.adopted_unknown} messages of theirs are unknown."
        )
    click.echo(f"{done.proven} settled by the provider's statuses, {done.told} by you.")
    for row in done.unknown[:SHOWN]:
        click.echo(
            f"  {row['state_at'][:16]} {row['delivery_key']} {row['campaign_id']} "
            f"{row['customer_id']} {row['reason_code'] or ''}"
        )
    if (more := len(done.unknown) - SHOWN) > 0:
        click.echo(f"  and {more} more: --json lists all")
    if done.unknown:
        click.echo(
            f"{len(done.unknown)} are still unknown and are not sent again. Choose: "
            "wait for statuses and run this again; or look into the provider's log, "
            "and say `--sent KEY` or `--not-sent KEY`."
        )
    else:
        click.echo("Nothing is unknown.")


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
