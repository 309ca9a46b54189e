"""What the commands share: options, and errors as one line and an exit code."""

from __future__ import annotations

import functools
import math
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import click

from sync.collect import Options
from sync.destinations import DESTINATIONS
from sync.disk import disk_error
from sync.errors import SyncError
from sync.log import say, where

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULTS = Options()
# These click tells by itself.
UNTOLD = (click.ClickException, BrokenPipeError)
# What Python makes of bytes that are none of the locale's.
NO_TEXT = re.compile("[\ud800-\udfff]")
# Each has a task and may have a socket.
MOST_IN_FLIGHT = 10_000
# Ten years, in hours.
OLDEST = 87_600


def command(work: Callable[..., int | None]) -> Callable[..., None]:
    """Turn errors into one line and an exit code; show no value a library quotes."""

    @functools.wraps(work)
    def safely(**options: Any) -> None:
        if any(NO_TEXT.search(str(value)) for value in options.values()):
            raise click.UsageError("A word is not in UTF-8. Write it anew.")
        try:
            code = work(**options) or 0
        except UNTOLD:
            raise
        except Exception as error:  # noqa: BLE001 - values must not reach the screen.
            code = tell(error)
        sys.exit(code)

    return safely


def tell(error: Exception, before: str = "") -> int:
    """Say in one line what went wrong, `before` first; give the exit code."""
    if not isinstance(error, SyncError):
        bug = f"a bug, {where(error)}. Please report this line."
        error = disk_error(error) or SyncError(bug)
    say(f"Error: {before}{error}")
    return error.exit_code


def as_the_build_does(customer: str) -> str:
    """Take the blanks off an id; refuse what the build leaves, which is another id."""
    bare = customer.strip()
    around = customer.replace(bare, "", 1)
    if any(unicodedata.category(one) != "Zs" for one in around):
        raise click.UsageError(
            "With a tabulator or an end of line around it, it is another id. Leave "
            "them out here; where the raw tables have them, mend them there."
        )
    return bare


def address_on_stdin() -> str:
    """Read the one address there; refuse what would be said to be done and is not."""
    stdin = click.get_text_stream("stdin")
    try:
        lines = [stdin.readline()] if stdin.isatty() else stdin.readlines()
    except UnicodeDecodeError:
        raise click.UsageError("What is on stdin is no UTF-8.") from None
    said = [line.strip() for line in lines if line.strip()]
    if any("\0" in one for one in said):
        raise click.UsageError("What is on stdin is no address. Write it as UTF-8.")
    if len(said) > 1:
        raise click.UsageError("There are several lines on stdin. Give one a call.")
    return "".join(said)


def options(*several: Callable[..., Any]) -> Callable[..., Any]:
    """Join several options into one decorator."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(several):
            function = option(function)
        return function

    return add


class Finite(click.FloatRange):
    """A number of this range; `nan` and `inf` are none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
target_option = click.option(
    "--target", "-t", help="The dbt target; the profile's default."
)
wait_option = click.option(
    "--wait",
    type=Finite(0),
    default=DEFAULTS.wait,
    show_default=True,
    help="Wait for a held warehouse, in seconds.",
)
which = options(
    click.argument("destination", required=False, type=click.Choice([*DESTINATIONS])),
    click.option("--all", "everything", is_flag=True, help="Every destination."),
    target_option,
    click.option(
        "--max-age",
        type=Finite(0, OLDEST),
        default=DEFAULTS.max_age,
        show_default=True,
        help="Oldest decision sent, in hours.",
    ),
    click.option("--max-sends", type=click.IntRange(0), help="Stop if more are due."),
    click.option("--allow-change", is_flag=True, help="Send unusual numbers."),
    click.option("--first-run", is_flag=True, help="Send campaigns never sent before."),
    click.option(
        "--first-run-above",
        type=click.IntRange(0),
        default=DEFAULTS.first_run_above,
        show_default=True,
        envvar="OTT_FIRST_RUN_ABOVE",
        help="So many rows of a new campaign need no --first-run.",
    ),
    wait_option,
    as_json_option,
)
how = options(
    click.option(
        "--in-flight",
        type=click.IntRange(1, MOST_IN_FLIGHT),
        default=DEFAULTS.in_flight,
        show_default=True,
        help="Requests under way at once.",
    ),
    click.option(
        "--stops-every",
        type=Finite(0.1),
        default=DEFAULTS.stops_every,
        show_default=True,
        help="Seconds between readings of the stops.",
    ),
    click.option(
        "--max-stop-age",
        type=Finite(0, min_open=True),
        default=DEFAULTS.max_stop_age,
        show_default=True,
        help="Pause when stops are older, in seconds.",
    ),
    click.option(
        "--tolerate-refused",
        type=Finite(0, 1),
        default=DEFAULTS.tolerate_refused,
        show_default=True,
        help="Share of a campaign that may be refused.",
    ),
)
