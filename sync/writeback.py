"""What happened, carried back to the warehouse; repeating it changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sync.errors import LockedError, SyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sync.clock import Clock
    from sync.ledger import Ledger
    from sync.manifest import Manifest
    from sync.warehouse import Session, Warehouse

Rows = list[dict[str, Any]]
Others = tuple[Rows, Rows, Rows]
# Events held at once: some megabytes; and pages of them in a transaction. DuckDB writes
# the end of a table anew after each.
PAGE = 4_000
PAGES = 5
MARKED = ("event_number", "delivery_key", "occurred_at")
EVENT_COLUMNS = (
    "delivery_event_id",
    "delivery_key",
    "run_id",
    "build_id",
    "destination",
    "campaign_id",
    "customer_id",
    "channel",
    "sender_id",
    "purpose",
    "event",
    "reason_code",
    "provider_code",
    "provider_message_id",
    "attempt",
    "occurred_at",
)
STOP_COLUMNS = (
    "operator_stop_id",
    "customer_id",
    "address_hash",
    "channel",
    "purpose",
    "reason",
    "occurred_at",
)


def write_back(
    ledger: Ledger, warehouse: Warehouse, manifest: Manifest, clock: Clock
) -> None:
    """
    Write every row the warehouse does not have yet, a page a transaction.

    A row counts as written only after the commit, and from the instant after it: a
    build that began before may not have seen it. A kill between the two writes it again
    under the same id, which staging keeps once. A run's end is written after all of its
    events.

    Raises:
        LockedError: Somebody holds the warehouse; everything is kept for the next call.
    """
    last = False
    while not last:
        if not ledger.unwritten_events(1) and not any(_others(ledger)):
            return
        told: list[dict[str, Any]] = []
        others: Others = ([], [], [])
        with warehouse.writing() as session:
            now = clock.now()
            for events in _pages(ledger):
                _append(session, manifest, _events(events, now))
                told += [{name: one[name] for name in MARKED} for one in events]
                last = len(events) < PAGE
            if last:
                others = _others(ledger)
                _append(session, manifest, _rest(others, ledger.ledger_id, now))
        _mark(ledger, told, others, clock.now())


def _pages(ledger: Ledger) -> Iterator[Rows]:
    """Read one transaction's events; a page that is not full is the last there is."""
    events: Rows = []
    for _ in range(PAGES):
        after = events[-1]["event_number"] if events else 0
        yield (events := ledger.unwritten_events(PAGE, after))
        if len(events) < PAGE:
            return


def _others(ledger: Ledger) -> Others:
    tables = "operator_stops", "runs", "adopted_runs"
    stops, runs, adopted = (ledger.unwritten(table) for table in tables)
    return stops, runs, adopted


def _events(events: Rows, now: datetime) -> dict[str, Rows]:
    return {
        "raw_delivery_events": _shaped(events, EVENT_COLUMNS, now),
        "raw_sync_states": list(_states(events, now)),
    }


def _rest(others: Others, ledger_id: str, now: datetime) -> dict[str, Rows]:
    stops, runs, adopted = others
    return {
        "raw_operator_stops": _shaped(stops, STOP_COLUMNS, now),
        "raw_sync_runs": [
            *_run_events(runs, ledger_id, now),
            *_adoptions(adopted, ledger_id, now),
        ],
    }


def _append(session: Session, manifest: Manifest, rows: dict[str, Rows]) -> None:
    for table, found in rows.items():
        if found:
            session.append(manifest.source(table), found)


def _mark(ledger: Ledger, events: Rows, others: Others, now: datetime) -> None:
    stops, runs, adopted = others
    with ledger.transaction():
        ledger.deliveries.written(events, now)
        keys = [stop["operator_stop_id"] for stop in stops]
        ledger.written("operator_stops", "written_at", "operator_stop_id", keys, now)
        for step in ("opened", "closed"):
            done = [run["run_id"] for run in runs if run[f"{step}_at"]]
            ledger.written("runs", f"{step}_written_at", "run_id", done, now)
        taken = [run["run_id"] for run in adopted]
        ledger.written("adopted_runs", "written_at", "run_id", taken, now)


def try_write_back(
    ledger: Ledger, warehouse: Warehouse, manifest: Manifest, clock: Clock
) -> SyncError | None:
    """Write back if the warehouse is free; say why not."""
    try:
        write_back(ledger, warehouse, manifest, clock)
    except LockedError as error:
        return error
    return None


def _shaped(
    rows: Sequence[dict[str, Any]], columns: Iterable[str], now: datetime
) -> list[dict[str, Any]]:
    names = list(columns)
    return [{name: row[name] for name in names} | {"received_at": now} for row in rows]


def _states(
    events: Sequence[dict[str, Any]], now: datetime
) -> Iterator[dict[str, Any]]:
    """One row for each value that an event of a state table carried."""
    for event in events:
        for attribute, value in _values(event["states"]).items():
            yield {
                "delivery_event_id": event["delivery_event_id"],
                "destination": event["destination"],
                "customer_id": event["customer_id"],
                "attribute": attribute,
                "value": value,
                "event": event["event"],
                "occurred_at": event["occurred_at"],
                "received_at": now,
            }


def _values(states: str | None) -> dict[str, Any]:
    """Read what a row was to set, as adapters do; what nobody can read was refused."""
    try:
        read = json.loads(states or "{}", parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        read = None
    texts = read.items() if isinstance(read, dict) else ()
    return {name: one for name, one in texts if one is None or isinstance(one, str)}


def _run_events(
    runs: Sequence[dict[str, Any]], ledger_id: str, now: datetime
) -> Iterable[dict[str, Any]]:
    for run in runs:
        for step in ("opened", "closed"):
            if run[f"{step}_at"] and not run[f"{step}_written_at"]:
                yield _run_event(run, ledger_id, f"run_{step}", run[f"{step}_at"], now)


def _adoptions(
    runs: Sequence[dict[str, Any]], ledger_id: str, now: datetime
) -> Iterable[dict[str, Any]]:
    for run in runs:
        yield _run_event(run, ledger_id, "run_adopted", run["adopted_at"], now)


def _run_event(
    run: dict[str, Any], ledger_id: str, event: str, occurred_at: str, now: datetime
) -> dict[str, Any]:
    return {
        "run_id": run["run_id"],
        "ledger_id": ledger_id,
        "build_id": run["build_id"],
        "destination": run["destination"],
        "event": event,
        "occurred_at": occurred_at,
        "received_at": now,
    }
