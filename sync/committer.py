"""Group commit: many claims and outcomes, one durable transaction."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sync.ledger import Ledger

    Work = Callable[[list[Any]], Sequence[Any]]
Asked = tuple[Any, "asyncio.Future[Any]"]


class Committer:
    """
    Gives the ledger a thread of its own.

    What was asked while one commit was on its way to the disk shares the next. A failed
    commit fails everything in it: nobody may believe what is not durable.
    """

    def __init__(self, ledger: Ledger, work: Work, then: Callable[[], None]) -> None:
        """
        Use it as `async with`.

        `work` does what a group asked for, inside the transaction, and answers each;
        `then` runs after a commit, before its askers.
        """
        self._ledger = ledger
        self._work = work
        self._then = then
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._waiting: list[Asked] = []
        self._asked = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start committing."""
        self._task = asyncio.create_task(self._commit_forever())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; nothing that was awaited is lost."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown()

    def ask(self, asked: object) -> asyncio.Future[Any]:
        """Have it done in the next transaction; the answer comes when it is durable."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        self._asked.set()
        return future

    async def _commit_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._asked.wait()
            # Whoever is ready as well asks before the group is closed.
            await asyncio.sleep(0)
            batch, self._waiting = self._waiting, []
            self._asked.clear()
            try:
                results = await loop.run_in_executor(self._thread, self._commit, batch)
            except Exception as error:  # noqa: BLE001 - handed to whoever asked.
                _fail(batch, error)
            else:
                _answer(batch, results)

    def _commit(self, batch: list[Asked]) -> Sequence[Any]:
        with self._ledger.transaction():
            results = self._work([asked for asked, _ in batch])
        self._then()
        return results


def _answer(batch: list[Asked], results: Sequence[Any]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if not future.done():
            future.set_result(result)


def _fail(batch: list[Asked], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
