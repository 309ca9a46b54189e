"""A ledger in PostgreSQL: several hosts share it, one of them a destination."""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sync import placeholders
from sync.errors import ConfigError, LockedError
from sync.ledger_store import BUSY_SECONDS
from sync.psycopg import ALIVE, LOGIN, driver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sync.ledger_store import Connection

NAME = "ott_ledger"
CONNECT_SECONDS = 10
SESSION = {
    "search_path": NAME,
    "timezone": "UTC",
    "synchronous_commit": "on",
    "lock_timeout": f"{BUSY_SECONDS}s",
    # A writer that hangs between two statements keeps everybody else waiting.
    "idle_in_transaction_session_timeout": "60s",
    # By the server; our side has the same of `ALIVE`.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# Twins and later messages are no unique keys: claims are made one after the other.
BEGIN = "begin; select pg_advisory_xact_lock(hashtextextended('ott_ledger', 0))"
LEASE = "select pg_try_advisory_lock(hashtextextended(?, 0))"
RELEASE = "select pg_advisory_unlock(hashtextextended(?, 0))"
HOLDER = """
select host, pid, run_id, opened_at from runs
where destination = ? and closed_at is null order by opened_at desc limit 1
"""
ROWS = ("json_each(:rows)", "json_array_elements(cast(:rows as json)) as each (value)")
HEADS = (
    "json_each(:heads)",
    "json_array_elements(cast(:heads as json)) as each (value)",
)
KEYS = (
    "json_each(:keys)",
    "json_array_elements_text(cast(:keys as json)) as each (value)",
)
NUMBERED = (
    "integer primary key autoincrement",
    "bigint generated always as identity primary key",
)
TEXT = re.compile(r"\btext\b")


@lru_cache(maxsize=256)
def translate(query: str) -> str:
    """Write values and rows as the driver wants them; a percent sign stays one."""
    return placeholders.translate(query.replace(*ROWS).replace(*HEADS).replace(*KEYS))


class PostgresConnection:
    """One session that takes SQLite's queries; its leases end with it."""

    def __init__(self, url: str) -> None:
        """
        Connect.

        Raises:
            ConfigError: The URL is none, or the login is refused.
            LockedError: The server is not there.
        """
        self._driver = driver()
        try:
            self._connection = self._driver.connect(
                url,
                connect_timeout=CONNECT_SECONDS,
                client_encoding="UTF8",
                application_name="ott-ledger",
                cursor_factory=self._driver.extras.DictCursor,
                **ALIVE,
            )
        except self._driver.Error as error:
            raise _refused(str(error)) from None
        self._connection.autocommit = True

    def execute(self, query: str, values: Any = (), /) -> Any:
        """
        Run a query.

        Raises:
            LockedError: The server is gone or takes no writes, or somebody holds the
                ledger too long.
            ConfigError: The login may not do it.
        """
        errors = self._driver.errors
        # The driver's words may quote a value, or the URL.
        try:
            cursor = self._connection.cursor()
            cursor.execute(translate(query), values)
        except (self._driver.OperationalError, self._driver.InterfaceError):
            raise LockedError(
                "The ledger's PostgreSQL cannot be reached, or is held. Nothing more "
                "is sent. Run `ott send` again when it is back."
            ) from None
        except errors.ReadOnlySqlTransaction:
            raise LockedError(
                "The ledger's PostgreSQL takes no writes now: a standby, or read-only. "
                "Try again later, or correct OTT_LEDGER."
            ) from None
        except (errors.InsufficientPrivilege, errors.InvalidSchemaName):
            raise ConfigError(
                f"The ledger's login may not make or use the schema {NAME}. Grant it "
                "all on that schema, or `create` on the database."
            ) from None
        return cursor

    def executemany(self, query: str, values: Any, /) -> None:
        """Run a query once for each of `values`."""
        for several in values:
            self.execute(query, several)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


def _refused(said: str) -> Exception:
    if any(word in said for word in LOGIN):
        return ConfigError(
            "PostgreSQL refuses the ledger's login. Correct OTT_LEDGER, or the "
            "password in PGPASSWORD or PGPASSFILE."
        )
    if "invalid" in said and ("dsn" in said or "URI" in said or "connection" in said):
        return ConfigError("OTT_LEDGER is no PostgreSQL URL. Correct it.")
    return LockedError("The ledger's PostgreSQL cannot be reached. Try again later.")


class PostgresStore:
    """The tables of schema `ott_ledger` in the URL's database."""

    begin = BEGIN
    broken: tuple[type[Exception], ...] = ()

    def __init__(self, url: str) -> None:
        """Connect."""
        self.connection: Connection = PostgresConnection(url)

    def set_up(self) -> None:
        """Set the session up, and make the schema where it is missing."""
        for name, value in SESSION.items():
            self.connection.execute("select set_config(?, ?, false)", (name, value))
        if not self.connection.execute(
            "select 1 from pg_namespace where nspname = ?", (NAME,)
        ).fetchone():
            self.connection.execute(f"{BEGIN}; create schema if not exists {NAME}")
            self.connection.execute("commit")

    def schema(self, script: str) -> str:
        """Compare text byte by byte, so that text order is time order."""
        return TEXT.sub('text collate "C"', script.replace(*NUMBERED))

    def erasing(self) -> AbstractContextManager[None]:
        """Do nothing: the server's vacuum and its backups are its owner's."""
        return nullcontext()

    def roll_back(self) -> None:
        """Take it back; a server that is gone has done so, and is told of already."""
        with suppress(LockedError):
            self.connection.execute("rollback")

    @contextmanager
    def lease(self, destination: str) -> Iterator[None]:
        """
        Hold the destination for this session; the server ends it with the session.

        Whoever lost the session has lost the ledger, too, and claims nothing more.
        """
        name = f"{NAME}.{destination}"
        [is_ours] = self.connection.execute(LEASE, (name,)).fetchone()
        if not is_ours:
            raise LockedError(self._held(destination))
        try:
            yield
        finally:
            self._release(name)

    def _release(self, name: str) -> None:
        try:
            self.connection.execute(RELEASE, (name,))
        except LockedError:
            # The session is gone, and with it the lease.
            return

    def _held(self, destination: str) -> str:
        owner = self.connection.execute(HOLDER, (destination,)).fetchone()
        who = "another run that just started"
        if owner:
            who = (
                f"process {owner['pid']} on {owner['host']} (run {owner['run_id']}, "
                f"since {owner['opened_at'][:19]} UTC)"
            )
        return f"{destination} is held by {who}. Wait for it to end."
