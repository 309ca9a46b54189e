"""What happened, carried back to the warehouse; repeating it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.errors import LockedError, SyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sync.ledger import Ledger
    from sync.manifest import Manifest
    from sync.warehouse import Warehouse

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
    ledger: Ledger, warehouse: Warehouse, manifest: Manifest, now: datetime
) -> None:
    """
    Write every row the warehouse does not have yet, in one transaction.

    A row counts as written only after the commit. A kill between the two writes it
    again under the same id, which staging keeps once.

    Raises:
        LockedError: Somebody holds the warehouse; everything is kept for the next call.
    """
    events = ledger.unwritten("events")
    stops = ledger.unwritten("operator_stops")
    runs = ledger.unwritten("runs")
    if not (events or stops or runs):
        return
    with warehouse.writing() as session:
        for table, rows in (
            ("raw_delivery_events", _shaped(events, EVENT_COLUMNS, now)),
            ("raw_operator_stops", _shaped(stops, STOP_COLUMNS, now)),
            ("raw_sync_runs", list(_run_events(runs, ledger.ledger_id, now))),
        ):
            if rows:
                session.append(manifest.source(table), rows)
    _mark(ledger, events, stops, runs, now)


def _mark(
    ledger: Ledger,
    events: list[dict[str, Any]],
    stops: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    now: datetime,
) -> None:
    with ledger.transaction():
        ledger.events_written(events, now)
        keys = [stop["operator_stop_id"] for stop in stops]
        ledger.written("operator_stops", "written_at", "operator_stop_id", keys, now)
        for step in ("opened", "closed"):
            done = [run["run_id"] for run in runs if run[f"{step}_at"]]
            ledger.written("runs", f"{step}_written_at", "run_id", done, now)


def try_write_back(
    ledger: Ledger, warehouse: Warehouse, manifest: Manifest, now: datetime
) -> SyncError | None:
    """Write back if the warehouse is free; say why not."""
    try:
        write_back(ledger, warehouse, manifest, now)
    except LockedError as error:
        return error
    return None


def _shaped(
    rows: Sequence[dict[str, Any]], columns: Iterable[str], now: datetime
) -> list[dict[str, Any]]:
    names = list(columns)
    return [{name: row[name] for name in names} | {"received_at": now} for row in rows]


def _run_events(
    runs: Sequence[dict[str, Any]], ledger_id: str, now: datetime
) -> Iterable[dict[str, Any]]:
    for run in runs:
        for step in ("opened", "closed"):
            if run[f"{step}_at"] and not run[f"{step}_written_at"]:
                yield {
                    "run_id": run["run_id"],
                    "ledger_id": ledger_id,
                    "build_id": run["build_id"],
                    "destination": run["destination"],
                    "event": f"run_{step}",
                    "occurred_at": run[f"{step}_at"],
                    "received_at": now,
                }
