"""What a run says while it works: plain lines or JSON, and failures without values."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

# It tells whole URLs, and some providers want a phone number or a token in them.
logging.getLogger("httpx").disabled = True


def is_json() -> bool:
    """Tell whether OTT_LOG asks for one JSON object a line."""
    return os.environ.get("OTT_LOG", "").lower() == "json"


def say(text: str) -> None:
    """Tell the operator; results go to stdout, this does not."""
    if is_json():
        level = "error" if text.startswith("Error: ") else "info"
        _line(level, "said", {"message": text.removeprefix("Error: ")})
    else:
        _write(text)


def event(name: str, **facts: object) -> None:
    """Tell a program that reads the log; facts are counts and ids, never a person."""
    if is_json():
        _line("info", name, facts)


def _line(level: str, name: str, facts: dict[str, object]) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"time": now, "level": level, "event": name, **facts}
    _write(json.dumps(line, default=str))


def _write(line: str) -> None:
    """Write a line; that nobody reads any more stops no run."""
    with suppress(OSError, ValueError):
        click.echo(line, err=True)


@contextmanager
def unread() -> Iterator[None]:
    """Show inside what a run did; that nobody reads it ends no call."""
    try:
        yield
    except OSError:
        say("Results cannot be shown: standard output is closed, or its disk is full.")
        # What waits to be written must not fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def where(error: BaseException) -> str:
    """
    Name an error's type and place, and nothing it says.

    Libraries quote values in their messages, and a value may be an address or a body.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(places) or 'an unknown place'}"
