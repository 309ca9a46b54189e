"""The command that makes the report."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sync import config, warehouse
from sync.clock import SystemClock
from sync.command import as_json_option, command, target_option, wait_option
from sync.errors import ConfigError
from sync.manifest import Manifest
from sync.report.facts import Facts, gather, relations

LEAST = 5


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default="report.html",
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--min-count",
    type=click.IntRange(1),
    default=LEAST,
    show_default=True,
    help="Fewer people than this are shown as fewer than this.",
)
@wait_option
@target_option
@as_json_option
@command
def report(
    *, out: Path, min_count: int, wait: float, target: str | None, as_json: bool
) -> None:
    """Write what a marketer reads as one HTML file: no names, no addresses."""
    # Sending needs no charts, so they are an extra; asked for before anything is read.
    from sync.report.page import render  # noqa: PLC0415

    facts = ask(target, min_count, wait)
    text = render(facts, SystemClock().now())
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise ConfigError(
            f"{out} cannot be written. Choose another with --out."
        ) from None
    told = {"file": str(out), "bytes": len(text.encode())}
    told |= {"decided_at": str(facts.decided_at)}
    click.echo(json.dumps(told) if as_json else f"Open {out.resolve()}")


def ask(target: str | None, least: int, wait: float = 0) -> Facts:
    """
    Gather the numbers from the marts of `target`.

    Raises:
        ConfigError: A setting or a mart is missing.
        LockedError: The warehouse was held for `wait` seconds.
    """
    settings = config.load(target)
    names = relations(Manifest(settings.target_dir))

    def gathered() -> Facts:
        with warehouse.connect(settings.profile).reading() as session:
            return gather(session, names, least)

    return warehouse.patiently(wait, gathered)
