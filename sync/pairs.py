"""Two messages of one sender to one person keep their distance."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sync.masking import keyed_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.clock import Clock
    from sync.ledger import Ledger
    from sync.messages import SendRow

# Meta: one message in 6 seconds to one person ("About the platform", 2026). The burst
# it lends has to be paid back, and is not used.
PAIR_SECONDS = 6.0
PAIR_CHANNELS = frozenset({"whatsapp"})
# So many rows may wait for their person; then all wait.
MOST_WAITING = 10_000

Pair = tuple[str, str]


class Pairs:
    """
    Whose person had no message of the same sender just now; the others wait here.

    A row that waits is not claimed, and is looked at again like any other.
    """

    def __init__(self, clock: Clock, seconds: float = PAIR_SECONDS) -> None:
        """Know of no message yet."""
        self._clock = clock
        self._seconds = seconds
        self._under_way: set[Pair] = set()
        # In the order of their instants: what is past stands first, and goes first.
        self._free_at: OrderedDict[Pair, float] = OrderedDict()
        self._waiting: dict[Pair, deque[SendRow]] = {}
        self._ready: list[tuple[float, Pair]] = []
        self._earlier: dict[Pair, float] = {}
        self._earlier_until = 0.0
        self._hash_key = b""
        self.waiting = 0

    def know(self, ledger: Ledger, now: datetime) -> None:
        """Take in what earlier runs sent just before `now`."""
        self._hash_key = ledger.hash_key
        since = now - timedelta(seconds=self._seconds)
        for one in ledger.recent.addresses(since):
            passed = (now - datetime.fromisoformat(one["state_at"])).total_seconds()
            free_at = self._clock.monotonic() + self._seconds - max(0.0, passed)
            pair = one["sender_id"], one["address_hash"]
            self._earlier[pair] = max(free_at, self._earlier.get(pair, free_at))
            self._earlier_until = max(free_at, self._earlier_until)

    def admit(self, row: SendRow) -> bool:
        """Let `row` go, or keep it until its person may get another message."""
        if (pair := _pair(row)) is None:
            return True
        if not (free_at := self._busy_until(pair)):
            self._under_way.add(pair)
            return True
        if pair not in self._waiting:
            self._waiting[pair] = deque()
            if pair not in self._under_way:
                heappush(self._ready, (free_at, pair))
        self._waiting[pair].append(row)
        self.waiting += 1
        return False

    def waited(self) -> SendRow | None:
        """Take a row that has waited long enough."""
        if not self._ready or self._ready[0][0] > self._clock.monotonic():
            return None
        _, pair = heappop(self._ready)
        row = self._waiting[pair].popleft()
        if not self._waiting[pair]:
            del self._waiting[pair]
        self._under_way.add(pair)
        self.waiting -= 1
        return row

    @property
    def is_full(self) -> bool:
        """Whether no more rows may wait."""
        return self.waiting >= MOST_WAITING

    def left(self, rows: Sequence[SendRow]) -> None:
        """Note that a request for `rows` leaves now."""
        now = self._clock.monotonic()
        for row in rows:
            if pair := _pair(row):
                self._free_at.pop(pair, None)
                self._free_at[pair] = now + self._seconds
        self._forget(now)

    def done(self, rows: Sequence[SendRow]) -> None:
        """Note that nothing more leaves for `rows`."""
        for row in rows:
            if not (pair := _pair(row)):
                continue
            self._under_way.discard(pair)
            if pair in self._waiting:
                heappush(self._ready, (self._busy_until(pair), pair))

    def _busy_until(self, pair: Pair) -> float:
        """Tell until when; 0 is free. For one under way it is not known yet."""
        now = self._clock.monotonic()
        if pair in self._under_way:
            return now + self._seconds
        free_at = self._free_at.get(pair, 0.0)
        if self._earlier:
            address_hash = keyed_hash(self._hash_key, pair[1]) or ""
            free_at = max(free_at, self._earlier.get((pair[0], address_hash), 0.0))
        return free_at if free_at > now else 0.0

    def _forget(self, now: float) -> None:
        while self._free_at:
            pair = next(iter(self._free_at))
            if self._free_at[pair] > now:
                break
            self._free_at.popitem(last=False)
        if self._earlier_until <= now:
            self._earlier = {}


def _pair(row: SendRow) -> Pair | None:
    if row.channel not in PAIR_CHANNELS:
        return None
    address = getattr(row, "address", None)
    return (row.sender_id, address) if address else None
