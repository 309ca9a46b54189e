"""One rate limit per sender, shared by all workers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.clock import Clock

# For a sender whose speed nobody gave; Meta's own default is 80.
DEFAULT_RATE = 20
# A second as the provider counts it, and what the network may add or take from it.
WINDOW_SECONDS = 1.04
# So much later than its place a request may leave: any second holds no more than
# (1 + TOLERANCE) / WINDOW of the rate.
TOLERANCE_SECONDS = 0.02
# A claim is made so long before its place: late enough that few are open at a kill,
# early enough that its commit does not cost the place.
LEAD_SECONDS = 0.1


@dataclass(slots=True)
class _Sender:
    """Instants of the clock: the next place for a claim, for leaving, and quiet."""

    claims_at: float = 0.0
    leaves_at: float = 0.0
    quiet_until: float = 0.0

    @property
    def ready_at(self) -> float:
        return max(self.claims_at, self.leaves_at, self.quiet_until)


class Limiter:
    """
    Never more of a sender's requests in any second than its rate.

    Places are reserved at once and waited for after, so workers cannot overtake. They
    are spaced evenly. Who wakes up late takes a new one: no burst makes up for a stall.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with every sender free."""
        self._clock = clock
        self._senders: defaultdict[str, _Sender] = defaultdict(_Sender)

    def ready_at(self, sender_id: str) -> float:
        """Tell when the sender has its next free place, in the clock's seconds."""
        return self._senders[sender_id].ready_at

    def reserve(self, sender_id: str, rate: float | None) -> float:
        """Take the next place for a claim and tell its instant."""
        sender = self._senders[sender_id]
        place = max(self._clock.monotonic(), sender.ready_at)
        sender.claims_at = place + _gap(rate)
        return place

    def hold(self, sender_id: str, seconds: float) -> None:
        """Keep the sender quiet as long as the provider asked."""
        sender = self._senders[sender_id]
        until = self._clock.monotonic() + seconds
        sender.quiet_until = max(sender.quiet_until, until)

    async def wait(self, sender_id: str, rate: float | None) -> None:
        """Take the next place for a claim and wait until shortly before it."""
        await self._until(self.reserve(sender_id, rate) - LEAD_SECONDS)

    async def pace(self, sender_id: str, rate: float | None) -> None:
        """Take the next place for leaving and wait for it."""
        sender = self._senders[sender_id]
        late = True
        while late:
            place = max(self._clock.monotonic(), sender.leaves_at, sender.quiet_until)
            sender.leaves_at = place + _gap(rate)
            await self._until(place)
            now = self._clock.monotonic()
            late = now > place + TOLERANCE_SECONDS or now < sender.quiet_until

    async def _until(self, instant: float) -> None:
        # A timer may fire a hair early; a place may not.
        while (left := instant - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)


def _gap(rate: float | None) -> float:
    return WINDOW_SECONDS / (rate or DEFAULT_RATE)
