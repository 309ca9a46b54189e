"""The commands that forget."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from sync.command import (
    Finite,
    address_on_stdin,
    as_json_option,
    as_the_build_does,
    command,
    target_option,
    wait_option,
)
from sync.desk import desk
from sync.erase import erase as erase_one
from sync.erase import prune as prune_old
from sync.log import say

# A row is sent a day after its decision at most; a month leaves no doubt.
FEWEST_DAYS = 31
# A hundred years.
MOST_DAYS = 36_500


@click.command()
@click.argument("customer")
@click.option(
    "--landing",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder that `ott webhook --dir` fills.",
)
@click.option(
    "--address-stdin", is_flag=True, help="Read one more address of theirs from stdin."
)
@wait_option
@target_option
@as_json_option
@command
def erase(  # noqa: PLR0913 - one argument an option.
    *,
    customer: str,
    landing: Path | None,
    address_stdin: bool,
    wait: float,
    target: str | None,
    as_json: bool,
) -> int:
    """Forget CUSTOMER: ledger, spools, landed webhooks. A keyed tombstone stays."""
    if not (customer := as_the_build_does(customer)):
        raise click.UsageError("Name a customer.")
    address = address_on_stdin() if address_stdin else ""
    with desk(target) as at:
        done = erase_one(at, customer, landing, address, wait)
    rest = bool(done.left or done.open_files)
    if done.lacking:
        say(
            f"Their addresses cannot be read. {done.lacking} Run this again, or pass "
            "them with --address-stdin, one a call."
        )
    elif not done.addresses:
        if not (done.deliveries or done.events or done.left):
            say("Nothing is known under this id. Is it written as in your tables?")
        say("No address of theirs is known. Pass one with --address-stdin.")
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo("Nobody is sent to under this id any more. Gone are:")
        for name, count in asdict(done).items():
            if name not in ("left", "open_files", "addresses", "lacking"):
                click.echo(f"  {name:<10} {count:>7}")
        if rest:
            click.echo(
                f"{done.left} rows of a run under way and {done.open_files} files that "
                "are still written to are left. Run this again in two hours."
            )
    return 6 if rest or done.lacking else 0


@click.command()
@click.option(
    "--days",
    type=Finite(FEWEST_DAYS, MOST_DAYS),
    default=400,
    show_default=True,
    help="Keep what is younger.",
)
@target_option
@as_json_option
@command
def prune(*, days: float, target: str | None, as_json: bool) -> None:
    """Forget who got what more than --days ago. That it was sent stays known."""
    with desk(target) as at:
        gone = prune_old(at, days)
    if as_json:
        click.echo(json.dumps(gone))
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in gone.items()))
