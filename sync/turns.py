"""Whose message is next: the sender that is free soonest, its campaigns in turn."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sync.limiter import DEFAULT_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.clock import Clock
    from sync.destinations import Destination
    from sync.limiter import Limiter
    from sync.messages import SendRow
    from sync.pairs import Pairs
    from sync.spool import Spool

PAUSE_SECONDS = 0.1


class Turns:
    """
    Takes rows from the spool, what one request may carry at a time.

    Each campaign of a sender has its turn after the others, so that a large one does
    not keep a small one waiting; within a campaign the better rank goes first.
    """

    def __init__(
        self,
        spool: Spool,
        limiter: Limiter,
        pairs: Pairs,
        kind: Destination[Any],
        clock: Clock,
    ) -> None:
        """Begin with the campaign of the best rank."""
        self._spool, self._limiter, self._pairs = spool, limiter, pairs
        self._kind, self._clock = kind, clock
        self._fits = getattr(kind, "fits", None)
        self._campaigns: dict[str, deque[str]] = {}
        for sender_id, campaign_id in spool.queues():
            self._campaigns.setdefault(sender_id, deque()).append(campaign_id)

    @property
    def senders(self) -> list[str]:
        """Name the senders that have rows."""
        return [*self._campaigns]

    async def next(self) -> list[SendRow]:
        """Take the next rows; empty when none is left."""
        while True:
            if row := self._pairs.waited():
                return [row]
            rows = [] if self._pairs.is_full else self._take()
            if free := [row for row in rows if self._pairs.admit(row)]:
                return free
            if not rows:
                if not self._pairs.waiting:
                    return []
                await self._clock.sleep(PAUSE_SECONDS)

    def _take(self) -> list[SendRow]:
        """Take from the campaign whose turn it is, of the sender free soonest."""
        heads = [(s, head) for s in self._campaigns if (head := self._head(s))]
        if not heads:
            return []
        now, ready_at = self._clock.monotonic(), self._limiter.ready_at
        sender, head = min(
            heads, key=lambda h: (max(now, ready_at(h[0])), h[1].send_rank)
        )
        turns = self._campaigns[sender]
        turns.rotate(-1)
        queue = sender, head.campaign_id
        return self._spool.take(queue, self._most(head), self._fits)

    def _head(self, sender_id: str) -> SendRow | None:
        """Show what the sender has next; forget campaigns that have no more."""
        turns = self._campaigns[sender_id]
        while turns:
            if head := self._spool.head((sender_id, turns[0])):
                return head
            turns.popleft()
        return None

    def _most(self, head: SendRow) -> int:
        """Tell how many one request may carry: never more than go in a second."""
        most = self._kind.batch_size
        if not hasattr(head, "messages_per_second"):
            return most
        return min(most, _positive(head.messages_per_second) or DEFAULT_RATE)


def rate(rows: Sequence[SendRow]) -> float | None:
    """Tell how many requests of as many messages a second their sender may make."""
    first: Any = rows[0]
    if hasattr(first, "messages_per_second"):
        return (_positive(first.messages_per_second) or DEFAULT_RATE) / len(rows)
    return _positive(getattr(first, "requests_per_second", None))


def _positive(rate: int | None) -> int | None:
    return rate if rate and rate > 0 else None
