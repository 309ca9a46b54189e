"""The warehouse: opened briefly, read as a stream, written in one transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sync.errors import ConfigError, LockedError
from sync.log import say
from sync.warehouse_duckdb import DuckDBWarehouse
from sync.warehouse_postgres import PostgresWarehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sync.config import Profile

POLL_SECONDS = 0.5
T = TypeVar("T")


class Session(Protocol):
    """One short connection."""

    def columns(self, relation: str) -> list[tuple[str, str]]:
        """Name the columns of `relation` and their types, in order."""
        ...

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of `query`; `?` takes the values."""
        ...

    def append(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows, by column name."""
        ...


class Warehouse(Protocol):
    """What the sync needs of a warehouse."""

    def reading(self) -> AbstractContextManager[Session]:
        """Connect read-only, or raise LockedError."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """Connect for one transaction, or raise LockedError."""
        ...


def connect(profile: Profile) -> Warehouse:
    """
    Choose the warehouse of a profile.

    Raises:
        ConfigError: Nothing here reads that kind.
    """
    if profile.type == "duckdb":
        return DuckDBWarehouse(profile)
    if profile.type == "postgres":
        return PostgresWarehouse(profile)
    raise ConfigError(
        f"Target {profile.target} is {profile.type}. Only duckdb and postgres are read."
    )


def patiently(seconds: float, work: Callable[[], T]) -> T:
    """
    Do `work`, waiting at most `seconds` while the warehouse is held or away.

    Raises:
        LockedError: It still is.
    """
    end = time.monotonic() + seconds
    told = False
    while True:
        try:
            return work()
        except LockedError as error:
            if time.monotonic() >= end:
                raise
            why = str(error)
        if not told:
            say(f"{why} Waiting up to {seconds:g} s.")
            told = True
        time.sleep(POLL_SECONDS)
