"""One batch's talk with the provider: asked again only where that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import httpx

from sync.destinations import Answer, RowError
from sync.destinations.limits import NOTHING, Limits, limits_of
from sync.destinations.values import INVALID
from sync.errors import LockedError, StoppedError
from sync.exchange import Lost, NotSent, exchange
from sync.log import say, where
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

    async def pace(self, rows: Sequence[SendRow]) -> dict[str, Outcome]:
        """Wait until one more request may leave; tell by key what must not go now."""
        ...

    async def wait(self, rows: Sequence[SendRow], seconds: float) -> dict[str, Outcome]:
        """Wait for the next try; tell by key of which rows there must be none."""
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
        self._told: set[str] = set()
        destination: Any = job.destination
        has_token = hasattr(destination, "token_request")
        self._tokens = Tokens(destination, job.clock) if has_token else None
        self._has_key = getattr(destination, "has_key", lambda _: True)

    async def ready(self) -> None:
        """
        Get the token, if there is one, before anything is claimed.

        Raises:
            StoppedError: The provider gives none.
            LockedError: It cannot be asked now.
        """
        if self._tokens:
            await self._tokens.get(self._http)

    async def send(self, rows: Sequence[SendRow]) -> list[Outcome]:
        """Ask the provider; again where that can send nobody a second message."""
        done: dict[str, Outcome] = {}
        await self._send([*rows], done)
        return [done[row.delivery_key] for row in rows]

    async def _send(self, left: list[SendRow], done: dict[str, Outcome]) -> None:
        """Add to `done` what becomes of the rows."""
        tries, began = 0, self._job.clock.monotonic()
        while left:
            request, sayable = self._say(left, done)
            if request is None:
                await self._halves(sayable, done)
                return
            held = await self._run.pace(sayable)
            if held:
                left = _without(sayable, held, done)
                if _any_lost(left, done) and not self._keeps_state:
                    return
                continue
            tries += 1
            answers, token = await self._ask(sayable, request)
            if len(sayable) > 1 and _is_split(answers[0]):
                # Halves are other bytes: never after what may have been a yes.
                if not _any_lost(sayable, done) or self._keeps_state:
                    await self._halves(sayable, done)
                return
            decisions = self._decide(answers, token, tries)
            if self._may_repeat(sayable, began):
                decisions = [repeated(decision, tries) for decision in decisions]
            left = await self._again(sayable, decisions, done)
            # A provider knows a repeat by the same bytes: the same rows, all of them.
            lost = _any_lost(left, done)
            if lost and len(left) < len(sayable) and not self._keeps_state:
                return

    def _say(
        self, rows: list[SendRow], done: dict[str, Outcome]
    ) -> tuple[httpx.Request | None, list[SendRow]]:
        """
        Put rows in the provider's words; refuse those that cannot be.

        Rows without a request are those that can be said, but not together. A row that
        an adapter breaks on costs nobody else anything.
        """
        make = self._job.destination.request
        try:
            return make(rows), rows
        except Exception as error:  # noqa: BLE001 - whatever it is, this row cannot go.
            if len(rows) == 1:
                refused = Outcome("refused", self._reason(error))
                done.setdefault(rows[0].delivery_key, refused)
                return None, []
        sayable = [row for row in rows if self._say([row], done)[0] is not None]
        try:
            return (make(sayable) if sayable else None), sayable
        except Exception:  # noqa: BLE001 - as above; one by one it shows which.
            return None, sayable

    def _reason(self, error: Exception) -> str:
        """Give our word for it; tell once of each place where an adapter breaks."""
        if isinstance(error, RowError):
            return error.reason_code
        place = where(error)
        if place not in self._told:
            self._told.add(place)
            say(f"A row is refused, for its request cannot be made: {place}.")
        return INVALID

    async def _halves(self, rows: list[SendRow], done: dict[str, Outcome]) -> None:
        """Ask for each half by itself: one bad row costs only itself."""
        middle = len(rows) // 2
        for half in filter(None, (rows[:middle], rows[middle:])):
            # Whatever was asked before may have taken its time.
            held = await self._run.wait(half, 0.0)
            await self._send(_without(half, held, done), done)

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
        except (StoppedError, LockedError) as error:
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
            found, token = await self._exchange(destination.poll(job_id, step))
            if isinstance(found, httpx.Response):
                if self._tokens and found.status_code == httpx.codes.UNAUTHORIZED:
                    self._tokens.reject(token)
                progress = destination.read_job(found, rows, len(answers))
                answers += progress.answers
                step = progress.step
            if step is None or len(answers) >= len(rows) or self._run.halted:
                break
        if len(answers) > len(rows):
            # It has told of more than was asked: nobody knows whose each is.
            answers = []
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
        held = await self._run.wait(waiting, max(wait for _, wait in again))
        return [] if self._run.halted else _without(waiting, held, done)


def _without(
    rows: Sequence[SendRow], held: dict[str, Outcome], done: dict[str, Outcome]
) -> list[SendRow]:
    """Note what is held back, and give the others."""
    for key, outcome in held.items():
        before = done.get(key)
        # An answer that may have been a yes stays one; a no waits as its provider asks.
        if not before or (before.event != "unknown" and outcome.event == "skipped"):
            done[key] = outcome
    return [row for row in rows if row.delivery_key not in held]


def _any_lost(rows: Sequence[SendRow], done: dict[str, Outcome]) -> bool:
    return any(
        row.delivery_key in done and done[row.delivery_key].event == "unknown"
        for row in rows
    )


def _is_split(said: Said) -> bool:
    return isinstance(said, Answer) and said.kind == "split"
