"""One batch's talk with the provider: asked again only where that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import httpx

from sync.destinations import RowError
from sync.exchange import Lost, NotSent, exchange
from sync.messages import Outcome
from sync.outcomes import decide, repeated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.destinations import Answer
    from sync.errors import SyncError
    from sync.job import Job
    from sync.messages import SendRow
    from sync.outcomes import Decision


class Run(Protocol):
    """What a talk needs of its run."""

    halted: SyncError | None

    async def pace(self, rows: Sequence[SendRow]) -> None:
        """Wait until one more request of this sender may leave."""
        ...

    async def wait(
        self, rows: Sequence[SendRow], seconds: float
    ) -> dict[str, str | None]:
        """Wait for the next try; tell for each key why there must be none."""
        ...

    def react(self, row: SendRow, decision: Decision) -> None:
        """Do to the run what an answer asks of it."""
        ...


class Talk:
    """Sends claimed rows; every row gets an outcome."""

    def __init__(self, job: Job, http: httpx.AsyncClient, run: Run) -> None:
        """Talk for `run` over `http`."""
        self._job = job
        self._http = http
        self._run = run

    async def send(self, rows: Sequence[SendRow]) -> list[Outcome]:
        """Ask the provider; again where that can send nobody a second message."""
        done: dict[str, Outcome] = {}
        left, tries = list(rows), 0
        while left:
            tries += 1
            request, sayable = self._say(left, done)
            if request is None:
                break
            await self._run.pace(sayable)
            decisions = await self._ask(sayable, request, tries)
            left = await self._again(sayable, decisions, done)
        return [done[row.delivery_key] for row in rows]

    def _say(
        self, rows: list[SendRow], done: dict[str, Outcome]
    ) -> tuple[httpx.Request | None, list[SendRow]]:
        """Put rows in the provider's words; refuse those that cannot be."""
        say = self._job.destination.request
        try:
            return say(rows), rows
        except RowError as error:
            if len(rows) == 1:
                done[rows[0].delivery_key] = Outcome("refused", error.reason_code)
                return None, []
        sayable = [row for row in rows if self._say([row], done)[0] is not None]
        return (say(sayable) if sayable else None), sayable

    async def _ask(
        self, rows: list[SendRow], request: httpx.Request, tries: int
    ) -> list[Decision]:
        job = self._job
        found = await exchange(self._http, request)
        answers: Sequence[Answer | NotSent | Lost]
        if isinstance(found, httpx.Response):
            answers = job.destination.read(found, rows)
        else:
            answers = [found] * len(rows)
        provider, now = job.destination.provider, job.clock.now()
        decisions = [
            decide(answer, job.classes, provider, tries, now) for answer in answers
        ]
        if job.destination.keeps_state:
            return [repeated(decision, tries) for decision in decisions]
        return decisions

    async def _again(
        self, rows: list[SendRow], decisions: list[Decision], done: dict[str, Outcome]
    ) -> list[SendRow]:
        """Keep what is settled; after its wait, give back what may be asked again."""
        again = []
        for row, decision in zip(rows, decisions, strict=True):
            self._run.react(row, decision)
            before = done.get(row.delivery_key)
            lost = before is not None and before.event == "unknown"
            # An earlier request may have arrived: only a yes settles that.
            if decision.outcome.event == "accepted" or not lost:
                done[row.delivery_key] = decision.outcome
            if decision.wait is not None:
                again.append((row, decision.wait))
        if not again or self._run.halted:
            return []
        waiting = [row for row, _ in again]
        closed = await self._run.wait(waiting, max(wait for _, wait in again))
        if self._run.halted:
            return []
        for row in waiting:
            reason = closed[row.delivery_key]
            # An answer that may have been a yes stays one.
            if reason and done[row.delivery_key].event != "unknown":
                done[row.delivery_key] = Outcome("skipped", reason)
        return [row for row in waiting if not closed[row.delivery_key]]
