"""`ott send`, step by step, and `ott plan`, the same without sending."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync import collect, writeback
from sync.classes import load_classes
from sync.desk import desk, is_sandbox
from sync.destinations import DESTINATIONS
from sync.errors import LockedError
from sync.job import Job, Summary
from sync.lock import hold
from sync.log import say
from sync.masking import mask
from sync.runner import Runner
from sync.spool import spool
from sync.warehouse import patiently

if TYPE_CHECKING:
    from sync.collect import Due, Options
    from sync.desk import Desk
    from sync.destinations import Destination

SAMPLE = 5
BUG, UNSETTLED = 1, 6


def send(name: str, target: str | None, options: Options) -> Summary:
    """
    Send what is due for one destination.

    Raises:
        SyncError: Nothing was sent; the message says why.
    """
    destination = DESTINATIONS[name].from_env(os.environ)
    urls = [destination.base_url] if destination.sends else []
    with desk(target, urls) as at:
        run_id, now = uuid.uuid4().hex, at.clock.now()
        with hold(at.config.ledger_path, name, run_id, now):
            with at.ledger.transaction():
                recovered = at.ledger.deliveries.recover(name, now)
            if recovered:
                say(f"{recovered} claims of a dead run are unknown now, never resent.")
            _write_back(at)
            return _run(at, destination, run_id, recovered, options)


def _run(
    at: Desk, destination: Destination[Any], run_id: str, recovered: int, o: Options
) -> Summary:
    kind = type(destination)
    folder = at.config.ledger_path.parent
    stops = collect.new_stops(at, o)
    classes = load_classes(at.config.project_dir)
    with spool(folder, kind.row, kind.name) as queue:
        due = _collect(at, destination, queue, stops, o)
        collect.check_limits(at, kind, due, o)
        _open(at, kind.name, run_id, due)
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
        )
        runner = Runner(job)
        asyncio.run(runner.run())
    done = _summary(runner, due, recovered, o)
    with at.ledger.transaction():
        at.ledger.close_run(run_id, at.clock.now(), done.due, done.exit_code)
    _finish(at, o.wait)
    return replace(done, not_written_back=at.ledger.count_unwritten())


def _collect(at: Desk, destination: Destination[Any], *rest: Any) -> Due:
    queue, stops, o = rest
    kind = type(destination)
    due = patiently(o.wait, lambda: collect.collect(at, kind, queue, stops, o))
    sandbox = destination.sends and is_sandbox(destination.base_url)
    collect.check_target(due.build, destination, sandbox=sandbox)
    return due


def _open(at: Desk, name: str, run_id: str, due: Due) -> None:
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
            run_id, {name: (due.due[name], due.total[name]) for name in due.total}
        )
    _write_back(at)


def _write_back(at: Desk) -> None:
    now = at.clock.now()
    if writeback.try_write_back(at.ledger, at.warehouse, at.manifest, now):
        say("Another program holds the warehouse. Results are kept for the next call.")


def _finish(at: Desk, wait: float) -> None:
    try:
        patiently(
            wait,
            lambda: writeback.write_back(
                at.ledger, at.warehouse, at.manifest, at.clock.now()
            ),
        )
    except LockedError:
        say("The warehouse is still held. Results are kept for the next call.")


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


def plan(name: str, target: str | None, options: Options) -> dict[str, Any]:
    """
    Tell what `send` would do now, with masked samples.

    Raises:
        SyncError: `send` would refuse for the same reason.
    """
    destination = DESTINATIONS[name].from_env(os.environ)
    urls = [destination.base_url] if destination.sends else []
    with desk(target, urls) as at:
        stops = collect.new_stops(at, options)
        folder, kind = at.config.ledger_path.parent, type(destination)
        with spool(folder, kind.row, f"plan-{name}") as queue:
            due = _collect(at, destination, queue, stops, options)
            collect.check_limits(at, kind, due, options)
            return _told(due, queue.sample(SAMPLE), name)


def _told(due: Due, sample: list[Any], name: str) -> dict[str, Any]:
    shown = ("delivery_key", "campaign_id", "customer_id", "template_name")
    return {
        "destination": name,
        "build_id": due.build.build_id,
        "as_of": due.build.as_of.isoformat(sep=" "),
        "due": sum(due.due.values()),
        "known": due.known,
        "later": due.later,
        "campaigns": dict(sorted(due.due.items())),
        "sample": [
            {field: getattr(row, field, None) for field in shown}
            | {"address": mask(getattr(row, "address", None))}
            for row in sample
        ],
    }
