"""The embedded warehouse: one DuckDB file, which one process at a time may write."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sync.errors import (
    ConfigError,
    LockedError,
    TrustError,
    missing_column,
    missing_table,
    warehouse_failed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.config import Profile

PAGE = 1000
# What does not fit goes to disk. Most readings fit; a machine that sends may be small.
FRUGAL = "100MB"
AMPLE = "80%"
TOO_LITTLE = (duckdb.OutOfMemoryException, duckdb.IOException)


class DuckDBSession:
    """One connection to the embedded file."""

    each = "unnest(cast(? as varchar[]))"

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, is_frugal: bool = False
    ) -> None:
        """Use `connection`, which somebody else closes; `is_frugal` is its limit."""
        self._connection = connection
        self._is_frugal = is_frugal

    def columns(self, relation: str) -> list[tuple[str, str]]:
        """Name the columns of `relation` and their types, in order."""
        return [(row[0], row[1]) for row in self.rows(f"describe {relation}")]

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of `query`; `?` takes the values."""
        cursor = self._connection.cursor()
        try:
            page = self._first_page(cursor, query, list(values))
            while page:
                yield from page
                page = cursor.fetchmany(PAGE)
        finally:
            cursor.close()

    def _first_page(
        self, cursor: duckdb.DuckDBPyConnection, query: str, values: list[object]
    ) -> list[Any]:
        """Ask frugally, and once more with all there is where that is not enough."""
        try:
            return cursor.execute(query, values).fetchmany(PAGE)
        except TOO_LITTLE:
            if not self._is_frugal:
                raise
            self._is_frugal = False
            cursor.execute(f"set global memory_limit = '{AMPLE}'")
            return cursor.execute(query, values).fetchmany(PAGE)

    def append(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows, by column name."""
        if not rows:
            return
        names = list(rows[0])
        types = dict(self.columns(relation))
        taken: list[str] = []
        values: list[object] = []
        for name in names:
            column = [row[name] for row in rows]
            # Lists, one a column, are twenty times as fast as executemany, and one
            # value that all rows share is faster yet. The first says how many rows.
            is_shared = bool(taken) and len(set(column)) == 1
            type_ = types[name]
            taken.append(f"?::{type_}" if is_shared else f"unnest(?::{type_}[])")
            values.append(column[0] if is_shared else column)
        self._connection.execute(
            f"insert into {relation} ({', '.join(names)}) select {', '.join(taken)}",
            values,
        )


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    quoted = value.replace("'", "''")
    try:
        connection.execute(f"set global {name} = '{quoted}'")
    except duckdb.Error:
        raise ConfigError(
            f"DuckDB does not take the setting {name}, or its value. "
            "Correct `settings` in profiles.yml."
        ) from None


class DuckDBWarehouse:
    """The embedded warehouse, one file."""

    def __init__(self, profile: Profile) -> None:
        """Remember where the file is; nothing is opened."""
        self._path = profile.path
        self._settings = profile.settings

    @contextmanager
    def reading(self) -> Iterator[DuckDBSession]:
        """Connect read-only, or raise LockedError."""
        with self._connected(read_only=True) as connection:
            # A limit of the profile's own is meant.
            is_frugal = "memory_limit" not in self._settings
            if is_frugal:
                connection.execute(f"set global memory_limit = '{FRUGAL}'")
            yield DuckDBSession(connection, is_frugal=is_frugal)

    @contextmanager
    def writing(self) -> Iterator[DuckDBSession]:
        """Connect for one transaction, or raise LockedError."""
        with self._connected(read_only=False) as connection:
            # A page of rows is little; a second thread would hold a second copy.
            connection.execute("set global threads = 1")
            # Small row groups are merged by the next build, not by each page: a merge
            # holds three whole ones, however little was added.
            connection.execute("set global max_vacuum_tasks = 0")
            connection.begin()
            yield DuckDBSession(connection)
            connection.commit()

    @contextmanager
    def _connected(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        if not Path(self._path).is_file():
            raise TrustError("There is no warehouse file yet. Run `dbt build` first.")
        connection = self._connect(read_only=read_only)
        try:
            # `set`, not the config of connect(): that would need an extension; global,
            # because every cursor is a session of its own.
            for name, value in self._settings.items():
                _set(connection, name, value)
            yield connection
        except duckdb.CatalogException:
            raise missing_table() from None
        except duckdb.BinderException:
            raise missing_column() from None
        except duckdb.Error as error:
            raise warehouse_failed(error) from None
        finally:
            connection.close()

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(self._path, read_only=read_only)
        except duckdb.Error as error:
            # It names the file, whose name may hold any word.
            text = str(error).replace(self._path, "")
            if "Could not set lock" in text or "different configuration" in text:
                raise LockedError(
                    "Another program holds the warehouse. Try again later."
                ) from None
            raise TrustError(
                "The warehouse file cannot be opened. Run `ott doctor`."
            ) from None
