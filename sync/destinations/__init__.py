"""
The providers messages can go to, by the name the command line uses.

Each adapter module names its own in `DESTINATIONS`; there is no list of them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from sync.destinations.base import (
    Answer,
    BatchDestination,
    Destination,
    JobDestination,
    KeyedDestination,
    Progress,
    RowError,
    Token,
    TokenDestination,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DESTINATIONS",
    "Answer",
    "BatchDestination",
    "Destination",
    "JobDestination",
    "KeyedDestination",
    "Progress",
    "RowError",
    "Token",
    "TokenDestination",
]


def _found() -> Iterator[type[Destination[Any]]]:
    for module in iter_modules(__path__):
        adapter = import_module(f"{__name__}.{module.name}")
        yield from getattr(adapter, "DESTINATIONS", ())


# In the order a run of all of them takes: what holds withdrawals goes first, what sends
# nothing last.
DESTINATIONS: dict[str, type[Destination[Any]]] = {
    kind.name: kind
    for kind in sorted(_found(), key=lambda k: (not k.keeps_state, not k.sends, k.name))
}
