"""What an operator wants to know in the morning, from the ledger and the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sync.destinations import DESTINATIONS
from sync.errors import SyncError
from sync.identity import check

if TYPE_CHECKING:
    from sync.desk import Desk

RUNS = 10
LATEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Overview:
    """
    The state of things.

    Attributes:
        runs: The newest runs with their outcomes, newest first.
        unknown: Messages nobody knows the fate of, oldest first.
        not_written_back: Events the warehouse does not have yet.
        claims: Claims under way, or left by a run that died.
        to_do: What somebody should do, in sentences; empty when all is well.
    """

    runs: list[dict[str, Any]]
    unknown: list[dict[str, Any]]
    not_written_back: int
    claims: int
    to_do: list[str]


def overview(at: Desk) -> Overview:
    """Look at everything; never raises for what it can say in a sentence."""
    runs, unknown = at.ledger.last_runs(RUNS), at.ledger.deliveries.unknown()
    unwritten, claims = at.ledger.count_unwritten(), at.ledger.claimed()
    told = [*_of_runs(at.ledger.recent.ends(), at.clock.now()), *_of_identity(at)]
    if unknown:
        told.append(
            f"{len(unknown)} messages have an unknown fate and are not sent again. "
            "`ott reconcile` asks the provider's statuses, and lists the rest."
        )
    if claims:
        told.append(
            f"{claims} messages are claimed: a run is under way, or one died. "
            "The next `ott send` settles them."
        )
    if unwritten:
        told.append(
            f"{unwritten} results wait for the warehouse. Run `ott status` again when "
            "it is free, before the next `dbt build`."
        )
    return Overview(runs, unknown, unwritten, claims, told)


def _of_runs(ends: dict[str, dict[str, Any]], now: datetime) -> list[str]:
    """Tell of each destination's last run, if it did not end well."""
    told = []
    for name in DESTINATIONS:
        last = ends.get(name)
        if last is None or not last["closed_at"]:
            continue
        ended = datetime.fromisoformat(last["closed_at"])
        meant = MEANINGS.get(last["exit_code"])
        if meant and now - ended < LATEST:
            told.append(f"{name}: the last run {meant}")
    return told


MEANINGS = {
    1: "stopped with a bug. Look at its output and report it.",
    4: "was stopped: a limit or doubt. Look at `ott plan`.",
    5: "was stopped by the provider: account or sender. Mend it there first.",
    6: "ended with unknown or many refused messages.",
    -9: "died. What it had claimed is unknown; the rest goes with the next one.",
}


def _of_identity(at: Desk) -> list[str]:
    try:
        check(at)
    except SyncError as error:
        return [str(error)]
    return []
