"""Whom a number may write to: open windows, stops, and how often."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sync.sandbox.errors import MetaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# "Send messages" (2026-04-23): 24 hours from the person's last message.
WINDOW = timedelta(hours=24)
# "About the platform" (2026): one message in 6 s to one person, a burst of 45 on tick.
PAIR_SECONDS = 6.0
PAIR_BURST = 45
# Numbering plan +1, but not the United States: Canada and the Caribbean.
NOT_US = frozenset(
    re.findall(
        "[0-9]{3}",
        """
    204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418
    428 431 437 438 450 460 468 474 506 514 519 537 548 568 579 581 584 587 604
    613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902
    905 942 242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829
    849 868 869 876
    """,
    )
)
NORTH_AMERICAN = re.compile("1[2-9][0-9]{9}")
Pair = tuple[str, str]


@dataclass(slots=True)
class People:
    """What each (number, person) pair did; a person is bare digits or a BSUID."""

    inbound: dict[Pair, set[datetime]] = field(default_factory=dict)
    stopped: dict[Pair, bool] = field(default_factory=dict)
    # Phone and BSUID of one message are one person, whichever is named later.
    also: dict[str, set[str]] = field(default_factory=dict)

    def read(self, path: Path | None) -> None:
        """Take in a file of webhooks; lines nobody could read are passed over."""
        if path and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self.hear(line)

    def hear(self, line: str) -> None:
        """Take in one landing line."""
        try:
            body = json.loads(json.loads(line)["payload"])
            for value in _values(body):
                number = str(value["metadata"]["phone_number_id"])
                self._messages(number, value)
                self._preferences(number, value)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return

    def _messages(self, number: str, value: dict[str, Any]) -> None:
        for message in value.get("messages") or []:
            if message.get("type") == "system":
                continue
            when = datetime.fromtimestamp(int(message["timestamp"]), UTC)
            named = [message.get("from"), message.get("from_user_id")]
            people = [str(person) for person in named if person]
            for person in people:
                self.also.setdefault(person, set()).update(people)
                self.inbound.setdefault((number, person), set()).add(when)

    def _preferences(self, number: str, value: dict[str, Any]) -> None:
        for preference in value.get("user_preferences") or []:
            for person in (preference.get("wa_id"), preference.get("user_id")):
                if person:
                    self.stopped[number, str(person)] = preference["value"] == "stop"

    def is_open(self, pair: Pair, now: datetime) -> bool:
        """Whether free text may be sent: half-open, 24 hours from any message."""
        number, person = pair
        return any(
            at <= now < at + WINDOW
            for name in {person, *self.also.get(person, ())}
            for at in self.inbound.get((number, name), ())
        )


@dataclass(slots=True)
class Bucket:
    """`burst` at once, then one every `seconds`, on the real clock."""

    seconds: float
    burst: int
    free_at: dict[str, float] = field(default_factory=dict)

    def take(self, key: str, code: int) -> None:
        """Use one up, or raise MetaError with `code`."""
        now = time.monotonic()
        due = max(self.free_at.get(key, now), now)
        if due - now > self.seconds * (self.burst - 1) + 1e-9:
            raise MetaError(code, "Message failed to send: too many, too fast")
        self.free_at[key] = due + self.seconds


def is_us(person: str) -> bool:
    """Whether these digits are a number with a US area code."""
    return bool(NORTH_AMERICAN.fullmatch(person)) and person[1:4] not in NOT_US


def _values(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in body["entry"]:
        for change in entry["changes"]:
            yield change["value"]
