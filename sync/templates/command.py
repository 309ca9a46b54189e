"""The commands around templates."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sync.command import as_json_option, command, target_option, wait_option
from sync.log import say
from sync.templates.pull import CATALOGUES
from sync.templates.pull import pull as fetch

if TYPE_CHECKING:
    from sync.templates.pull import Pulled


@click.group()
def templates() -> None:
    """Message templates, as their providers list them."""


@templates.command()
@click.argument("provider", required=False, type=click.Choice([*CATALOGUES]))
@click.option(
    "--landing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Append to this file of JSON lines, where raw_templates is a view of it.",
)
@wait_option
@target_option
@as_json_option
@command
def pull(
    *,
    provider: str | None,
    landing: Path | None,
    wait: float,
    target: str | None,
    as_json: bool,
) -> int:
    """Fetch the templates of PROVIDER, or of all that senders use; keep changes."""
    done = fetch(provider, target, landing=landing, wait=wait)
    for one in done:
        if one.error:
            account = f" {one.account_id}" if one.account_id else ""
            say(f"Error: {one.provider}{account}: {one.error}")
    if as_json:
        click.echo(json.dumps([_shown(one) for one in done]))
    else:
        _show(done)
    # What needs a person soonest is worst.
    order = (0, 6, 3, 4, 5, 1)
    return max((one.exit_code for one in done), key=order.index, default=0)


def _shown(one: Pulled) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if name != "exit_code"}


def _show(done: list[Pulled]) -> None:
    if not done:
        click.echo("No active sender has a template_account_id: nothing to fetch.")
    for one in done:
        if not one.error:
            click.echo(
                f"{one.provider} {one.account_id}: {one.listed} listed, "
                f"{one.added} new, {one.changed} changed, {one.vanished} vanished"
            )
