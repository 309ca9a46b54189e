"""One rate limit per sender, shared by all workers."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.clock import Clock

# For a sender whose speed nobody gave; Meta's own default is 80.
DEFAULT_RATE = 20
# A second as the provider counts it, and what the network may add or take from it.
WINDOW_SECONDS = 1.03
# Nor more than the same pace in each twentieth of it: after a stall nobody rushes.
PARTS = 20
# A claim is made so long before its place: late enough that few are open at a kill,
# early enough that its commit does not cost the place.
LEAD_SECONDS = 0.1


class Limiter:
    """
    Never more of a sender's requests in any second than its rate.

    A place is reserved at once and waited for after, so workers cannot overtake. Places
    are spaced evenly; `pace` also counts what really left, so that a stall is not made
    up for by a burst.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with every sender free."""
        self._clock = clock
        self._free_at: dict[str, float] = {}
        self._quiet_until: dict[str, float] = {}
        self._left: dict[str, deque[float]] = {}

    def ready_at(self, sender_id: str) -> float:
        """Tell when the sender has its next free place, in the clock's seconds."""
        quiet = self._quiet_until.get(sender_id, 0.0)
        return max(self._free_at.get(sender_id, 0.0), quiet)

    def reserve(self, sender_id: str, rate: int | None) -> float:
        """Take the next place and tell its instant."""
        place = max(self._clock.monotonic(), self.ready_at(sender_id))
        self._free_at[sender_id] = place + WINDOW_SECONDS / (rate or DEFAULT_RATE)
        return place

    def hold(self, sender_id: str, seconds: float) -> None:
        """Keep the sender quiet as long as the provider asked."""
        until = self._clock.monotonic() + seconds
        known = self._quiet_until.get(sender_id, 0.0)
        self._quiet_until[sender_id] = max(known, until)

    async def wait(self, sender_id: str, rate: int | None) -> None:
        """Take the next place and wait until shortly before it."""
        await self._until(self.reserve(sender_id, rate) - LEAD_SECONDS)

    async def pace(self, sender_id: str, rate: int | None) -> None:
        """Wait until one more may leave, and count it as leaving now."""
        most = rate or DEFAULT_RATE
        left = self._left.setdefault(sender_id, deque(maxlen=most))
        while (free := self._free(sender_id, left, most)) > self._clock.monotonic():
            await self._until(free)
        left.append(self._clock.monotonic())

    def _free(self, sender_id: str, left: deque[float], most: int) -> float:
        free = self._quiet_until.get(sender_id, 0.0)
        for number in (most, max(1, most // PARTS)):
            if len(left) >= number:
                free = max(free, left[-number] + number * WINDOW_SECONDS / most)
        return free

    async def _until(self, instant: float) -> None:
        # A timer may fire a hair early; a place may not.
        while (left := instant - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
