"""The ledger's part that decides: may this row be claimed, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any, Literal

from sync.ledger_schema import EVENT, MESSAGED_SINCE, PUT, SETTLE, STOPPED, TWIN
from sync.masking import keyed_hash
from sync.messages import Outcome

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from sync.messages import SendRow

MAX_CLAIMS = 3
ATTEMPT = "select attempt from deliveries where delivery_key = :delivery_key"
KEPT = (
    "delivery_key",
    "build_id",
    "destination",
    "campaign_id",
    "customer_id",
    "channel",
    "sender_id",
    "purpose",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the ledger says about a row.

    `known` rows are not due: settled before, or waiting for their time.
    """

    kind: Literal["claimed", "known", "skip"]
    reason_code: str | None = None


class Deliveries:
    """Claims and outcomes; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, hash_key: bytes) -> None:
        """Work on the ledger's own connection."""
        self._connection = connection
        self._hash_key = hash_key

    def is_known(self, row: SendRow, now: datetime) -> bool:
        """Tell whether the ledger has settled this row, or it must wait (DESIGN 7)."""
        known = self._get(row.delivery_key)
        if known is None:
            return False
        if known["claims"] >= MAX_CLAIMS:
            return True
        if known["state"] == "deferred":
            return bool(known["retry_at"] and known["retry_at"] > at(now))
        if known["state"] in ("refused", "skipped"):
            return bool(at(row.decided_at) <= known["decided_at"])
        return True

    def claim(
        self, row: SendRow, run_id: str, now: datetime, closed: str | None = None
    ) -> Verdict:
        """
        Claim `row`, or write down why it is skipped.

        Args:
            row: One that is due.
            run_id: Who claims.
            now: The clock's instant.
            closed: A reason against it that was found without the ledger.
        """
        if self.is_known(row, now):
            return Verdict("known")
        values = self._values(row) | {"run_id": run_id, "now": at(now)}
        if reason := closed or self._closed(values):
            self._execute(PUT, values | {"state": "skipped", "claims": 0})
            self._settle(row.delivery_key, now, Outcome("skipped", reason))
            return Verdict("skip", reason)
        self._execute(PUT, values | {"state": "claimed", "claims": 1})
        return Verdict("claimed")

    def is_stopped(self, row: SendRow) -> bool:
        """Tell whether an operator stopped this person or address."""
        return self._finds(STOPPED, self._values(row))

    def record(self, row: SendRow, now: datetime, outcome: Outcome) -> None:
        """Write down what became of a claimed row."""
        self._settle(row.delivery_key, now, outcome)

    def recover(self, destination: str, now: datetime) -> int:
        """
        Turn the claims of dead runs into `unknown`; count them.

        Call it only while holding the destination's lock: then every owner is dead.
        """
        keys = self._connection.execute(
            "select delivery_key from deliveries "
            "where state = 'claimed' and destination = ?",
            (destination,),
        ).fetchall()
        for (key,) in keys:
            self._settle(key, now, Outcome("unknown", "owner_died"))
        return len(keys)

    def unknown(self) -> list[dict[str, Any]]:
        """Tell the rows nobody knows the fate of."""
        rows = self._connection.execute(
            "select delivery_key, destination, campaign_id, customer_id, run_id, "
            "state_at from deliveries where state = 'unknown' order by state_at"
        )
        return [dict(row) for row in rows]

    def _get(self, key: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(
            "select * from deliveries where delivery_key = ?", (key,)
        ).fetchone()
        return row

    def _values(self, row: SendRow) -> dict[str, object]:
        values: dict[str, object] = {name: getattr(row, name) for name in KEPT}
        address = getattr(row, "address", None)
        values["address_hash"] = keyed_hash(self._hash_key, address)
        values["decided_at"] = at(row.decided_at)
        return values

    def _closed(self, values: dict[str, object]) -> str | None:
        if self._finds(STOPPED, values):
            return "stopped_after_build"
        if self._finds(TWIN, values):
            return "duplicate_address"
        if values["purpose"] == "marketing" and self._finds(MESSAGED_SINCE, values):
            return "decided_before_last_message"
        return None

    def _finds(self, query: str, values: dict[str, object]) -> bool:
        return self._execute(query, values).fetchone() is not None

    def _execute(self, query: str, values: dict[str, object]) -> sqlite3.Cursor:
        return self._connection.execute(query, values)

    def _settle(self, key: str, now: datetime, outcome: Outcome) -> None:
        values = asdict(outcome) | {"delivery_key": key, "now": at(now)}
        values["retry_at"] = at(outcome.retry_at)
        self._execute(SETTLE, values)
        [attempt] = self._execute(ATTEMPT, values).fetchone()
        identity = f"{key}|{attempt}|{outcome.event}".encode()
        values["delivery_event_id"] = md5(identity, usedforsecurity=False).hexdigest()
        self._execute(EVENT, values)


def at(instant: datetime | None) -> str | None:
    """Write an instant so that text order is time order."""
    return instant.isoformat(sep=" ", timespec="microseconds") if instant else None
