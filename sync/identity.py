"""One warehouse, one ledger: a lost, restored or second one must never send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync import lock
from sync.clock import SystemClock
from sync.errors import TrustError
from sync.operator_stops import STOPS

if TYPE_CHECKING:
    from sync.desk import Desk
    from sync.ledger_recent import Step
    from sync.warehouse import Session

RUNS = "raw_sync_runs"
# So many of the last steps are looked for, and all of them only if one is missing.
LAST, ALL = 100, 2**31
# By so much the clocks of a ledger's hosts may differ from its server's.
APART = timedelta(minutes=1)
COLUMNS = ("run_id", "ledger_id", "build_id", "destination", "event")


def strange_runs(at: Desk, session: Session) -> list[dict[str, Any]]:
    """
    Tell the runs the warehouse knows and this ledger does not, oldest first.

    Such are: runs of another ledger; runs of ours whose end the warehouse knows and we
    do not (a ledger restored from a backup); runs of ours that another ledger adopted.
    Of each, `owner` is the ledger it belongs to by now, `closed` tells whether all its
    events were written to the warehouse, `ours` whether it once was this ledger's.
    """
    ours = at.ledger.run_ids()
    found: dict[str, dict[str, Any]] = {}
    relation = at.manifest.source(RUNS)
    query = (
        f"select {', '.join(COLUMNS)} from {relation} "  # noqa: S608
        "order by occurred_at, received_at"
    )
    for values in session.rows(query):
        row = dict(zip(COLUMNS, values, strict=True))
        run = found.setdefault(row["run_id"], row | {"closed": False})
        run["closed"] = run["closed"] or row["event"] == "run_closed"
        # Whoever adopted it last has it.
        if row["event"] == "run_adopted" or "owner" not in run:
            run["owner"] = row["ledger_id"]
    for run in found.values():
        run["ours"] = run["run_id"] in ours
    return [
        run for run in found.values() if _is_strange(run, at.ledger.ledger_id, ours)
    ]


def _is_strange(run: dict[str, Any], ledger_id: str, ours: dict[str, bool]) -> bool:
    if run["owner"] != ledger_id or not run["ours"]:
        return True
    return run["closed"] and not ours[run["run_id"]]


def check(at: Desk) -> None:
    """
    Let this ledger send, or not.

    Raises:
        TrustError: The warehouse knows runs or stops by address this ledger does not,
            or lost what it was told; or the last run made claims the ledger does not
            know; or this host's clock is not that of the ledger's server.
        LockedError: Somebody holds the warehouse.
    """
    if at.config.ledger_url:
        _check_clock(at)
    for run_id, noted in lock.noted(at.config.ledger_path).items():
        known = at.ledger.claims_of(run_id)
        if known is not None and known < noted:
            raise TrustError(
                f"Run {run_id} made claims this ledger does not know: it was put back "
                "from a copy. Use the newer one, or, if that is lost for good, remove "
                "this one and run `ott reconcile --adopt`."
            )
    with at.warehouse.reading() as session:
        if strange := strange_runs(at, session):
            raise TrustError(
                f"The warehouse knows {len(strange)} runs this ledger does not. Set "
                "OTT_LEDGER to the ledger that made them; if it is lost for good, run "
                "`ott reconcile --adopt`."
            )
        if forgotten(at, session):
            raise TrustError(
                "The warehouse has lost what this ledger told it: it was put back from "
                "a copy. Run `ott reconcile --retell`, then `dbt build`."
            )
        if lost := _lost_stops(at, session):
            raise TrustError(
                f"The warehouse knows {lost} stops by address this ledger does not: it "
                "was put back from a copy. Use the newer one, or, if that is lost for "
                "good, run `ott reconcile --adopt`."
            )


def _check_clock(at: Desk) -> None:
    """What came first is told by the clocks of several hosts."""
    apart = abs(SystemClock().now() - at.ledger.recent.instant())
    if apart > APART:
        raise TrustError(
            f"The clocks of this host and of the ledger's PostgreSQL are "
            f"{apart.total_seconds():.0f} seconds apart. Set them right first."
        )


def forgotten(at: Desk, session: Session) -> str | None:
    """
    Tell up to when the warehouse has what it was told, if it lost what came after.

    One that knows no run of ours is another one, and older runs may be cleared away.
    """
    last, recent = None, at.ledger.recent
    if _lost(at, session, steps := recent.steps(LAST)):
        lost = _lost(at, session, steps := recent.steps(ALL))
        for step in steps:
            if step in lost:
                last = step[-1]
            elif last and step[-1] < last:
                return step[-1]
    return None


def _lost(at: Desk, session: Session, steps: list[Step]) -> set[Step]:
    """Name the steps of runs that the warehouse does not have."""
    query = (
        f"select run_id, event from {at.manifest.source(RUNS)} "  # noqa: S608
        f"where run_id in (select {session.each})"
    )
    ids = sorted({run_id for run_id, *_ in steps})
    kept = set(session.rows(query, ids)) if ids else set()
    return {step for step in steps if step[:2] not in kept}


def _lost_stops(at: Desk, session: Session) -> int:
    """Count the stops that no build can hold: only a ledger knows an address's."""
    query = (
        f"select operator_stop_id from {at.manifest.source(STOPS)} "  # noqa: S608
        "where address_hash is not null and operator_stop_id is not null"
    )
    return len({stop_id for (stop_id,) in session.rows(query)} - at.ledger.stop_ids())
