"""Where a ledger is kept: what it needs of SQLite and of PostgreSQL, and no more."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from sync.errors import ConfigError, LockedError
from sync.patience import once_free

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

BUSY_SECONDS = 30
POLL_SECONDS = 0.01
# So many pages, 40 MB, the log may hold before they are copied into the file. What is
# committed is durable in the log.
LOG_PAGES = 10_000
# Rows come as JSON, taken apart by `->>`.
OLDEST = (3, 38)
HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# Extended codes keep the plain one in their last byte.
PLAIN = 0xFF


class Connection(Protocol):
    """SQLite's own connection, or one that takes the same queries."""

    def execute(self, query: str, values: Any = ..., /) -> Any:
        """Run a query; `?` and `:name` take the values."""
        ...

    def executemany(self, query: str, values: Any, /) -> Any:
        """Run a query once for each of `values`."""
        ...

    def close(self) -> None:
        """Let go of it, and of all it holds."""
        ...


class Store(Protocol):
    """
    One ledger, opened: one writer at a time, durable when a commit returns.

    `begin` opens a transaction that keeps every other writer out. `broken` are the
    errors that say that this is no ledger.
    """

    connection: Connection
    begin: str
    broken: tuple[type[Exception], ...]

    def set_up(self) -> None:
        """Set what the store wants set before anything is read."""
        ...

    def schema(self, script: str) -> str:
        """Write SQLite's `create` statements as this store wants them."""
        ...

    def erasing(self) -> AbstractContextManager[None]:
        """Leave nothing of what is deleted inside where the store can help it."""
        ...

    def roll_back(self) -> None:
        """Take back what is not committed, if anything is."""
        ...

    def lease(self, destination: str) -> AbstractContextManager[None]:
        """
        Keep runs of other hosts out of `destination` while inside.

        Raises:
            LockedError: One of them is in.
        """
        ...


class _File(sqlite3.Connection):
    """A file that another program may hold for longer than we wait: LockedError."""

    def execute(self, *query: Any) -> sqlite3.Cursor:
        """Run a query."""
        try:
            return super().execute(*query)
        except sqlite3.OperationalError as error:
            raise _held(error) from None

    def executemany(self, *query: Any) -> sqlite3.Cursor:
        """Run a query once for each of the values."""
        try:
            return super().executemany(*query)
        except sqlite3.OperationalError as error:
            raise _held(error) from None


def _held(error: sqlite3.OperationalError) -> Exception:
    if error.sqlite_errorcode & PLAIN in HELD:
        return LockedError("Another program holds the ledger. Try again later.")
    return error


class SqliteStore:
    """One file: WAL, `synchronous=full`. The file lock of a run is lease enough."""

    begin = "begin immediate"
    broken: tuple[type[Exception], ...] = (sqlite3.DatabaseError,)

    def __init__(self, path: Path) -> None:
        """
        Open the file, or make it.

        Raises:
            ConfigError: This Python's SQLite is too old.
        """
        if sqlite3.sqlite_version_info < OLDEST:
            raise ConfigError(
                f"The ledger needs SQLite 3.38, and this Python has "
                f"{sqlite3.sqlite_version}. Use a newer Python."
            )
        connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_File,
        )
        connection.row_factory = sqlite3.Row
        path.chmod(0o600)
        self.connection: Connection = connection
        self._file = connection

    def set_up(self) -> None:
        """Make commits durable; readers never wait for the writer."""

        def keep_a_log() -> None:
            self.connection.execute("pragma journal_mode = wal")

        # SQLite itself does not wait while another does the same.
        once_free(keep_a_log, BUSY_SECONDS, POLL_SECONDS)
        self.connection.execute("pragma synchronous = full")
        # A group of thousands touches more pages than are copied at once by default.
        self.connection.execute(f"pragma wal_autocheckpoint = {LOG_PAGES}")

    def schema(self, script: str) -> str:
        """Take them as they are."""
        return script

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Overwrite what is deleted, and empty the log of it."""
        self.connection.execute("pragma secure_delete = on")
        yield
        self.connection.execute("pragma wal_checkpoint(truncate)")

    def roll_back(self) -> None:
        """Take it back; a full disk made SQLite do so by itself."""
        if self._file.in_transaction:
            self._file.execute("rollback")

    def lease(self, destination: str) -> AbstractContextManager[None]:
        """Do nothing: there is one host."""
        _ = destination
        return nullcontext()
