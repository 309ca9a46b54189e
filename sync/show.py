"""Results as a person reads them, or as JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sync import screen
from sync.log import say
from sync.sources import as_rows, script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.job import Summary
    from sync.overview import Overview
    from sync.reconcile import Reconciled
    from sync.sources import Look

SHOWN = 15
# What the provider's own list says of a message.
LISTS = {
    None: "",
    "absent": " (not in the provider's list)",
    "several": " (one of several in the provider's list)",
}


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
    screen.heading(
        f"{told['destination']}: {told['due']} due, {told['known']} known already, "
        f"{told['later']} later (build of {told['as_of']})"
    )
    if told["places"]:
        names = ("campaign", "channel", "country", "due", "later", "known")
        screen.table(names, [[*place.values()] for place in told["places"]])
    if told["sample"]:
        screen.sentence("For example:")
        screen.table(
            ("customer", "address", "says"),
            [
                [
                    row["customer_id"],
                    row["address"],
                    row["template_name"] or "free text",
                ]
                for row in told["sample"]
            ],
        )
    for one in told["guards"]:
        if one["trips"] and one["message"] != told["limit"]:
            screen.sentence(one["message"])
    if told["limit"]:
        screen.sentence(f"A limit would stop it. {told['limit']}")
    if told["lacking"]:
        screen.sentence(f"It cannot be sent yet. {told['lacking']}")


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
    screen.heading("Last runs (UTC)")
    if state.runs:
        names = ("began", "ended", "destination", "outcome", "exit")
        screen.table(names, map(_run, state.runs))
    else:
        screen.sentence("none yet")
    click.echo()
    screen.heading("Unknown")
    if state.unknown:
        names = ("messages", "destination", "campaign", "reason", "since")
        screen.table(names, _unknown(state.unknown))
    else:
        screen.sentence("none: every message that left is accounted for")
    click.echo()
    screen.heading("To do")
    for sentence in state.to_do or ["Nothing."]:
        screen.sentence(sentence)


def _run(run: dict[str, Any]) -> tuple[object, ...]:
    end = run["closed_at"][11:19] if run["closed_at"] else "open"
    told = ", ".join(f"{count} {event}" for event, count in run["outcomes"].items())
    began = run["opened_at"][:19].replace("T", " ")
    return began, end, run["destination"], told or "nothing to do", run["exit_code"]


def _unknown(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Count by destination, campaign and reason, each since its oldest."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        key = (row["destination"], row["campaign_id"], row["reason_code"] or "")
        groups[key].append(row["state_at"])
    return [
        (len(since), *key, min(since)[:16].replace("T", " "))
        for key, since in sorted(groups.items())
    ]


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
    click.echo(
        f"{done.proven} settled by the provider's statuses, {done.listed} by its list, "
        f"{done.told} by you."
    )
    if done.absent:
        click.echo(f"{done.absent} are in no list after so long: not sent.")
    for row in done.unknown[:SHOWN]:
        click.echo(
            f"  {row['state_at'][:16]} {row['delivery_key']} {row['campaign_id']} "
            f"{row['customer_id']} {row['reason_code'] or ''}{LISTS[row['list']]}"
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
