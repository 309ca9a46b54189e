"""One batch's talk with the provider: asked again only where that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import httpx

from sync.destinations import Answer, RowError
from sync.destinations.limits import NOTHING, Limits, limits_of
from sync.errors import StoppedError
from sync.exchange import Lost, NotSent, exchange
from sync.messages import Outcome
from sync.outcomes import decide, repeated
from sync.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.errors import SyncError
    from sync.exchange import Client
    from sync.job import Job
    from sync.messages import SendRow
    from sync.outcomes import Decision


POLL_SECONDS = 2.0
# Ten minutes and more; pages of results count too.
MOST_POLLS = 300
# A key is not trusted to its last minute: waits and answers take their time.
SPARE_SECONDS = 240.0


Said = Answer | NotSent | Lost


class Run(Protocol):
    """What a talk needs of its run."""

    halted: SyncError | None

    async def pace(self, rows: Sequence[SendRow]) -> None:
        """Wait until one more request of this sender may leave."""
        ...

    async def wait(self, rows: Sequence[SendRow], seconds: float) -> dict[str, str]:
        """Wait for the next try; tell of which keys there must be none, and why."""
        ...

    def heed(self, rows: Sequence[SendRow], limits: Limits) -> None:
        """Go slower where an answer's headers say so."""
        ...

    def react(self, row: SendRow, decision: Decision) -> None:
        """Do to the run what an answer asks of it."""
        ...

    def halt(self, error: SyncError) -> None:
        """Let nothing more begin."""
        ...


class Talk:
    """Sends claimed rows; every row gets an outcome."""

    def __init__(self, job: Job, http: Client, run: Run) -> None:
        """Talk for `run` over `http`."""
        self._job = job
        self._http = http
        self._run = run
        self._keeps_state = job.destination.keeps_state
        destination: Any = job.destination
        has_token = hasattr(destination, "token_request")
        self._tokens = Tokens(destination, job.clock) if has_token else None
        self._has_key = getattr(destination, "has_key", lambda _: True)

    async def ready(self) -> None:
        """
        Get the token, if there is one, before anything is claimed.

        Raises:
            StoppedError: The provider gives none.
        """
        if self._tokens:
            await self._tokens.get(self._http)

    async def send(self, rows: Sequence[SendRow]) -> list[Outcome]:
        """Ask the provider; again where that can send nobody a second message."""
        done: dict[str, Outcome] = {}
        left, tries = list(rows), 0
        began = self._job.clock.monotonic()
        while left:
            tries += 1
            request, sayable = self._say(left, done)
            if request is None and sayable:
                return await self._halves(rows, sayable, done)
            if request is None:
                break
            await self._run.pace(sayable)
            answers, token = await self._ask(sayable, request)
            if len(sayable) > 1 and _is_split(answers[0]):
                # Halves are other bytes: never after what may have been a yes.
                if _any_lost(sayable, done) and not self._keeps_state:
                    break
                return await self._halves(rows, sayable, done)
            decisions = self._decide(answers, token, tries)
            if self._may_repeat(sayable, began):
                decisions = [repeated(decision, tries) for decision in decisions]
            left = await self._again(sayable, decisions, done)
            # A provider knows a repeat by the same bytes: the same rows, all of them.
            lost = _any_lost(left, done)
            if lost and len(left) < len(sayable) and not self._keeps_state:
                break
        return [done[row.delivery_key] for row in rows]

    def _say(
        self, rows: list[SendRow], done: dict[str, Outcome]
    ) -> tuple[httpx.Request | None, list[SendRow]]:
        """
        Put rows in the provider's words; refuse those that cannot be.

        Rows without a request are those that can be said, but not together.
        """
        say = self._job.destination.request
        try:
            return say(rows), rows
        except RowError as error:
            if len(rows) == 1:
                done[rows[0].delivery_key] = Outcome("refused", error.reason_code)
                return None, []
        sayable = [row for row in rows if self._say([row], done)[0] is not None]
        try:
            return (say(sayable) if sayable else None), sayable
        except RowError:
            return None, sayable

    async def _halves(
        self, rows: Sequence[SendRow], left: list[SendRow], done: dict[str, Outcome]
    ) -> list[Outcome]:
        """Ask for each half by itself: one bad row costs only itself."""
        middle = len(left) // 2
        for half in (left[:middle], left[middle:]):
            outcomes = await self.send(half)
            keys = (row.delivery_key for row in half)
            done |= dict(zip(keys, outcomes, strict=True))
        return [done[row.delivery_key] for row in rows]

    async def _ask(
        self, rows: list[SendRow], request: httpx.Request
    ) -> tuple[list[Said], str]:
        """Give what is said about each row, and the token it was asked with."""
        found, token = await self._exchange(request)
        if not isinstance(found, httpx.Response):
            return [found for _ in rows], token
        if (limits := limits_of(found)) is not NOTHING:
            self._run.heed(rows, limits)
        answers = self._job.destination.read(found, rows)
        if answers[0].kind == "pending":
            job_id = answers[0].provider_message_id or ""
            answers = await self._job_done(job_id, rows)
        return [*answers], token

    def _decide(self, answers: list[Said], token: str, tries: int) -> list[Decision]:
        job = self._job
        provider, now = job.destination.provider, job.clock.now()
        decisions: list[Decision] = []
        for before, answer in zip([None, *answers], answers, strict=False):
            # Of a batch, most rows have the very same answer.
            if answer is not before:
                decision = decide(answer, job.classes, provider, tries, now)
            decisions.append(decision)
        if self._tokens and any(d.action == "renew_token" for d in decisions):
            self._tokens.reject(token)
        return decisions

    async def _exchange(
        self, request: httpx.Request
    ) -> tuple[httpx.Response | NotSent | Lost, str]:
        """Send once, with the token of now; tell the token too."""
        if not self._tokens:
            return await exchange(self._http, request), ""
        try:
            token = await self._tokens.get(self._http)
        except StoppedError as error:
            self._run.halt(error)
            return NotSent(), ""
        destination: Any = self._job.destination
        request = destination.authorized(request, token)
        return await exchange(self._http, request), token

    async def _job_done(self, job_id: str, rows: list[SendRow]) -> list[Answer]:
        """Ask until the job has told of all rows; what it never tells is unknown."""
        destination: Any = self._job.destination
        answers: list[Answer] = []
        step: str | None = ""
        for _ in range(MOST_POLLS):
            if not step:
                await self._job.clock.sleep(POLL_SECONDS)
            found, _ = await self._exchange(destination.poll(job_id, step))
            if isinstance(found, httpx.Response):
                progress = destination.read_job(found, rows, len(answers))
                answers += progress.answers
                step = progress.step
            if step is None or len(answers) >= len(rows):
                break
        missing = len(rows) - len(answers)
        return [*answers, *[Answer("unknown", "job_unfinished")] * missing]

    def _may_repeat(self, rows: list[SendRow], began: float) -> bool:
        """Whether the same request once more can reach nobody twice."""
        lives = self._job.destination.dedupe_seconds - SPARE_SECONDS
        is_known = self._job.clock.monotonic() - began < lives
        return self._keeps_state or (is_known and all(map(self._has_key, rows)))

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
            reason = closed.get(row.delivery_key)
            # An answer that may have been a yes stays one.
            if reason and done[row.delivery_key].event != "unknown":
                done[row.delivery_key] = Outcome("skipped", reason)
        return [row for row in waiting if row.delivery_key not in closed]


def _any_lost(rows: Sequence[SendRow], done: dict[str, Outcome]) -> bool:
    return any(
        row.delivery_key in done and done[row.delivery_key].event == "unknown"
        for row in rows
    )


def _is_split(said: Said) -> bool:
    return isinstance(said, Answer) and said.kind == "split"
