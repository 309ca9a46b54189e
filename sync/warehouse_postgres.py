"""A PostgreSQL warehouse, by the driver that dbt-postgres brings."""

from __future__ import annotations

from contextlib import closing, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from sync.errors import (
    ConfigError,
    LockedError,
    missing_column,
    missing_table,
    unreachable,
    warehouse_failed,
)
from sync.placeholders import translate
from sync.psycopg import ALIVE, LOGIN, driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.config import Profile

PAGE = 1000
CONNECT_SECONDS = 10
LOCK_SECONDS = 5
STATEMENT_SECONDS = 600
# pg_attribute sees what information_schema hides: tables one may read but not own.
COLUMNS = """
select attname, format_type(atttypid, null) from pg_attribute
where attrelid = ?::regclass and attnum > 0 and not attisdropped
order by attnum
"""


class PostgresSession:
    """One connection, in one transaction."""

    each = "unnest(cast(? as varchar[]))"

    def __init__(self, driver: Any, connection: Any) -> None:
        """Use `connection`, which somebody else closes."""
        self._driver = driver
        self._connection = connection
        self._numbers = count(1)

    def columns(self, relation: str) -> list[tuple[str, str]]:
        """Name the columns of `relation` and their types, in order."""
        return [(row[0], row[1]) for row in self.rows(COLUMNS, relation)]

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of `query`; `?` takes the values."""
        # A cursor with a name stays on the server: a page at a time comes over.
        with self._connection.cursor(f"ott_{next(self._numbers)}") as cursor:
            cursor.execute(translate(query), values)
            while page := cursor.fetchmany(PAGE):
                yield from page

    def append(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows, by column name."""
        if not rows:
            return
        names = list(rows[0])
        into = f"insert into {relation} ({', '.join(names)}) values "  # noqa: S608
        lists = [[_storable(row[name]) for name in names] for row in rows]
        with self._connection.cursor() as cursor:
            self._driver.extras.execute_values(
                cursor, translate(into) + "%s", lists, page_size=PAGE
            )


def _storable(value: object) -> object:
    # A provider's answer may hold what no text of PostgreSQL can.
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


class PostgresWarehouse:
    """One database of a server."""

    def __init__(self, profile: Profile) -> None:
        """Remember where the server is; nothing is opened."""
        self._profile = profile
        self._driver = driver()

    @contextmanager
    def reading(self) -> Iterator[PostgresSession]:
        """
        Connect read-only, or raise LockedError.

        Each query sees what is committed when it begins. A snapshot for the whole
        transaction would be worse: dbt swaps tables, and a table swapped in later looks
        empty to an older snapshot, the stops among them.
        """
        with self._connected(readonly=True) as connection:
            yield PostgresSession(self._driver, connection)

    @contextmanager
    def writing(self) -> Iterator[PostgresSession]:
        """Connect for one transaction, or raise LockedError."""
        with self._connected(readonly=False) as connection:
            yield PostgresSession(self._driver, connection)
            connection.commit()

    @contextmanager
    def _connected(self, *, readonly: bool) -> Iterator[Any]:
        errors = self._driver.errors
        try:
            with closing(self._connect()) as connection:
                connection.set_session("READ COMMITTED", readonly=readonly)
                self._set(connection)
                yield connection
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            raise missing_table() from None
        except errors.UndefinedColumn:
            raise missing_column() from None
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled):
            raise LockedError(
                "Another program holds the warehouse, or it is too slow. "
                "Try again later."
            ) from None
        except self._driver.OperationalError:
            raise unreachable() from None
        except self._driver.Error as error:
            raise warehouse_failed(error) from None

    def _connect(self) -> Any:
        profile = self._profile
        settings: dict[str, Any] = {**ALIVE, **profile.settings}
        try:
            return self._driver.connect(
                host=profile.host,
                port=profile.port,
                user=profile.user,
                password=profile.password,
                dbname=profile.dbname,
                connect_timeout=CONNECT_SECONDS,
                client_encoding="UTF8",
                application_name="ott",
                **{k: v for k, v in settings.items() if k != "role"},
            )
        except self._driver.OperationalError as error:
            if any(word in str(error) for word in LOGIN):
                raise ConfigError(
                    f"PostgreSQL refuses the login of target {profile.target}. "
                    "Correct profiles.yml or the variables it names."
                ) from None
            raise

    def _set(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set time zone 'UTC'")
            cursor.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'")
            if role := self._profile.settings.get("role"):
                cursor.execute("select set_config('role', %s, false)", (role,))
