"""The disposable spool: what is due, so that the warehouse can be closed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.errors import TrustError
from sync.messages import SendRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fits = Callable[[Any, Any], bool]

PAGE = 100
REQUIRED = [field.name for field in fields(SendRow) if field.name != "purpose"]


class Spool:
    """
    Rows in `send_rank` order, a queue for each sender.

    It holds addresses: the file is the owner's alone and is deleted with the run.
    """

    def __init__(self, path: Path, row: type[SendRow]) -> None:
        """Make the file."""
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._row = row
        self._instants = {f.name for f in fields(row) if str(f.type) == "datetime"}
        self._connection = sqlite3.connect(path, isolation_level=None)
        # No journal: nothing of it may outlive the file.
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(
            "create table rows (position integer primary key, sender_id text, "
            "send_rank integer, delivery_key text unique, content text)"
        )
        self._connection.execute("create index queue on rows (sender_id, send_rank)")
        self._pages: dict[str, list[SendRow]] = {}
        self._last: dict[str, tuple[int, int]] = {}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self, values: tuple[Any, ...]) -> SendRow:
        """
        Make a row of a table's values, in the contract's order.

        Raises:
            TrustError: A column every row needs is empty.
        """
        row = self._row(*values)
        if missing := [name for name in REQUIRED if getattr(row, name) is None]:
            raise TrustError(f"A row has no {missing[0]}. Mend the model, build again.")
        return row

    def add(self, row: SendRow) -> None:
        """
        Queue a row.

        Raises:
            TrustError: Its delivery_key is queued already.
        """
        values = [getattr(row, field.name) for field in fields(row)]
        content = json.dumps(values, default=lambda value: value.isoformat())
        try:
            self._connection.execute(
                "insert into rows (sender_id, send_rank, delivery_key, content) "
                "values (?, ?, ?, ?)",
                (row.sender_id, row.send_rank, row.delivery_key, content),
            )
        except sqlite3.IntegrityError:
            raise TrustError(
                "Two rows have one delivery_key. Mend the model, build again."
            ) from None

    def senders(self) -> list[str]:
        """Name the senders that have rows."""
        query = "select distinct sender_id from rows order by sender_id"
        return [row[0] for row in self._connection.execute(query)]

    def head(self, sender_id: str) -> SendRow | None:
        """Show a sender's next row without taking it."""
        if not self._pages.get(sender_id):
            self._pages[sender_id] = self._page(sender_id)
        page = self._pages[sender_id]
        return page[-1] if page else None

    def take(
        self, sender_id: str, most: int = 1, fits: Fits | None = None
    ) -> list[SendRow]:
        """Take the row `head` shows, and of those behind it what one call may carry."""
        taken: list[SendRow] = []
        while len(taken) < most and (row := self.head(sender_id)):
            if taken and row.campaign_id != taken[0].campaign_id:
                break
            if taken and fits and not fits(taken[0], row):
                break
            taken.append(self._pages[sender_id].pop())
        return taken

    def keep_withdrawals(self) -> int:
        """Drop all rows but those that take something away; tell how many."""
        kept = "not coalesce(json_extract(content, ?), false)"
        place = f"$[{[f.name for f in fields(self._row)].index('is_withdrawal')}]"
        query = f"delete from rows where {kept}"  # noqa: S608
        return self._connection.execute(query, (place,)).rowcount

    def sample(self, number: int) -> list[SendRow]:
        """Show the first rows."""
        query = "select content from rows order by send_rank, position limit ?"
        return [
            self._load(row[0]) for row in self._connection.execute(query, (number,))
        ]

    def _page(self, sender_id: str) -> list[SendRow]:
        rank, position = self._last.get(sender_id, (-(2**63), -1))
        rows = self._connection.execute(
            "select send_rank, position, content from rows "
            "where sender_id = ? and (send_rank, position) > (?, ?) "
            "order by send_rank, position limit ?",
            (sender_id, rank, position, PAGE),
        ).fetchall()
        if rows:
            self._last[sender_id] = (rows[-1][0], rows[-1][1])
        return [self._load(row[2]) for row in reversed(rows)]

    def _load(self, content: str) -> SendRow:
        values = dict(
            zip((f.name for f in fields(self._row)), json.loads(content), strict=True)
        )
        for name in self._instants:
            values[name] = datetime.fromisoformat(values[name])
        return self._row(**values)


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
