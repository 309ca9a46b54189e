"""Rows as the ledger takes them: what many share is said once."""

from __future__ import annotations

import json
import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sync.ledger_batch import Claim, Head
from sync.masking import keyed_hash, person_hash
from sync.messages import StateRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sync.messages import SendRow

# What a claim has of its row, by the row's own names.
KEPT = (
    *("delivery_key", "build_id", "destination", "campaign_id", "occurrence"),
    *("customer_id", "channel", "sender_id", "purpose"),
)
# No store takes these, and a provider's JSON may say them.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_shared = attrgetter(
    *("build_id", "destination", "campaign_id", "occurrence", "channel"),
    *("sender_id", "purpose", "decided_at"),
)


class Claims:
    """
    Claims of one transaction, and their heads.

    A head is there twice: as a row is claimed, and after it, as one is skipped.
    """

    def __init__(
        self, run_id: str | None, hash_key: bytes, *, hashes_people: bool
    ) -> None:
        """
        Make claims for a run.

        `hashes_people` where somebody was erased: only then is anybody looked for.
        """
        self._run_id = run_id
        self._hash_key = hash_key
        self.hashes_people = hashes_people
        self._places: dict[tuple[Any, ...], int] = {}
        self._heads: list[Head] = []

    @property
    def heads(self) -> str:
        """Say the heads in JSON."""
        return json.dumps(self._heads)

    def of(self, row: SendRow) -> Claim:
        """Make the claim of a row."""
        state = row if isinstance(row, StateRow) else None
        is_withdrawal = state is not None and state.is_withdrawal
        shared = (*_shared(row), is_withdrawal)
        place = self._places.get(shared)
        if place is None:
            place = self._places[shared] = self._add(shared)
        address = getattr(row, "address", None)
        return Claim(
            place,
            row.delivery_key,
            row.customer_id,
            keyed_hash(self._hash_key, address) if address else None,
            person_hash(self._hash_key, row.customer_id)
            if self.hashes_people
            else None,
            state.states if state else None,
        )

    def _add(self, shared: tuple[Any, ...]) -> int:
        *texts, decided_at, is_withdrawal = shared
        place = len(self._heads)
        told = (*texts, at(decided_at), self._run_id)
        claimed = Head._make((place, int(is_withdrawal), 1, *told, "claimed"))
        skipped = claimed._replace(place=place + 1, claims=0, state="skipped")
        self._heads += [claimed, skipped]
        return place


def skipped(claims: Iterable[Claim], reasons: Mapping[str, str]) -> list[Claim]:
    """Give the claims, those with a reason under the head of what is skipped."""
    return [
        one._replace(place=one.place + 1) if one.delivery_key in reasons else one
        for one in claims
    ]


def storable(text: str | None) -> str | None:
    """Write a provider's text as every store takes it."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text) if text else text


def at(instant: datetime | None) -> str | None:
    """Write an instant so that text order is time order."""
    return instant.isoformat(sep=" ", timespec="microseconds") if instant else None
