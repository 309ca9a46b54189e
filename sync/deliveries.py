"""The ledger's part that decides: may this row be claimed, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any, Literal

from sync.ledger_batch import (
    CLOSED,
    ERASED,
    EVENT,
    KNOWN,
    OPEN,
    PUT,
    SEEN,
    SETTLE,
    STOPPED,
    WRITTEN,
    Claim,
    Head,
    apart,
)
from sync.ledger_claims import Claims, at, skipped, storable
from sync.messages import Outcome, StateRow

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
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
HAS_ERASED = "select exists (select 1 from tombstones)"


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
            for found in self._named(KNOWN, asked)
            if _is_known(found, asked[found["delivery_key"]], now)
        }

    def open(self, keys: Iterable[str]) -> list[str]:
        """Name the keys not sent or under way for certain; of them, ask `known`."""
        # In their order: neighbours are found on one page of an index.
        return [key for (key,) in self._named(OPEN, sorted(keys))]

    def claim(
        self,
        rows: Sequence[SendRow],
        run_id: str,
        now: datetime,
        closed: Mapping[str, str],
    ) -> list[Verdict]:
        """
        Claim `rows`, or write down why they are skipped; one verdict each.

        Args:
            rows: Those that are due.
            run_id: Who claims.
            now: The clock's instant.
            closed: By key, reasons against rows that were found without the ledger.
        """
        # Whoever stands here twice is claimed once.
        unseen: dict[str, SendRow] = {}
        for row in rows:
            unseen.setdefault(row.delivery_key, row)
        known = self.known(rows, now)
        claims = self._claims(run_id)
        made = [claims.of(row) for k, row in unseen.items() if k not in known]
        reasons: dict[str, str] = {}
        for part in apart(made):
            reasons |= self._claim(claims, part, closed, now)
        return [
            _verdict(unseen.pop(r.delivery_key, None), known, reasons) for r in rows
        ]

    def _claims(self, run_id: str | None) -> Claims:
        [erased] = self._connection.execute(HAS_ERASED).fetchone()
        return Claims(run_id, self._hash_key, hashes_people=bool(erased))

    def _claim(
        self,
        claims: Claims,
        part: Sequence[Claim],
        closed: Mapping[str, str],
        now: datetime,
    ) -> dict[str, str]:
        """
        Claim what can be each other's twin in no way; tell what is skipped.

        Of somebody erased nothing is written down again.
        """
        heads, rows = claims.heads, json.dumps(part)
        reasons: dict[str, str] = dict(self._run(CLOSED, rows, heads=heads))
        gone: set[str] = set()
        if reasons and claims.hashes_people:
            gone = {key for (key,) in self._run(ERASED, rows, heads=heads)}
        if closed:
            keys = (one.delivery_key for one in part)
            reasons |= {key: closed[key] for key in keys if key in closed}
        kept = [one for one in part if one.delivery_key not in gone]
        if reasons:
            rows = json.dumps(skipped(kept, reasons))
        self._run(PUT, rows, now, heads)
        told = [(k, Outcome("skipped", r)) for k, r in reasons.items() if k not in gone]
        self.record(told, now)
        return reasons

    def stopped(self, rows: Iterable[SendRow]) -> list[str]:
        """Name the rows whose person or address an operator stopped."""
        claims = self._claims(None)
        made = json.dumps([claims.of(row) for row in rows])
        return [found[0] for found in self._run(STOPPED, made, heads=claims.heads)]

    def record(
        self,
        outcomes: Sequence[tuple[str, Outcome]],
        now: datetime,
        event: str | None = None,
    ) -> None:
        """Write down what became of claimed keys, as `event` or as what it is."""
        if not outcomes:
            return
        rows = json.dumps(
            [
                (
                    key,
                    one.event,
                    at(one.retry_at),
                    event or one.event,
                    one.reason_code,
                    storable(one.provider_code),
                    storable(one.provider_message_id),
                )
                for key, one in outcomes
            ]
        )
        self._run(SETTLE, rows, now)
        self._run(EVENT, rows, now)

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

    def written(self, events: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Note that these events, and what they settled, are in the warehouse."""
        self._named(WRITTEN, (one["event_number"] for one in events), now)
        seen = [[one["delivery_key"], one["occurred_at"]] for one in events]
        self._many(SEEN, seen, now)

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
        names = (*Head._fields, *Claim._fields)
        taken: dict[str, Any] = dict.fromkeys(names) | {"occurrence": "once"}
        taken |= values
        taken["decided_at"] = at(taken["decided_at"])
        taken |= {"state": outcome.event, "claims": 1, "is_withdrawal": 0, "place": 0}
        head, claim = ([taken[n] for n in one._fields] for one in (Head, Claim))
        self._run(PUT, json.dumps([claim]), now, json.dumps([head]))
        if tell:
            self.record([(values["delivery_key"], outcome)], now)
        else:
            self._connection.execute(TOLD, taken | {"now": at(now)})

    def _get(self, key: str) -> Any:
        return next(iter(self._named(KNOWN, [key])), None)

    def _many(
        self, query: str, rows: Iterable[Sequence[Any]], now: datetime | None = None
    ) -> list[Any]:
        """Run a query for all of `rows` at once."""
        return self._run(query, json.dumps(list(rows)), now)

    def _named(
        self, query: str, keys: Iterable[str | int], now: datetime | None = None
    ) -> list[Any]:
        """Run a query for all of `keys` at once."""
        return self._run(query, json.dumps(list(keys)), now)

    def _run(
        self, query: str, rows: str, now: datetime | None = None, heads: str = ""
    ) -> list[Any]:
        """Run a query for the rows, or the keys, of a JSON array."""
        values = {"rows": rows, "keys": rows, "heads": heads, "now": at(now)}
        cursor = self._connection.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []


def _verdict(
    row: SendRow | None, known: Container[str], reasons: Mapping[str, str]
) -> Verdict:
    if row is None or row.delivery_key in known:
        return Verdict("known")
    reason = reasons.get(row.delivery_key)
    return Verdict("skip", reason) if reason else CLAIMED


def event_id(event: Mapping[str, Any]) -> str:
    """Name an event of a delivery: the same each time, whoever writes it down."""
    identity = "{delivery_key}|{attempt}|{event}".format_map(event).encode()
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
