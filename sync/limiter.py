"""One rate limit per sender, shared by all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.clock import Clock

# For a sender whose speed nobody gave; Meta's own default is 80.
DEFAULT_RATE = 20


class Limiter:
    """
    Spaces a sender's requests evenly, so no second has more than its rate.

    A reservation is made at once and waited for after, so workers cannot overtake.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with every sender free."""
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def ready_at(self, sender_id: str) -> float:
        """Tell when the sender is next free, in the clock's seconds."""
        return self._free_at.get(sender_id, 0.0)

    def reserve(self, sender_id: str, rate: int | None) -> float:
        """Take the next place and tell its instant."""
        place = max(self._clock.monotonic(), self.ready_at(sender_id))
        self._free_at[sender_id] = place + 1 / (rate or DEFAULT_RATE)
        return place

    def hold(self, sender_id: str, seconds: float) -> None:
        """Keep the sender quiet as long as the provider asked."""
        until = self._clock.monotonic() + seconds
        self._free_at[sender_id] = max(self.ready_at(sender_id), until)

    async def wait(self, sender_id: str, rate: int | None) -> None:
        """Take the next place and wait for it."""
        place = self.reserve(sender_id, rate)
        # A timer may fire a hair early; a place may not.
        while (left := place - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
