"""The `ott` command."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from sync import doctor as doctors
from sync import reconcile as reconciling
from sync import show, sources, telemetry, writeback
from sync import why as reasons
from sync.collect import Options, new_stops
from sync.command import as_json_option, command, how, target_option, which
from sync.desk import desk
from sync.destinations import DESTINATIONS
from sync.erase_command import erase, prune
from sync.errors import GuardError
from sync.job import INTERRUPTED
from sync.log import event, unread
from sync.overview import overview
from sync.plan import plan as plan_one
from sync.report.command import report
from sync.send import send as send_one
from sync.several import each
from sync.stop_command import stop
from sync.templates.command import templates

if TYPE_CHECKING:
    from datetime import datetime

    from sync.desk import Desk


SERVERS = {"sandbox": "sync.sandbox.server", "webhook": "sync.webhook.command"}


class Commands(click.Group):
    """Loads servers only when asked for: a nightly run needs none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted([*super().list_commands(ctx), *SERVERS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command."""
        if cmd_name in SERVERS:
            module = import_module(SERVERS[cmd_name])
            return cast("click.Command", getattr(module, cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Carry what dbt decided to the providers: each message at most once."""


main.add_command(templates)
main.add_command(report)
main.add_command(erase)
main.add_command(prune)
main.add_command(stop)


def _names(destination: str | None, *, everything: bool) -> list[str]:
    if (destination is None) != everything:
        raise click.UsageError("Name a destination, or pass --all.")
    return [*DESTINATIONS] if destination is None else [destination]


@main.command()
@which
@command
def plan(
    *,
    destination: str | None,
    everything: bool,
    target: str | None,
    as_json: bool,
    **limits: Any,
) -> int:
    """Show what send would do now, of all or of one DESTINATION. Sends nothing."""
    names = [destination] if destination else [*DESTINATIONS]
    if destination and everything:
        raise click.UsageError("Name a destination, or pass --all.")
    options, bare = Options(**limits), []
    stops = new_stops(options)

    def work(name: str) -> int:
        told = plan_one(name, target, options, stops)
        if len(names) > 1 and not told["places"]:
            bare.append(name)
            return 0
        show.plan(told, as_json=as_json)
        return GuardError.exit_code if told["limit"] else 0

    code = each(names, work, target)
    if bare and not as_json:
        click.echo(f"No rows: {', '.join(bare)}.")
    return code


@main.command()
@which
@how
@command
def send(
    *,
    destination: str | None,
    everything: bool,
    target: str | None,
    as_json: bool,
    **limits: Any,
) -> int:
    """Send what is due, each message at most once, and write back what happened."""
    options = Options(**limits)
    # Asking for the stops is dear: once for all of a call, and as often as a run does.
    stops = new_stops(options)

    def work(name: str) -> int:
        with telemetry.run(name) as done:
            done.append(summary := send_one(name, target, options, stops))
        event("run_finished", **asdict(summary))
        with unread():
            show.summary(summary, as_json=as_json)
        if summary.message == INTERRUPTED:
            # Whoever is told to end begins nothing else.
            sys.exit(summary.exit_code)
        return summary.exit_code

    names = _names(destination, everything=everything)
    with telemetry.exporting():
        return each(names, work, target)


def _flush(at: Desk) -> None:
    writeback.try_write_back(at.ledger, at.warehouse, at.manifest, at.clock)


@main.command()
@target_option
@as_json_option
@command
def status(*, target: str | None, as_json: bool) -> None:
    """Show what happened, what is unknown and what to do, on one screen."""
    with desk(target) as at:
        _flush(at)
        state = overview(at)
    show.status(state, as_json=as_json)


@main.command()
@click.option(
    "--adopt",
    is_flag=True,
    help="Take over the runs of a ledger that is lost and not in use.",
)
@click.option(
    "--leave-address-stops",
    "leave_addresses",
    is_flag=True,
    help="With --adopt: their key is lost, and they are given again.",
)
@click.option(
    "--retell",
    is_flag=True,
    help="Tell the warehouse again what it lost: it was put back from a copy.",
)
@click.option("--sent", multiple=True, metavar="KEY", help="I know: it was sent.")
@click.option("--not-sent", multiple=True, metavar="KEY", help="I know: it was not.")
@target_option
@as_json_option
@command
def reconcile(*, target: str | None, as_json: bool, adopt: bool, **words: Any) -> int:
    """Settle messages of unknown fate: by statuses, providers' lists or your word."""
    with desk(target) as at:
        done = reconciling.reconcile(at, adopt=adopt, **words)
    show.reconciled(done, as_json=as_json)
    return 6 if done.unknown else 0


@main.command()
@click.argument("customer")
@click.option("--campaign", help="Only this campaign.")
@click.option("--replay", is_flag=True, help="Ask the replay, not tonight's build.")
@click.option(
    "--night",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Ask what was kept of that day in UTC: its last build that names CUSTOMER.",
)
@target_option
@as_json_option
@command
def why(  # noqa: PLR0913 - one argument an option.
    *,
    customer: str,
    campaign: str | None,
    replay: bool,
    night: datetime | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Show what was decided about CUSTOMER, by which rules and evidence."""
    if replay and night:
        raise click.UsageError("Pass --replay or --night: a replay keeps no nights.")
    with desk(target) as at:
        if night:
            decisions = reasons.why_then(at, customer, campaign, night.date())
        else:
            decisions = reasons.why(at, customer, campaign, replay=replay)
    show.decisions(decisions, as_json=as_json)


@main.command()
@click.option(
    "--sources",
    "only_sources",
    is_flag=True,
    help="Look at the raw tables instead; print views to complete, as SQL.",
)
@target_option
@as_json_option
@command
def doctor(*, only_sources: bool, target: str | None, as_json: bool) -> int:
    """Look at the installation, the warehouse, the ledger and the settings."""
    if only_sources:
        looks = sources.examine(target)
        show.sources(looks, as_json=as_json)
        return 0 if all(look.ok for look in looks) else 3
    checks = doctors.examine(target)
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks]))
    else:
        for check in checks:
            click.echo(f"{'ok ' if check.ok else 'NO '} {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 3
