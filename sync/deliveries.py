"""The ledger's part that decides: may this row be claimed, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any, Literal

from sync.ledger_schema import CLOSED, EVENT, PUT, SETTLE, STOPPED
from sync.masking import keyed_hash, person_hash
from sync.messages import Outcome, StateRow

if TYPE_CHECKING:
    from datetime import datetime

    from sync.ledger_store import Connection
    from sync.messages import SendRow

MAX_CLAIMS = 3
FINAL = ("accepted", "unknown", "claimed", "held_out")
UNKNOWN = """
select
    deliveries.delivery_key, destination, campaign_id, customer_id, run_id, state_at,
    (
        select reason_code from events
        where events.delivery_key = deliveries.delivery_key and event = 'unknown'
        order by attempt desc limit 1
    ) as reason_code
from deliveries
where state = 'unknown' and states is null
order by state_at, deliveries.delivery_key
"""
TOLD = "update deliveries set written_at = :now where delivery_key = :delivery_key"
ATTEMPT = "select attempt from deliveries where delivery_key = :delivery_key"
KEPT = (
    "delivery_key",
    "build_id",
    "destination",
    "campaign_id",
    "occurrence",
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

    def __init__(self, connection: Connection, hash_key: bytes) -> None:
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
        # What is only set, not said, may be set again.
        return not (known["state"] == "unknown" and isinstance(row, StateRow))

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
        values = self._values(row) | {"run_id": run_id, "now": at(now), "attempt": 1}
        if reason := closed or self._closed(values):
            self._execute(PUT, values | {"state": "skipped", "claims": 0})
            self._settle(row.delivery_key, now, Outcome("skipped", reason))
            return Verdict("skip", reason)
        self._execute(PUT, values | {"state": "claimed", "claims": 1})
        return Verdict("claimed")

    def is_stopped(self, row: SendRow) -> bool:
        """Tell whether an operator stopped this person or address."""
        values = self._values(row)
        found = self._execute(STOPPED, values).fetchone() is not None
        return found and not values["is_withdrawal"]

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
        """Tell the messages nobody knows the fate of; values set again are none."""
        rows = self._connection.execute(UNKNOWN)
        return [dict(row) for row in rows]

    def reconcile(self, key: str, now: datetime, settled: Outcome) -> bool:
        """
        Settle an unknown message by what proved its fate; tell whether it was unknown.

        An accepted outcome is final. A refused one frees the key for a later decision.
        """
        known = self._get(key)
        if known is None or known["state"] != "unknown":
            return False
        self._settle(key, now, settled, event="reconciled")
        return True

    def adopt(
        self,
        values: dict[str, Any],
        now: datetime,
        outcome: Outcome,
        *,
        tell: bool = True,
    ) -> None:
        """
        Take over what another ledger did with a key, as far as anybody knows.

        `tell` it to the warehouse, unless the warehouse told it.
        """
        known = self._get(values["delivery_key"])
        if known is not None and known["state"] in FINAL:
            settled = str(outcome.reason_code or "").startswith("reconciled")
            if known["state"] != "unknown" or not settled:
                return
        taken = {"address_hash": None, "states": None, "occurrence": "once"} | values
        taken["decided_at"] = at(taken["decided_at"])
        taken |= {"now": at(now), "state": outcome.event, "claims": 1}
        self._execute(PUT, taken)
        if tell:
            self._settle(values["delivery_key"], now, outcome)
        else:
            self._execute(TOLD, taken)

    def _get(self, key: str) -> Any:
        return self._connection.execute(
            "select * from deliveries where delivery_key = ?", (key,)
        ).fetchone()

    def _values(self, row: SendRow) -> dict[str, object]:
        values: dict[str, object] = {name: getattr(row, name) for name in KEPT}
        address = getattr(row, "address", None)
        values["address_hash"] = keyed_hash(self._hash_key, address)
        values["customer_hash"] = person_hash(self._hash_key, row.customer_id)
        values["decided_at"] = at(row.decided_at)
        values["states"] = row.states if isinstance(row, StateRow) else None
        values["is_withdrawal"] = isinstance(row, StateRow) and row.is_withdrawal
        return values

    def _closed(self, values: dict[str, object]) -> str | None:
        [reason] = self._execute(CLOSED, values).fetchone()
        return None if reason is None else str(reason)

    def _execute(self, query: str, values: dict[str, object]) -> Any:
        return self._connection.execute(query, values)

    def _settle(
        self, key: str, now: datetime, outcome: Outcome, event: str | None = None
    ) -> None:
        values: dict[str, object] = {
            "delivery_key": key,
            "now": at(now),
            "state": outcome.event,
            "event": event or outcome.event,
            "reason_code": outcome.reason_code,
            "provider_code": outcome.provider_code,
            "provider_message_id": outcome.provider_message_id,
            "retry_at": at(outcome.retry_at),
        }
        self._execute(SETTLE, values)
        [attempt] = self._execute(ATTEMPT, values).fetchone()
        identity = f"{key}|{attempt}|{values['event']}".encode()
        values["delivery_event_id"] = md5(identity, usedforsecurity=False).hexdigest()
        self._execute(EVENT, values)


def at(instant: datetime | None) -> str | None:
    """Write an instant so that text order is time order."""
    return instant.isoformat(sep=" ", timespec="microseconds") if instant else None
