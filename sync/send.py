"""`ott send`, step by step."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync import collect, identity, writeback
from sync.classes import load_classes
from sync.desk import desk, is_sandbox
from sync.destinations import DESTINATIONS
from sync.destinations.contents import load_contents
from sync.errors import GuardError, LockedError, TrustError
from sync.garbage import seldom_collected
from sync.job import Job, Summary
from sync.lock import hold, if_free
from sync.log import say
from sync.outcomes import out_of_reach
from sync.runner import Runner
from sync.spool import spool
from sync.telemetry import span
from sync.warehouse import patiently

if TYPE_CHECKING:
    from sync.collect import Due, Options
    from sync.desk import Desk
    from sync.destinations import Destination
    from sync.lock import Lock
    from sync.spool import Spool
    from sync.stops import Stops

BUG, UNSETTLED = 1, 6


def send(name: str, target: str | None, options: Options, stops: Stops) -> Summary:
    """
    Send what is due for one destination; `stops` is shared by those of one call.

    Raises:
        SyncError: Nothing was sent; the message says why.
    """
    destination = DESTINATIONS[name].from_env(os.environ)
    urls = [destination.base_url] if destination.sends else []
    with desk(target, urls) as at:
        destination = _with_contents(at, destination)
        run_id, now = uuid.uuid4().hex, at.clock.now()
        # First of all: a restored ledger must not even tell how its runs ended.
        patiently(options.wait, lambda: identity.check(at))
        with (
            hold(at.config.ledger_path, name, run_id, now, at.ledger.lease) as lock,
            seldom_collected(),
        ):
            return _run(at, destination, lock, stops, options)


def _with_contents(at: Desk, destination: Destination[Any]) -> Destination[Any]:
    """Give an adapter that carries more than text the project's content files."""
    if not hasattr(destination, "contents"):
        return destination
    made: Any = destination
    return replace(made, contents=load_contents(*at.config.folders))  # type: ignore[no-any-return]


def _recover(at: Desk, name: str) -> int:
    """Settle what dead runs left, of every destination: of ours, count it."""
    ours = _settle_dead(at, name)
    for other in DESTINATIONS:
        if other != name:
            with if_free(at.config.ledger_path, other, at.ledger.lease) as is_free:
                _ = is_free and _settle_dead(at, other)
    if ours:
        say(f"{ours} claims of a dead run are unknown now, never resent.")
    return ours


def _settle_dead(at: Desk, name: str) -> int:
    """Call it only while nobody else can hold the destination."""
    now = at.clock.now()
    with at.ledger.transaction():
        recovered = at.ledger.deliveries.recover(name, now)
        at.ledger.close_dead_runs(name, now)
    return recovered


def _tell(at: Desk) -> None:
    writeback.write_back(at.ledger, at.warehouse, at.manifest, at.clock)


def is_idle(name: str, target: str | None) -> bool:
    """Tell whether a destination has no row at all, so that it needs no settings."""
    with desk(target) as at:
        if not (relation := at.manifest.model(DESTINATIONS[name].model)):
            return True
        query = f"select 1 from {relation} limit 1"  # noqa: S608
        try:
            with at.warehouse.reading() as session:
                return not list(session.rows(query))
        except LockedError:
            return False
        except TrustError:
            return True


def _run(
    at: Desk,
    destination: Destination[Any],
    lock: Lock,
    stops: Stops,
    o: Options,
) -> Summary:
    recovered = _recover(at, destination.name)
    # What the stops view cannot see it cannot stop.
    patiently(o.wait, lambda: _tell(at))
    kind, run_id = type(destination), str(lock.owner["run_id"])
    folder = at.config.ledger_path.parent
    classes = load_classes(at.config.package_dir)
    with spool(folder, kind.row, kind.name) as queue:
        with span("collect"):
            due = _collect(at, destination, queue, stops, o)
        limit = _limit(at, kind, due, queue, o)
        _open(at, kind.name, run_id, due, o)
        job = Job(
            run_id,
            destination,
            classes,
            at.ledger,
            queue,
            stops,
            at.warehouse,
            at.clock,
            o.in_flight,
            lock,
            sum(due.due.values()),
            due.quota,
        )
        runner = Runner(job)
        try:
            with span("messages"):
                asyncio.run(runner.run())
        finally:
            if due.due:
                # What went out may stop a row of the next, though this run broke off.
                stops.forget()
        away = out_of_reach(runner.outcomes, runner.reasons)
        runner.halted = runner.halted or limit or away
    done = _summary(runner, due, recovered, o)
    with at.ledger.transaction():
        at.ledger.close_run(run_id, at.clock.now(), done.due, done.exit_code)
    with span("write_back"):
        _finish(at, o.wait)
    return replace(done, not_written_back=at.ledger.count_unwritten())


def _limit(
    at: Desk, kind: type[Destination[Any]], due: Due, queue: Spool, o: Options
) -> GuardError | None:
    """Judge the numbers; what only takes something away goes whatever they are."""
    try:
        collect.check_limits(at, kind, due, o)
    except GuardError as error:
        if not kind.keeps_state or due.guarded == due.due:
            raise
        kept = queue.keep_withdrawals()
        say(f"A limit tripped: {kept} rows wait, withdrawals go. {error}")
        return error
    return None


def _collect(at: Desk, destination: Destination[Any], *rest: Any) -> Due:
    queue, stops, o = rest
    kind = type(destination)
    due = patiently(o.wait, lambda: collect.collect(at, kind, queue, stops, o))
    sandbox = destination.sends and is_sandbox(destination.base_url)
    collect.check_target(due.build, destination, sandbox=sandbox)
    return due


def _open(at: Desk, name: str, run_id: str, due: Due, o: Options) -> None:
    """
    Tell the warehouse of this run before its first send, and look again who else did.

    Raises:
        LockedError: It cannot be told. A ledger lost now would be lost unnoticed.
        TrustError: Another ledger opened a run meanwhile.
    """
    run = {
        "run_id": run_id,
        "destination": name,
        "build_id": due.build.build_id,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "opened_at": at.clock.now(),
    }
    with at.ledger.transaction():
        at.ledger.open_run(run)
        at.ledger.count_run(
            run_id, {name: (due.guarded[name], due.total[name]) for name in due.total}
        )
        at.ledger.count_places(run_id, due.inputs.ready)
    try:
        patiently(o.wait, lambda: _tell(at))
        patiently(o.wait, lambda: identity.check(at))
    except TrustError as error:
        with at.ledger.transaction():
            at.ledger.close_run(run_id, at.clock.now(), 0, error.exit_code)
        _write_back(at)
        raise


def _write_back(at: Desk) -> None:
    if writeback.try_write_back(at.ledger, at.warehouse, at.manifest, at.clock):
        say("The warehouse is held or away. Results are kept for the next call.")


def _finish(at: Desk, wait: float) -> None:
    try:
        patiently(wait, lambda: _tell(at))
    except LockedError:
        say("The warehouse is still held or away. Results are kept for the next call.")


def _due(runner: Runner, due: Due) -> int:
    # Rows another destination settled meanwhile are known, not due.
    return sum(due.due.values()) - runner.known


def _exit_code(runner: Runner, due: Due, recovered: int, o: Options) -> int:
    if runner.halted:
        return runner.halted.exit_code
    if any(reason.endswith(": sender_restricted") for reason in runner.reasons):
        return 5
    if _due(runner, due) != sum(runner.outcomes.values()):
        return BUG
    refused = any(
        counts["refused"] > o.tolerate_refused * due.due[campaign]
        for campaign, counts in runner.by_campaign.items()
    )
    return UNSETTLED if runner.outcomes["unknown"] or recovered or refused else 0


def _summary(runner: Runner, due: Due, recovered: int, o: Options) -> Summary:
    all_due = _due(runner, due)
    return Summary(
        run_id=runner.job.run_id,
        destination=runner.job.destination.name,
        build_id=due.build.build_id,
        due=all_due,
        known=due.known + runner.known,
        outcomes=dict(sorted(runner.outcomes.items())),
        reasons=dict(sorted(runner.reasons.items())),
        not_sent=all_due - sum(runner.outcomes.values()),
        recovered=recovered,
        exit_code=_exit_code(runner, due, recovered, o),
        message=str(runner.halted or ""),
        campaigns=dict(sorted(due.due.items())),
    )
