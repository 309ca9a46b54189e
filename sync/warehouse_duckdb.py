"""The embedded warehouse: one DuckDB file, which one process at a time may write."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sync.errors import LockedError, TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.config import Profile

PAGE = 1000


class DuckDBSession:
    """One connection to the embedded file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Use `connection`, which somebody else closes."""
        self._connection = connection

    def columns(self, relation: str) -> list[tuple[str, str]]:
        """Name the columns of `relation` and their types, in order."""
        return [(row[0], row[1]) for row in self.rows(f"describe {relation}")]

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of `query`; `?` takes the values."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(query, list(values))
            while page := cursor.fetchmany(PAGE):
                yield from page
        finally:
            cursor.close()

    def append(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows, by column name."""
        if not rows:
            return
        names = list(rows[0])
        # Lists, one a column, are twenty times as fast as executemany.
        lists = [[row[name] for row in rows] for name in names]
        types = dict(self.columns(relation))
        taken = ", ".join(f"unnest(?::{types[name]}[])" for name in names)
        self._connection.execute(
            f"insert into {relation} ({', '.join(names)}) select {taken}",
            lists,
        )


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
            yield DuckDBSession(connection)

    @contextmanager
    def writing(self) -> Iterator[DuckDBSession]:
        """Connect for one transaction, or raise LockedError."""
        with self._connected(read_only=False) as connection:
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
                quoted = value.replace("'", "''")
                connection.execute(f"set global {name} = '{quoted}'")
            yield connection
        except duckdb.CatalogException:
            raise TrustError(
                "A table or view is missing. Run `dbt build` first."
            ) from None
        except duckdb.Error as error:
            # Its words may quote a value.
            raise TrustError(
                f"The warehouse failed ({type(error).__name__}). Run `ott doctor`."
            ) from None
        finally:
            connection.close()

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(self._path, read_only=read_only)
        except duckdb.Error as error:
            text = str(error)
            if "lock" in text or "different configuration" in text:
                raise LockedError(
                    "Another program holds the warehouse. Try again later."
                ) from None
            raise TrustError(
                "The warehouse file cannot be opened. Run `ott doctor`."
            ) from None
