"""What is asked again of each row just before it goes, without the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sync.clock import Clock
    from sync.messages import SendRow
    from sync.stops import Stops


class Recheck:
    """The clock, the stops, and what this run learned about templates and senders."""

    def __init__(self, clock: Clock, stops: Stops) -> None:
        """Know of nothing paused yet."""
        self._clock = clock
        self._stops = stops
        self._paused: set[tuple[str, str | None]] = set()
        self._restricted: set[str] = set()

    def pause_template(self, row: SendRow) -> None:
        """Skip the rest of this row's campaign and template."""
        self._paused.add((row.campaign_id, getattr(row, "template_name", None)))

    def restrict_sender(self, row: SendRow) -> None:
        """Skip the rest of this row's sender."""
        self._restricted.add(row.sender_id)

    def reasons(self, rows: Iterable[SendRow]) -> dict[str, str]:
        """Say by key which of `rows` must not go now, and why."""
        now = self._clock.now()
        found = {}
        for row in rows:
            if row.delivery_key in self._stops.of(row.build_id):
                found[row.delivery_key] = "stopped_after_build"
            elif reason := self._reason(row, now):
                found[row.delivery_key] = reason
        return found

    def _reason(self, row: SendRow, now: datetime) -> str | None:
        if now >= row.send_not_after:
            return "decision_expired"
        if row.sender_id in self._restricted:
            return "sender_restricted"
        if not self._paused:
            return None
        template = (row.campaign_id, getattr(row, "template_name", None))
        return "template_paused" if template in self._paused else None
