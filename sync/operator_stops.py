"""What an operator's stop is made of, and those of a ledger that is lost."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from sync.erase import REASON as ERASURE
from sync.errors import ConfigError
from sync.log import say
from sync.masking import key_check, keyed_hash
from sync.writeback import STOP_COLUMNS

if TYPE_CHECKING:
    from datetime import datetime

    from sync.desk import Desk
    from sync.ledger import Ledger
    from sync.warehouse import Session

Stop = dict[str, Any]

STOPS = "raw_operator_stops"
ALL = "*"
CHANNELS = ("whatsapp", "line", "kakao", "wechat", "rcs", "sms", "push")
PURPOSES = ("marketing", "marketing_night", "utility", "authentication", "service")
# An id ends with a print of the key that its address is hashed with.
PRINT = 8
PRINTED = re.compile(f"[0-9a-f]{{32}}-([0-9a-f]{{{PRINT}}})")


def make(
    ledger: Ledger, customer: str | None, address: str, now: datetime, **scope: str
) -> Stop:
    """Make a stop of a customer or an address, for the ledger."""
    stop_id = uuid.uuid4().hex
    return {
        "operator_stop_id": f"{stop_id}-{_print(ledger)}" if address else stop_id,
        "customer_id": customer,
        "address_hash": keyed_hash(ledger.hash_key, address),
        "occurred_at": now,
        **scope,
    }


def _print(ledger: Ledger) -> str:
    return key_check(ledger.hash_key)[:PRINT]


def told(at: Desk, session: Session, *, leave_addresses: bool) -> list[Stop]:
    """
    Read the stops the warehouse has and this ledger has not.

    Raises:
        ConfigError: Addresses are hashed with another key, or nobody knows by which,
            and they are not to be left behind.
    """
    query = f"select {', '.join(STOP_COLUMNS)} from {at.manifest.source(STOPS)}"  # noqa: S608
    known = at.ledger.stop_ids()
    found = [dict(zip(STOP_COLUMNS, row, strict=True)) for row in session.rows(query)]
    stops = [stop for stop in found if stop["operator_stop_id"] not in known]
    void = [stop for stop in stops if _is_void(at, stop)]
    if not void:
        return stops
    if not leave_addresses:
        raise ConfigError(
            f"{len(void)} stops by address are not hashed with this ledger's key. Set "
            "OTT_HASH_KEY to the lost ledger's; if that had none, pass "
            "--leave-address-stops and give them again with `ott stop --address-stdin`."
        )
    say(
        f"{len(void)} stops by address are left behind: their key is lost. "
        "Give them again with `ott stop --address-stdin`."
    )
    # Their ids stay known: what is left behind is asked about once.
    return [stop | {"address_hash": None} if stop in void else stop for stop in stops]


def _is_void(at: Desk, stop: Stop) -> bool:
    """Tell whether a stop's hash says nothing here; one without a print may."""
    if not stop["address_hash"]:
        return False
    if printed := PRINTED.fullmatch(stop["operator_stop_id"]):
        return bool(printed[1] != _print(at.ledger))
    # Of before there were prints: whoever gave a key has the word.
    return not at.config.env.get("OTT_HASH_KEY")


def take_back(at: Desk, stops: list[Stop], now: datetime) -> None:
    """Keep them in this ledger; inside its transaction."""
    for stop in stops:
        when = stop["occurred_at"] or now
        kept = stop | {
            "channel": _known(stop["channel"], CHANNELS),
            "purpose": _known(stop["purpose"], PURPOSES),
            "reason": stop["reason"] or "",
            "occurred_at": when,
        }
        if stop["reason"] == ERASURE and stop["customer_id"]:
            at.ledger.erasure.bury(stop["customer_id"], (), when)
            kept["customer_id"] = None
        at.ledger.stop(kept)
    keys = [stop["operator_stop_id"] for stop in stops]
    at.ledger.written("operator_stops", "written_at", "operator_stop_id", keys, now)


def _known(word: str | None, words: tuple[str, ...]) -> str:
    """What nobody knows widens a stop."""
    found = (word or "").strip().lower()
    return found if found in words else ALL
