"""Claim, send, record: many rows at once, each of them once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sync import guard
from sync.committer import Committer
from sync.destinations import RowError
from sync.errors import GuardError, StoppedError, SyncError
from sync.exchange import client, exchange
from sync.limiter import Limiter
from sync.messages import Outcome
from sync.outcomes import Decision, decide
from sync.recheck import Recheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from sync.deliveries import Verdict
    from sync.job import Job
    from sync.messages import SendRow

PAUSE_SECONDS = 0.2


class Runner:
    """
    One run's workers.

    A worker is a slot: it claims one row, and takes the next only when that row's
    outcome is durable. So a kill leaves at most as many unknown rows as workers.
    """

    def __init__(self, job: Job) -> None:
        """Prepare; nothing is sent."""
        self.job = job
        self._limiter = Limiter(job.clock)
        self._recheck = Recheck(job.clock, job.stops)
        self._senders = job.spool.senders()
        self.halted: SyncError | None = None
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.by_campaign: dict[str, Counter[str]] = {}
        self.known = 0

    async def run(self) -> None:
        """Send what the spool holds, until it is empty or something stops the run."""
        job = self.job
        async with (
            Committer(job.ledger) as self._committer,
            client(job.in_flight) as self._http,
        ):
            reading = asyncio.create_task(job.stops.keep_reading(job.warehouse))
            try:
                with self._interruptible():
                    async with asyncio.TaskGroup() as workers:
                        for _ in range(job.in_flight):
                            workers.create_task(self._work())
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _halt(self, error: SyncError) -> None:
        self.halted = self.halted or error

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end the run after the requests under way."""
        loop = asyncio.get_running_loop()
        error = SyncError("The run was interrupted. Run `ott send` again for the rest.")
        with suppress(RuntimeError, NotImplementedError, ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._halt, error)
        try:
            yield
        finally:
            with suppress(RuntimeError, NotImplementedError, ValueError):
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)

    async def _work(self) -> None:
        while not self.halted and (row := self._next()) is not None:
            await self._go(row, self._recheck.reason(row))

    def _next(self) -> SendRow | None:
        """Take the first row of the sender that is free soonest."""
        heads = [(s, row) for s in self._senders if (row := self.job.spool.head(s))]
        if not heads:
            return None
        now = self.job.clock.monotonic()
        sender, _ = min(
            heads,
            key=lambda h: (max(now, self._limiter.ready_at(h[0])), h[1].send_rank),
        )
        return self.job.spool.take(sender)

    async def _go(self, row: SendRow, closed: str | None) -> None:
        sends = self.job.destination.sends
        if sends and not closed:
            await self._limiter.wait(row.sender_id, _rate(row))
            await self._fresh_stops()
        if self.halted:
            return
        verdict = await self._committer.do(lambda: self._claim(row, closed))
        if verdict.kind == "known":
            self.known += 1
        elif verdict.kind == "skip":
            self._count(row, Outcome("skipped", verdict.reason_code))
        else:
            outcome = await self._send(row) if sends else Outcome("held_out")
            await self._record(row, outcome)

    async def _fresh_stops(self) -> None:
        while not (self.job.stops.is_fresh() or self.halted):
            await self.job.clock.sleep(PAUSE_SECONDS)

    def _claim(self, row: SendRow, closed: str | None) -> Verdict:
        """Ask everything once more, and claim; inside the ledger's transaction."""
        job = self.job
        closed = closed or self._recheck.reason(row)
        return job.ledger.deliveries.claim(row, job.run_id, job.clock.now(), closed)

    async def _send(self, row: SendRow) -> Outcome:
        """Ask the provider, again where its answer proves that nothing was sent."""
        tries = 0
        while True:
            tries += 1
            try:
                request = self.job.destination.request([row])
            except RowError as error:
                return Outcome("refused", error.reason_code)
            decision = await self._ask(row, request, tries)
            self._react(row, decision)
            if decision.wait is None or self.halted:
                return decision.outcome
            if reason := await self._wait(row, decision.wait):
                return Outcome("skipped", reason)
            if self.halted:
                return decision.outcome

    async def _ask(self, row: SendRow, request: httpx.Request, tries: int) -> Decision:
        job = self.job
        answer: Any = await exchange(self._http, request)
        if hasattr(answer, "status_code"):
            [answer] = job.destination.read(answer, [row])
        now = job.clock.now()
        return decide(answer, job.classes, job.destination.provider, tries, now)

    async def _wait(self, row: SendRow, seconds: float) -> str | None:
        """Wait for the next try; say why there must be none."""
        await self.job.clock.sleep(seconds)
        await self._limiter.wait(row.sender_id, _rate(row))
        await self._fresh_stops()
        if reason := self._recheck.reason(row):
            return reason
        stopped = self.job.ledger.deliveries.is_stopped
        if await self._committer.do(lambda: stopped(row)):
            return "stopped_after_build"
        return None

    def _react(self, row: SendRow, decision: Decision) -> None:
        if decision.hold:
            self._limiter.hold(row.sender_id, decision.hold)
        if decision.action == "pause_template":
            self._recheck.pause_template(row)
        if decision.action == "stop_sender":
            self._recheck.restrict_sender(row)
        if decision.action == "stop_run":
            code = decision.outcome.provider_code
            self._halt(
                StoppedError(
                    f"The provider stopped the account ({code}). Mend it first."
                )
            )

    async def _record(self, row: SendRow, outcome: Outcome) -> None:
        job, now = self.job, self.job.clock.now()
        record = job.ledger.deliveries.record
        await self._committer.do(lambda: record(row, now, outcome))
        self._count(row, outcome)

    def _count(self, row: SendRow, outcome: Outcome) -> None:
        self.outcomes[outcome.event] += 1
        if outcome.reason_code:
            self.reasons[f"{outcome.event}: {outcome.reason_code}"] += 1
        campaign = self.by_campaign.setdefault(row.campaign_id, Counter())
        campaign[outcome.event] += 1
        sent = sum(self.outcomes[e] for e in ("accepted", "refused", "unknown"))
        if guard.too_many_unknown(self.outcomes["unknown"], sent):
            self._halt(
                GuardError("Too many answers were lost. Look at `ott status` first.")
            )


def _rate(row: SendRow) -> int | None:
    rate: int | None = getattr(row, "messages_per_second", None)
    return rate
