"""The ledger's part that decides: may this row be claimed, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any, Literal

from sync.ledger_batch import (
    CLAIM,
    CLOSED,
    EVENT,
    IS_STOPPED,
    KNOWN,
    OPEN,
    PUT,
    SETTLE,
    apart,
)
from sync.masking import keyed_hash, person_hash
from sync.messages import Outcome, StateRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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


CLAIMED = Verdict("claimed")


class Deliveries:
    """Claims and outcomes; the caller owns the transaction."""

    def __init__(self, connection: Connection, hash_key: bytes) -> None:
        """Work on the ledger's own connection."""
        self._connection = connection
        self._hash_key = hash_key

    def known(self, rows: Sequence[SendRow], now: datetime) -> set[str]:
        """Name the rows the ledger has settled, or that must wait (DESIGN 7)."""
        asked = {row.delivery_key: row for row in rows}
        return {
            found["delivery_key"]
            for found in self._many(KNOWN, ([key] for key in asked))
            if _is_known(found, asked[found["delivery_key"]], now)
        }

    def open(self, keys: Iterable[str]) -> list[str]:
        """Name the keys not sent or under way for certain; of them, ask `known`."""
        return [row[0] for row in self._many(OPEN, ([key] for key in keys))]

    def claim(
        self,
        rows: Sequence[SendRow],
        run_id: str,
        now: datetime,
        closed: Sequence[str | None],
    ) -> list[Verdict]:
        """
        Claim `rows`, or write down why they are skipped; one verdict each.

        Args:
            rows: Those that are due.
            run_id: Who claims.
            now: The clock's instant.
            closed: Of each row a reason against it that was found without the ledger.
        """
        known = self.known(rows, now)
        claims = [
            self._values(row) | {"run_id": run_id, "closed": reason}
            for row, reason in zip(rows, closed, strict=True)
            if row.delivery_key not in known
        ]
        skipped: dict[str, str] = {}
        for part in apart(claims):
            skipped |= self._claim(part, now)
        return [
            Verdict("known")
            if row.delivery_key in known
            else Verdict("skip", skipped[row.delivery_key])
            if row.delivery_key in skipped
            else CLAIMED
            for row in rows
        ]

    def _claim(self, part: list[dict[str, Any]], now: datetime) -> dict[str, str]:
        """Claim what can be each other's twin in no way; tell what is skipped."""
        reasons = {one["delivery_key"]: one["closed"] for one in part if one["closed"]}
        for key, reason in self._many(CLOSED, map(_claim_values, part)):
            if reason and key not in reasons:
                reasons[key] = str(reason)
        for one in part:
            if one["delivery_key"] in reasons:
                one |= {"state": "skipped", "claims": 0}
        self._many(PUT, map(_claim_values, part), now)
        self.record([(k, Outcome("skipped", why)) for k, why in reasons.items()], now)
        return reasons

    def is_stopped(self, row: SendRow) -> bool:
        """Tell whether an operator stopped this person or address."""
        claim = self._values(row) | {"run_id": None}
        return bool(self._many(IS_STOPPED, [_claim_values(claim)]))

    def record(
        self,
        outcomes: Sequence[tuple[str, Outcome]],
        now: datetime,
        event: str | None = None,
    ) -> None:
        """Write down what became of claimed keys, as `event` or as what it is."""
        if not outcomes:
            return
        settled = [(key, one.event, at(one.retry_at)) for key, one in outcomes]
        attempts = dict(self._many(SETTLE, settled, now))
        said = [
            (
                _event_id(key, attempts[key], event or one.event),
                key,
                event or one.event,
                one.reason_code,
                one.provider_code,
                one.provider_message_id,
            )
            for key, one in outcomes
        ]
        self._many(EVENT, said, now)

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
        self.record([(key, Outcome("unknown", "owner_died")) for (key,) in keys], now)
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
        self.record([(key, settled)], now, event="reconciled")
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
        taken: dict[str, Any] = {
            "address_hash": None,
            "customer_hash": None,
            "states": None,
        }
        taken |= {"occurrence": "once"} | values
        taken["decided_at"] = at(taken["decided_at"])
        taken |= {"state": outcome.event, "claims": 1, "is_withdrawal": False}
        self._many(PUT, [_claim_values(taken)], now)
        if tell:
            self.record([(values["delivery_key"], outcome)], now)
        else:
            self._execute(TOLD, taken | {"now": at(now)})

    def _get(self, key: str) -> Any:
        return next(iter(self._many(KNOWN, [[key]])), None)

    def _values(self, row: SendRow) -> dict[str, object]:
        values: dict[str, object] = {name: getattr(row, name) for name in KEPT}
        address = getattr(row, "address", None)
        values["address_hash"] = keyed_hash(self._hash_key, address)
        values["customer_hash"] = person_hash(self._hash_key, row.customer_id)
        values["decided_at"] = at(row.decided_at)
        values["states"] = row.states if isinstance(row, StateRow) else None
        values["is_withdrawal"] = isinstance(row, StateRow) and row.is_withdrawal
        values["state"], values["claims"] = "claimed", 1
        return values

    def _execute(self, query: str, values: dict[str, object]) -> Any:
        return self._connection.execute(query, values)

    def _many(
        self, query: str, rows: Iterable[Sequence[Any]], now: datetime | None = None
    ) -> list[Any]:
        """Run a query for all of `rows` at once."""
        values: dict[str, object] = {"rows": json.dumps(list(rows))}
        if now is not None:
            values["now"] = at(now)
        cursor = self._execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []


def _claim_values(claim: Mapping[str, Any]) -> list[Any]:
    return [
        int(claim[name]) if name == "is_withdrawal" else claim[name] for name in CLAIM
    ]


def _event_id(key: str, attempt: int, event: str) -> str:
    identity = f"{key}|{attempt}|{event}".encode()
    return md5(identity, usedforsecurity=False).hexdigest()


def _is_known(found: Any, row: SendRow, now: datetime) -> bool:
    if found["claims"] >= MAX_CLAIMS:
        return True
    if found["state"] == "deferred":
        return bool(found["retry_at"] and found["retry_at"] > at(now))
    if found["state"] in ("refused", "skipped"):
        return bool(at(row.decided_at) <= found["decided_at"])
    # What is only set, not said, may be set again.
    return not (found["state"] == "unknown" and isinstance(row, StateRow))


def at(instant: datetime | None) -> str | None:
    """Write an instant so that text order is time order."""
    return instant.isoformat(sep=" ", timespec="microseconds") if instant else None
