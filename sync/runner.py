"""Sends what is spooled: claim, send, record, a batch a worker, as fast as allowed."""

from __future__ import annotations

import asyncio
import math
import signal
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sync import guard
from sync.committer import Committer
from sync.errors import GuardError, LockedError, StoppedError, SyncError
from sync.exchange import client
from sync.job import INTERRUPTED
from sync.limiter import Limiter
from sync.messages import Outcome, StateRow
from sync.pairs import Pairs
from sync.progress import keep_telling
from sync.recheck import Recheck
from sync.talk import Talk
from sync.turns import Turns, rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sync.deliveries import Verdict
    from sync.destinations.limits import Limits
    from sync.job import Job
    from sync.messages import SendRow
    from sync.outcomes import Decision

PAUSE_SECONDS = 0.2
# What was asked longer ago is asked again before a request leaves.
AGED_SECONDS = 1.0
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows to claim, and what was found against each before."""

    rows: Sequence[SendRow]
    closed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """What became of rows."""

    pairs: Sequence[tuple[SendRow, Outcome]]


@dataclass(frozen=True, slots=True)
class Ask:
    """Claimed rows that may be tried again; is there anything against it?"""

    rows: Sequence[SendRow]


class Runner:
    """
    One run's workers.

    A worker is a slot: it claims what one request carries, and the next leaves only
    when all of that has a durable outcome; the next is claimed by the same commit where
    it need not wait. So a kill leaves at most as many unknown requests as workers.
    """

    def __init__(self, job: Job) -> None:
        """Prepare; nothing is sent."""
        self.job = job
        self._limiter = Limiter(job.clock, lambda: self.halted is not None)
        self._recheck = Recheck(job.clock, job.stops)
        self._pairs = Pairs(job.clock)
        self._turns = Turns(
            job.spool, self._limiter, self._pairs, job.destination, job.clock
        )
        self.halted: SyncError | None = None
        self._failure: Exception | None = None
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.by_campaign: dict[str, Counter[str]] = {}
        self.known = 0

    async def run(self) -> None:
        """
        Send what the spool holds, until it is empty or something stops the run.

        What nobody foresaw is raised when everybody has settled what was under way.
        """
        job = self.job
        async with (
            Committer(job.ledger, self._write, self._note) as self._committer,
            client(job.in_flight) as http,
        ):
            self._talk = Talk(job, http, self)
            self._pairs.know(job.ledger, job.clock.now())
            beside = asyncio.gather(
                self._keep_looking(),
                keep_telling(job.destination.name, job.due, self.outcomes, job.clock),
                return_exceptions=True,
            )
            try:
                with self._interruptible():
                    if self._turns.senders:
                        await self._talk.ready()
                    async with asyncio.TaskGroup() as workers:
                        for _ in range(self._slots()):
                            workers.create_task(self._work())
            except (StoppedError, LockedError) as error:
                self.halt(error)
            finally:
                beside.cancel()
                await asyncio.gather(beside, return_exceptions=True)
        if self._failure:
            raise self._failure

    def halt(self, error: SyncError) -> None:
        """Let nothing more begin."""
        self.halted = self.halted or error

    def _fail(self, error: Exception) -> None:
        """Keep what nobody foresaw, and let the others finish what is under way."""
        self._failure = self._failure or error
        self.halt(SyncError("The run broke off. Run `ott send` again for the rest."))

    async def _keep_looking(self) -> None:
        """Ask for the stops again and again; a run that does not may send nothing."""
        try:
            await self.job.stops.keep_reading(self.job.warehouse)
        except Exception as error:  # noqa: BLE001 - raised when all is settled.
            self._fail(error)

    def _slots(self) -> int:
        # The next job may depend on what the last one wrote.
        return 1 if hasattr(self.job.destination, "poll") else self.job.in_flight

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C, or a terminal that goes, end the run after what is under way."""
        loop = asyncio.get_running_loop()
        error = SyncError(INTERRUPTED)
        # Whoever is started by `nohup` is to outlive its terminal.
        heard = [s for s in ENDS if signal.getsignal(s) is not signal.SIG_IGN]
        with suppress(RuntimeError, NotImplementedError, ValueError):
            for number in heard:
                loop.add_signal_handler(number, self.halt, error)
        try:
            yield
        finally:
            with suppress(RuntimeError, NotImplementedError, ValueError):
                for number in heard:
                    loop.remove_signal_handler(number)

    async def _work(self) -> None:
        told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        told.set_result(None)
        try:
            while not self.halted and (rows := await self._turns.next()):
                try:
                    claimed = await self._claimed(rows)
                    await told
                    if claimed:
                        told = await self._settle(claimed)
                finally:
                    self._pairs.done(rows)
            await told
        except LockedError as error:
            # The ledger is away: nothing can be claimed, and nobody need wait.
            self.halt(error)
        except Exception as error:  # noqa: BLE001 - raised when all is settled.
            self._fail(error)
        finally:
            await asyncio.gather(told, return_exceptions=True)

    async def _claimed(self, rows: Sequence[SendRow]) -> list[SendRow]:
        """Claim what may go now; count the rest."""
        closed = self._recheck.reasons(rows) | self.job.quota.reasons(rows)
        if self.job.destination.sends and len(closed) < len(rows):
            await self._limiter.wait(rows[0].sender_id, rate(rows))
            await self._fresh_stops(rows)
        if self.halted:
            return []
        verdicts = await self._committer.ask(Claim(rows, closed))
        claimed, skipped = [], []
        for row, verdict in zip(rows, verdicts, strict=True):
            if verdict.kind == "claimed":
                claimed.append(row)
            elif verdict.kind == "known":
                self.known += 1
            else:
                skipped.append((row, Outcome("skipped", verdict.reason_code)))
        if skipped:
            self._count(skipped)
        return claimed

    def _note(self) -> None:
        """Note claims after their commit, so never more than the ledger has."""
        self.job.lock.note(self.job.ledger.claims_of(self.job.run_id) or 0)

    async def _settle(self, rows: Sequence[SendRow]) -> asyncio.Future[Any]:
        """Send; the answer is there when what became of it is durable."""
        if self.job.destination.sends:
            outcomes = await self._talk.send(rows)
        else:
            outcomes = [Outcome("held_out") for _ in rows]
        pairs = list(zip(rows, outcomes, strict=True))
        # Counted at once: it may be what lets nothing more begin.
        self._count(pairs)
        return self._committer.ask(Record(pairs))

    def _write(self, asked: list[Claim | Record | Ask]) -> list[Any]:
        """Write outcomes, then claims; inside the ledger's transaction."""
        deliveries, now = self.job.ledger.deliveries, self.job.clock.now()
        told = [one.pairs for one in asked if isinstance(one, Record)]
        deliveries.record(
            [(row.delivery_key, outcome) for pairs in told for row, outcome in pairs],
            now,
        )
        verdicts = iter(self._claim([c for c in asked if isinstance(c, Claim)], now))
        answers: list[Any] = []
        for one in asked:
            if isinstance(one, Claim):
                answers.append(list(islice(verdicts, len(one.rows))))
            elif isinstance(one, Ask):
                answers.append(self._closed(one.rows))
            else:
                answers.append(None)
        return answers

    def _claim(self, asked: list[Claim], now: datetime) -> list[Verdict]:
        """Ask everything once more, and claim."""
        job = self.job
        rows = [row for one in asked for row in one.rows]
        if not rows:
            return []
        closed = self._recheck.reasons(rows)
        for one in asked:
            closed |= one.closed
        closed |= job.quota.take(
            [row for row in rows if row.delivery_key not in closed]
        )
        verdicts = job.ledger.deliveries.claim(rows, job.run_id, now, closed)
        claims = sum(verdict.kind == "claimed" for verdict in verdicts)
        job.ledger.count_claims(job.run_id, claims)
        return verdicts

    # What the talk with the provider asks of the run.

    async def pace(self, rows: Sequence[SendRow]) -> dict[str, Outcome]:
        """Wait until one more request may leave; tell by key what must not go now."""
        clock = self.job.clock
        closed: dict[str, str] = {}
        asked = -math.inf
        while not closed and clock.monotonic() - asked > AGED_SECONDS:
            asked = clock.monotonic()
            await self._limiter.pace(rows[0].sender_id, rate(rows))
            closed = self._recheck.reasons(rows)
            if clock.monotonic() - asked > AGED_SECONDS:
                # An answer that is late itself has cost the place.
                asked = clock.monotonic()
                closed |= await self._ask(rows)
        if self.halted:
            # Never sent, so nobody need wait: the next run takes it up.
            back = Outcome("deferred", "run_halted", retry_at=clock.now())
            return {row.delivery_key: back for row in rows}
        if not closed:
            self._pairs.left(rows)
        return _skipped(closed)

    def heed(self, rows: Sequence[SendRow], limits: Limits) -> None:
        """Go slower where an answer's headers say so."""
        sender = rows[0].sender_id
        if limits.quiet:
            self._limiter.hold(sender, limits.quiet)
        if limits.is_near:
            self._limiter.lower(sender)
        if limits.rate is not None:
            self._limiter.lower_to(sender, rate(rows), limits.rate)

    async def wait(self, rows: Sequence[SendRow], seconds: float) -> dict[str, Outcome]:
        """Wait for the next try; tell by key of which rows there must be none."""
        clock, until = self.job.clock, self.job.clock.monotonic() + seconds
        while (left := until - clock.monotonic()) > 0 and not self.halted:
            await clock.sleep(min(left, PAUSE_SECONDS))
        await self._limiter.wait(rows[0].sender_id, rate(rows))
        return _skipped(await self._ask(rows))

    async def _ask(self, rows: Sequence[SendRow]) -> dict[str, str]:
        """Ask stops that are fresh and the ledger; not at all once the run is over."""
        await self._fresh_stops(rows)
        if self.halted:
            return {}
        closed: dict[str, str] = await self._committer.ask(Ask(rows))
        return closed

    def _closed(self, rows: Sequence[SendRow]) -> dict[str, str]:
        stopped = self.job.ledger.deliveries.stopped(rows)
        return dict.fromkeys(stopped, "stopped_after_build") | self._recheck.reasons(
            rows
        )

    def react(self, row: SendRow, decision: Decision) -> None:
        """Do to the run what an answer asks of it."""
        if decision.hold:
            self._limiter.hold(row.sender_id, decision.hold)
        if decision.action == "retry":
            self._limiter.lower(row.sender_id)
        if decision.action == "pause_template":
            self._recheck.pause_template(row)
        if decision.action == "stop_sender":
            self._recheck.restrict_sender(row)
        if decision.action == "stop_run":
            code = decision.outcome.provider_code
            self.halt(
                StoppedError(
                    f"The provider stopped the account ({code}). Mend it first."
                )
            )

    async def _fresh_stops(self, rows: Sequence[SendRow]) -> None:
        """Wait for them as long as one of the rows may go at all."""
        clock, latest = self.job.clock, max(row.send_not_after for row in rows)
        while not (self.job.stops.is_fresh() or self.halted or clock.now() >= latest):
            await clock.sleep(PAUSE_SECONDS)

    def _count(self, pairs: Sequence[tuple[SendRow, Outcome]]) -> None:
        counted = Counter(
            (row.campaign_id, one.event, one.reason_code) for row, one in pairs
        )
        for (campaign_id, event, reason_code), count in counted.items():
            self.outcomes[event] += count
            if reason_code:
                self.reasons[f"{event}: {reason_code}"] += count
            self.by_campaign.setdefault(campaign_id, Counter())[event] += count
        if not issubclass(self.job.destination.row, StateRow):
            self._guard()

    def _guard(self) -> None:
        """Let nothing more begin where what came back is out of the usual."""
        sent = sum(self.outcomes[e] for e in ("accepted", "refused", "unknown"))
        if guard.too_many_unknown(self.outcomes["unknown"], sent):
            self.halt(
                GuardError("Too many answers were lost. Look at `ott status` first.")
            )
        if guard.too_many_refused(self.outcomes["refused"], sent):
            self.halt(
                GuardError(
                    "More than half is refused. Look at the reasons, mend them, and "
                    "run `ott send` again."
                )
            )


def _skipped(closed: dict[str, str]) -> dict[str, Outcome]:
    return {key: Outcome("skipped", why) for key, why in closed.items()}
