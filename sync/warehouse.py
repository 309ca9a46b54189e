"""The warehouse: opened briefly, read as a stream, written in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sync.errors import ConfigError, LockedError
from sync.log import say
from sync.patience import once_free
from sync.warehouse_duckdb import DuckDBWarehouse
from sync.warehouse_postgres import PostgresWarehouse
from sync.warehouse_spark import SparkWarehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sync.config import Profile

POLL_SECONDS = 0.5
T = TypeVar("T")


class Session(Protocol):
    """
    One short connection.

    `each` is what a `select` takes a list of texts apart with, one a row: its `?` takes
    the list.
    """

    each: str

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
        """
        Connect for one transaction where there are any, or raise LockedError.

        Whoever writes can be broken off and write the same again.
        """
        ...


def connect(profile: Profile) -> Warehouse:
    """
    Choose the warehouse of a profile.

    Raises:
        ConfigError: Nothing here reads that kind.
    """
    kinds: dict[str, Callable[[Profile], Warehouse]] = {
        "duckdb": DuckDBWarehouse,
        "postgres": PostgresWarehouse,
        "spark": SparkWarehouse,
    }
    if not (kind := kinds.get(profile.type)):
        raise ConfigError(
            f"Target {profile.target} is {profile.type}. Only {', '.join(kinds)} are "
            "read."
        )
    return kind(profile)


def patiently(seconds: float, work: Callable[[], T]) -> T:
    """
    Do `work`, waiting at most `seconds` while the warehouse is held or away.

    Raises:
        LockedError: It still is.
    """
    told = False

    def tell(error: LockedError) -> None:
        nonlocal told
        if not told:
            say(f"{error} Waiting up to {seconds:g} s.")
            told = True

    return once_free(work, seconds, POLL_SECONDS, tell)
