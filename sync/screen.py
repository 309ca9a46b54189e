"""Tables and sentences for a terminal: 80 columns will do, and no colour is needed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INDENT = 2


def _console() -> Console:
    """Write to standard output; to a file or a pipe no codes, whatever is set."""
    return Console(force_terminal=sys.stdout.isatty(), highlight=False)


def heading(text: str) -> None:
    """Write a heading, bold where that can be."""
    _console().print(Text(text, style="bold"))


def sentence(text: str) -> None:
    """Write an indented sentence: wrapped on a terminal, one line elsewhere."""
    console = _console()
    if console.is_terminal:
        console.print(Padding(Text(text), (0, 0, 0, INDENT)))
    else:
        console.print(Text(" " * INDENT + text), soft_wrap=True)


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """
    Write rows in columns: numbers right, words left; nothing is cut, long words break.

    None is a dash.
    """
    rows = [*rows]
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        numbers = all(isinstance(row[place], int | None) for row in rows)
        justify = "right" if numbers and rows else "left"
        shown.add_column(name, justify=justify, overflow="fold", no_wrap=False)  # type: ignore[arg-type]
    for row in rows:
        shown.add_row(*[Text("-" if value is None else str(value)) for value in row])
    _console().print(Padding(shown, (0, 0, 0, INDENT)))
