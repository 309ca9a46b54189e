"""One rate limit per sender, shared by all workers."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.clock import Clock

# For a sender whose speed nobody gave; Meta's own default is 80.
DEFAULT_RATE = 20
# A second as the provider counts it, and what the way there may take from it: in any
# such time no more leave than the rate, however late each is.
SECOND = 1.045
# Places are spaced as if a second were so long: what is late may catch up.
SPACED_SECONDS = 1.047
# Who is later for its place takes a new one.
LATE_SECONDS = 0.1
# A claim is made so long before its place: late enough that few are open at a kill,
# early enough that its commit does not cost the place.
LEAD_SECONDS = 0.1
# What a word that we are too fast leaves of the rate.
LOWERED = 0.5
# As long a second word is about requests that left before the first was heeded.
REACTION_SECONDS = 2.0
# So long from nothing back to the whole rate, evenly.
RECOVERY_SECONDS = 60.0
# Who waits long looks so often whether the run is over.
LOOK_SECONDS = 0.25
# A sender is never slowed down to less of its rate.
LEAST_SHARE = 1 / 64


@dataclass(slots=True)
class _Sender:
    """
    Instants of the clock: the next place for a claim, for leaving, and quiet.

    `free_at` is the place after the last request that left. Of the rate there is
    `share` at `share_at`, and more later. `lowered` counts how often it was lowered.
    `left` has when those of the last second left.
    """

    claims_at: float = 0.0
    leaves_at: float = 0.0
    free_at: float = 0.0
    quiet_until: float = 0.0
    share: float = 1.0
    share_at: float = 0.0
    lowered: int = 0
    lowered_at: float = -math.inf
    left: deque[float] = field(default_factory=deque)

    @property
    def ready_at(self) -> float:
        return max(self.claims_at, self.leaves_at, self.quiet_until)

    def share_of(self, instant: float) -> float:
        since = max(self.share_at, self.quiet_until)
        regained = max(0.0, instant - since) / RECOVERY_SECONDS
        return min(1.0, self.share + regained)

    def has_room_at(self, now: float, rate: float | None) -> float:
        """Tell when one more may leave: now, or when an earlier one is a second ago."""
        while self.left and self.left[0] <= now - SECOND:
            self.left.popleft()
        most = math.ceil((rate or DEFAULT_RATE) * self.share_of(now))
        return now if len(self.left) < most else self.left[-most] + SECOND

    def lower(self, share: float, now: float) -> None:
        self.share, self.share_at = max(share, LEAST_SHARE), now


class Limiter:
    """
    Never more of a sender's requests in any second than its rate.

    Places are reserved at once and waited for after, so workers cannot overtake. They
    are spaced evenly. Who wakes up late leaves at once where the last second has room
    for it, and takes a new place where it is very late: no burst makes up for a stall.
    Where the provider says that it is too much the rate is lowered, and comes back.
    Once the run is over nobody waits any more, and nobody may leave.
    """

    def __init__(
        self, clock: Clock, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        """Start with every sender free."""
        self._clock = clock
        self._is_over = is_over
        self._senders: defaultdict[str, _Sender] = defaultdict(_Sender)

    def ready_at(self, sender_id: str) -> float:
        """Tell when the sender has its next free place, in the clock's seconds."""
        return self._senders[sender_id].ready_at

    def reserve(self, sender_id: str, rate: float | None) -> float:
        """Take the next place for a claim and tell its instant."""
        sender = self._senders[sender_id]
        place = max(self._clock.monotonic(), sender.ready_at)
        sender.claims_at = place + _gap(rate, sender.share_of(place))
        return place

    def hold(self, sender_id: str, seconds: float) -> None:
        """Keep the sender quiet as long as the provider asked."""
        sender = self._senders[sender_id]
        until = self._clock.monotonic() + seconds
        sender.quiet_until = max(sender.quiet_until, until)

    def lower(self, sender_id: str) -> None:
        """Halve what the sender may send now: the provider says that it is too fast."""
        sender, now = self._senders[sender_id], self._clock.monotonic()
        if now - sender.lowered_at < REACTION_SECONDS:
            return
        sender.lower(sender.share_of(now) * LOWERED, now)
        sender.lowered_at = now
        # Whoever waits with a place takes a new one.
        sender.leaves_at = sender.free_at
        sender.lowered += 1

    def lower_to(self, sender_id: str, rate: float | None, allowed: float) -> None:
        """Send no more than `allowed` requests a second of `rate`; never raises it."""
        sender, now = self._senders[sender_id], self._clock.monotonic()
        share = allowed / (rate or DEFAULT_RATE)
        if share < sender.share_of(now):
            sender.lower(share, now)

    async def wait(self, sender_id: str, rate: float | None) -> None:
        """
        Take the next place for a claim and wait until shortly before it.

        A place in what has become a quiet time is given up for a later one.
        """
        sender, place = self._senders[sender_id], -math.inf
        while place < sender.quiet_until and not self._is_over():
            place = self.reserve(sender_id, rate)
            await self._until(place - LEAD_SECONDS)

    async def pace(self, sender_id: str, rate: float | None) -> None:
        """Take the next place for leaving and wait for it."""
        sender = self._senders[sender_id]
        while not self._is_over():
            lowered = sender.lowered
            place = max(self._clock.monotonic(), sender.leaves_at, sender.quiet_until)
            free_at = place + _gap(rate, sender.share_of(place))
            sender.leaves_at = free_at
            await self._until(place)
            now = self._clock.monotonic()
            while (room_at := sender.has_room_at(now, rate)) > now:
                await self._until(room_at)
                if self._is_over():
                    return
                now = self._clock.monotonic()
            late = now > place + LATE_SECONDS or now < sender.quiet_until
            if not late and lowered == sender.lowered:
                sender.free_at = free_at
                sender.left.append(now)
                return

    async def _until(self, instant: float) -> None:
        # A timer may fire a hair early; a place may not.
        while (left := instant - self._clock.monotonic()) > 0 and not self._is_over():
            await self._clock.sleep(min(left, LOOK_SECONDS))


def _gap(rate: float | None, share: float) -> float:
    return SPACED_SECONDS / ((rate or DEFAULT_RATE) * share)
