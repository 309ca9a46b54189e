"""`ott erase` and `ott prune`: nothing of a person stays but a keyed tombstone."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sync.destinations import DESTINATIONS
from sync.errors import LockedError, SyncError
from sync.landing_erasure import Landed, erase_landed, pattern
from sync.lock import if_free
from sync.warehouse import patiently
from sync.writeback import write_back

if TYPE_CHECKING:
    from pathlib import Path

    from sync.desk import Desk

POINTS = "raw_contact_points"
REASON = "erasure"


@dataclass(frozen=True, slots=True)
class Erased:
    """
    What went, in counts.

    `left` rows and `open_files` go with the next call: a run under way has claimed the
    rows, and the receiver may still write to the files. `addresses` were looked for;
    `lacking` says why the warehouse told of none.
    """

    deliveries: int
    events: int
    spools: int
    webhooks: int
    left: int
    open_files: int
    addresses: int
    lacking: str


def erase(
    at: Desk, customer_id: str, landing: Path | None, address: str, wait: float
) -> Erased:
    """
    Forget a person; from the first commit on nobody sends to them.

    Raises:
        LockedError: Somebody holds the warehouse. The tombstone holds all the same.
    """
    now, lacking = at.clock.now(), ""
    try:
        addresses = patiently(wait, lambda: _addresses(at, customer_id))
    except SyncError as error:
        addresses, lacking = set(), str(error)
    # Digits may be a number whose plus is left out, or an id.
    addresses |= {address, f"+{address}"} if address.isdecimal() else {address} - {""}
    with at.ledger.transaction():
        person = at.ledger.erasure.bury(customer_id, addresses, now)
        at.ledger.stop(_stop(customer_id, person) | {"occurred_at": now})
    try:
        patiently(
            wait, lambda: write_back(at.ledger, at.warehouse, at.manifest, at.clock)
        )
    except LockedError as error:
        raise LockedError(
            f"{error} Nobody sends to the customer from now on; run this again for the "
            "rest."
        ) from None
    with at.ledger.erasure.erasing(), at.ledger.transaction():
        deliveries, events, left = at.ledger.erasure.forget(customer_id)
    landed = Landed(0, 0)
    if landing and (found := pattern(addresses, customer_id)):
        landed = erase_landed(landing, found, now)
    gone = drop_spools(at)
    counts = (deliveries, events, gone, landed.webhooks, left, landed.open_files)
    return Erased(*counts, len(addresses), lacking)


def _addresses(at: Desk, customer_id: str) -> set[str]:
    """Ask the warehouse for every address the customer ever had."""
    relation = at.manifest.source(POINTS, of="crm")
    # The build takes the blanks off an id; a raw table still has them.
    query = f"select distinct customer_id, address from {relation} "  # noqa: S608
    query += "where position(? in customer_id) > 0"
    with at.warehouse.reading() as session:
        rows = [*session.rows(query, customer_id)]
    return {str(row[1]) for row in rows if row[1] and row[0].strip() == customer_id}


def _stop(customer_id: str, person: str) -> dict[str, object]:
    """Tell every build from now on; the same person erased twice is one row."""
    return {
        "operator_stop_id": f"{REASON}-{person[:32]}",
        "customer_id": customer_id,
        "address_hash": None,
        "channel": "*",
        "purpose": "*",
        "reason": REASON,
    }


def drop_spools(at: Desk) -> int:
    """Delete what dead runs and plans left; a run under way deletes its own."""
    path, gone = at.config.ledger_path, 0
    for name in DESTINATIONS:
        gone += _drop(path.parent, f"spool-plan-{name}-*")
        with if_free(path, name, at.ledger.lease) as is_free:
            if is_free:
                gone += _drop(path.parent, f"spool-{name}-*")
    return gone


def _drop(folder: Path, names: str) -> int:
    left = list(folder.glob(names))
    for one in left:
        with suppress(OSError):
            shutil.rmtree(one)
    return len(left)


def prune(at: Desk, days: float) -> dict[str, int]:
    """Forget events, and the people of deliveries, older than `days`."""
    before = at.clock.now() - timedelta(days=days)
    with at.ledger.erasure.erasing(), at.ledger.transaction():
        gone = dict(at.ledger.erasure.prune(before))
    return gone | {"spools": drop_spools(at)}
