"""What a run says while it works: plain lines, and failures without values."""

from __future__ import annotations

import traceback
from pathlib import Path

import click


def say(text: str) -> None:
    """Tell the operator; results go to stdout, this does not."""
    click.echo(text, err=True)


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
