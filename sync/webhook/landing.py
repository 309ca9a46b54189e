"""Group commit: many webhooks, one durable write, and only then an answer."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Sequence


# So long a failure shows. Whoever calls nobody that fails has to try again some time.
FAILING_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """
    One webhook for the raw table `table`.

    `received_at` is ISO 8601 in UTC; `provider` and `sender_id` may be missing.
    """

    table: str
    received_at: str
    payload: str = field(repr=False)
    sender_id: str | None
    provider: str | None

    def columns(self) -> dict[str, str | None]:
        """Name what the raw contract has for such a table."""
        columns = {
            "received_at": self.received_at,
            "payload": self.payload,
            "sender_id": self.sender_id,
        }
        return {"provider": self.provider, **columns} if self.provider else columns


class LandingError(Exception):
    """Nothing may be believed to be kept. Its words are ours: no value, no path."""


class Store(Protocol):
    """Where rows are kept."""

    def prepare(self, tables: Sequence[str]) -> None:
        """
        Look whether rows of `tables` can be kept.

        Raises:
            ConfigError: They cannot; the message says what to do.
        """
        ...

    def write(self, rows: Sequence[Row]) -> None:
        """
        Keep `rows`; they are durable when this returns.

        Raises:
            LandingError: They are not, or not all.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


Waiting = tuple[Row, "asyncio.Future[None]"]


class Landing:
    """
    Gives the store a thread of its own.

    What came while one write was on its way to the disk shares the next. A failed write
    fails everything in it: the providers call again, and staging knows repeats.
    """

    def __init__(self, store: Store) -> None:
        """Use it as `async with`."""
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="landing")
        self._waiting: list[Waiting] = []
        self._asked = asyncio.Event()
        self._failed_at = float("-inf")

    @property
    def is_working(self) -> bool:
        """Tell whether the last write went well, or is long ago."""
        return time.monotonic() - self._failed_at > FAILING_SECONDS

    async def __aenter__(self) -> Self:
        """Start writing."""
        self._task = asyncio.create_task(self._write_forever())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; nothing that was awaited is lost."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown()
        self._store.close()

    async def append(self, row: Row) -> None:
        """
        Return when `row` is durable.

        Raises:
            LandingError: It is not.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        self._asked.set()
        await future

    async def _write_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._asked.wait()
            self._asked.clear()
            batch, self._waiting = self._waiting, []
            rows = [row for row, _ in batch]
            try:
                await loop.run_in_executor(self._thread, self._store.write, rows)
                self._failed_at = float("-inf")
            except Exception as error:  # noqa: BLE001 - handed to whoever asked.
                self._failed_at = time.monotonic()
                _fail(batch, error)
            else:
                _answer(batch)


def _answer(batch: list[Waiting]) -> None:
    for _, future in batch:
        if not future.done():
            future.set_result(None)


def _fail(batch: list[Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
