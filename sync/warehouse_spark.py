"""A Spark warehouse, by its Thrift server and the driver that dbt-spark brings."""

from __future__ import annotations

import importlib
import logging
from contextlib import closing, contextmanager
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sync.errors import (
    ConfigError,
    missing_column,
    missing_table,
    unreachable,
    warehouse_failed,
)
from sync.placeholders import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.config import Profile

PAGE = 1000
MISSING = {"42P01": missing_table, "42704": missing_table, "42703": missing_column}
# One tells whole statements, and ours carry what a provider answered; the other says
# what we say better.
for library in ("pyhive", "thrift"):
    logging.getLogger(library).addHandler(logging.NullHandler())
    logging.getLogger(library).propagate = False


class SparkSession:
    """One connection. There are no transactions: each statement stands by itself."""

    each = "explode(array?)"

    def __init__(self, connection: Any) -> None:
        """Use `connection`, which somebody else closes."""
        self._connection = connection

    def columns(self, relation: str) -> list[tuple[str, str]]:
        """Name the columns of `relation` and their types, in order."""
        # What comes after them, by an empty name or a `#`, is about partitions.
        told = takewhile(
            lambda row: row[0] and not row[0].startswith("#"),
            self.rows(f"describe {relation}"),
        )
        return [(row[0], row[1]) for row in told]

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of `query`; `?` takes the values."""
        with self._connection.cursor(arraysize=PAGE) as cursor:
            cursor.execute(translate(query), values)
            # Dates come over Thrift as text.
            dates = [
                place
                for place, column in enumerate(cursor.description or ())
                if column[1] == "DATE_TYPE"
            ]
            while page := cursor.fetchmany(PAGE):
                for row in page:
                    yield _dated(row, dates) if dates else tuple(row)

    def append(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows, by column name, a statement a page."""
        if not rows:
            return
        names = list(rows[0])
        types = dict(self.columns(relation))
        taken = ", ".join(f"cast({name} as {types[name]})" for name in names)
        listed = ", ".join(names)
        one = f"({', '.join('?' * len(names))})"
        for begin in range(0, len(rows), PAGE):
            page = rows[begin : begin + PAGE]
            values = ", ".join([one] * len(page))
            with self._connection.cursor() as cursor:
                cursor.execute(
                    translate(
                        f"insert into {relation} ({listed}) select {taken} "  # noqa: S608
                        f"from values {values} as given ({listed})"
                    ),
                    [row[name] for row in page for name in names],
                )


def _dated(row: Sequence[Any], places: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = date.fromisoformat(values[place])
    return tuple(values)


class SparkWarehouse:
    """What a Thrift server of Spark answers for."""

    def __init__(self, profile: Profile) -> None:
        """
        Remember where the server is; nothing is opened.

        Raises:
            ConfigError: The driver is not installed.
        """
        self._profile = profile
        try:
            self._hive = importlib.import_module("pyhive.hive")
            self._errors = importlib.import_module("pyhive.exc")
            self._transport = importlib.import_module("thrift.transport.TTransport")
        except ImportError:
            raise ConfigError(
                "Spark needs its extra. "
                'Run `pip install -c requirements.lock -e ".[spark]"`.'
            ) from None

    @contextmanager
    def reading(self) -> Iterator[SparkSession]:
        """Connect, or raise LockedError."""
        with self._connected() as connection:
            yield SparkSession(connection)

    @contextmanager
    def writing(self) -> Iterator[SparkSession]:
        """
        Connect, or raise LockedError.

        What a broken call wrote stays. Whoever writes again what was not confirmed
        writes it under the same ids, and staging keeps each once.
        """
        with self._connected() as connection:
            yield SparkSession(connection)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            with closing(self._connect()) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("set time zone 'UTC'")
                yield connection
        except (self._transport.TTransportException, OSError):
            raise unreachable() from None
        except self._errors.Error as error:
            if what := MISSING.get(_state(error)):
                raise what() from None
            raise warehouse_failed(error) from None

    def _connect(self) -> Any:
        profile = self._profile
        auth = profile.settings.get("auth", "NONE")
        return self._hive.connect(
            host=profile.host,
            port=profile.port,
            username=profile.user or None,
            password=profile.password or None,
            auth=auth,
            kerberos_service_name=profile.settings.get("kerberos_service_name"),
        )


def _state(error: Exception) -> str:
    """Tell the SQL state of a server's error; it is all that is safe to read."""
    status = getattr(error.args[0], "status", None) if error.args else None
    return str(getattr(status, "sqlState", ""))
