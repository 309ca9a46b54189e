"""The disposable spool: what is due, so that the warehouse can be closed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.errors import TrustError
from sync.messages import SendRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Fits = Callable[[Any, Any], bool]

PAGE = 500
SHORTEST_PAGE = 20
Queue = tuple[str, str]
REQUIRED = [field.name for field in fields(SendRow) if field.name != "purpose"]


class Spool:
    """
    Rows in `send_rank` order, a queue for each sender and campaign.

    It holds addresses: the file is the owner's alone and is deleted with the run.
    """

    def __init__(self, path: Path, row: type[SendRow]) -> None:
        """Make the file."""
        self._path, self._row = path, row
        names = [field.name for field in fields(row)]
        places = list(enumerate(str(field.type) for field in fields(row)))
        self._instants = [place for place, kind in places if kind == "datetime"]
        self._booleans = [place for place, kind in places if kind == "bool"]
        self._required = [(names.index(name), name) for name in REQUIRED]
        self._get = attrgetter(*names)
        self._columns = ", ".join(names)
        marks = ", ".join("?" for _ in names)
        self._insert = f"insert into rows ({self._columns}) values ({marks})"  # noqa: S608
        self._page_size = PAGE
        self._open()

    def _open(self) -> None:
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        # No journal: nothing of it may outlive the file.
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(
            f"create table rows (position integer primary key, {self._columns}, "
            "unique (delivery_key))"
        )
        self._connection.execute(
            "create index queue on rows (sender_id, campaign_id, send_rank)"
        )
        self._pages: dict[Queue, list[SendRow]] = {}
        self._last: dict[Queue, tuple[int, int]] = {}

    def empty(self) -> None:
        """Begin anew with another file: without a journal nothing is taken back."""
        self.close()
        self._path.unlink()
        self._open()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self, values: tuple[Any, ...]) -> SendRow:
        """
        Make a row of a table's values, in the contract's order.

        Raises:
            TrustError: A column every row needs is empty.
        """
        for place, name in self._required:
            if values[place] is None:
                raise TrustError(f"A row has no {name}. Mend the model, build again.")
        return self._row(*values)

    def add(self, rows: Iterable[SendRow]) -> None:
        """
        Queue rows; after an error the spool is only good to be emptied.

        Raises:
            TrustError: A delivery_key is queued already.
        """
        self._connection.execute("begin")
        try:
            self._connection.executemany(self._insert, map(self._values, rows))
        except sqlite3.IntegrityError:
            raise TrustError(
                "Two rows have one delivery_key. Mend the model, build again."
            ) from None
        self._connection.execute("commit")

    def _values(self, row: SendRow) -> list[Any]:
        values = list(self._get(row))
        for place in self._instants:
            values[place] = values[place].isoformat()
        return values

    def queues(self) -> list[Queue]:
        """Name the senders and campaigns that have rows, the best rank first."""
        query = (
            "select sender_id, campaign_id from rows group by sender_id, campaign_id "
            "order by min(send_rank), sender_id, campaign_id"
        )
        found = [tuple(row) for row in self._connection.execute(query)]
        # As many rows in memory, however many queues they are of.
        self._page_size = max(SHORTEST_PAGE, PAGE // max(1, len(found)))
        return found

    def head(self, queue: Queue) -> SendRow | None:
        """Show a queue's next row without taking it."""
        if not self._pages.get(queue):
            self._pages[queue] = self._page(queue)
        page = self._pages[queue]
        return page[-1] if page else None

    def take(
        self, queue: Queue, most: int = 1, fits: Fits | None = None
    ) -> list[SendRow]:
        """Take the row `head` shows, and of those behind it what one call may carry."""
        taken: list[SendRow] = []
        while len(taken) < most and (row := self.head(queue)):
            page = self._pages[queue]
            if taken and fits and not fits(taken[0], row):
                break
            # The next row stands last.
            first = len(page) - 1 if fits else max(0, len(page) - most + len(taken))
            taken += reversed(page[first:])
            del page[first:]
        return taken

    def keep_withdrawals(self) -> int:
        """Drop all rows but those that take something away; tell how many."""
        query = "delete from rows where not coalesce(is_withdrawal, false)"
        return self._connection.execute(query).rowcount

    def sample(self, number: int) -> list[SendRow]:
        """Show the first rows."""
        query = (
            f"select {self._columns} from rows "  # noqa: S608
            "order by send_rank, position limit ?"
        )
        return [self._load(row) for row in self._connection.execute(query, (number,))]

    def _page(self, queue: Queue) -> list[SendRow]:
        rank, position = self._last.get(queue, (-(2**63), -1))
        rows = self._connection.execute(
            f"select {self._columns}, send_rank, position from rows "  # noqa: S608
            "where sender_id = ? and campaign_id = ? "
            "and (send_rank, position) > (?, ?) "
            "order by send_rank, position limit ?",
            (*queue, rank, position, self._page_size),
        ).fetchall()
        if rows:
            self._last[queue] = rows[-1][-2:]
        return [self._load(row[:-2]) for row in reversed(rows)]

    def _load(self, found: tuple[Any, ...]) -> SendRow:
        values = list(found)
        for place in self._instants:
            values[place] = _instant(values[place])
        for place in self._booleans:
            values[place] = bool(values[place])
        return self._row(*values)


@lru_cache(maxsize=1024)
def _instant(text: str) -> datetime:
    """Read an instant; a build has few different ones."""
    return datetime.fromisoformat(text)


@contextmanager
def spool(folder: Path, row: type[SendRow], name: str) -> Iterator[Spool]:
    """Make a spool and delete it, and what a killed run of `name` left."""
    for left in folder.glob(f"spool-{name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"spool-{name}-", dir=folder))
    queue = Spool(made / "rows.sqlite", row)
    try:
        yield queue
    finally:
        queue.close()
        shutil.rmtree(made, ignore_errors=True)
