"""Who must no longer get a message, asked again while the run sends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sync.errors import SyncError
from sync.log import say, where

if TYPE_CHECKING:
    from sync.clock import Clock
    from sync.warehouse import Session, Warehouse

POLL_SECONDS = 1.0


class Stops:
    """The keys of the view `sync_stops` by build, and how old that knowledge is."""

    def __init__(
        self, relation: str | None, clock: Clock, *, every: float, max_age: float
    ) -> None:
        """Know nothing yet; `every` and `max_age` are seconds."""
        self.relation = relation
        self._clock = clock
        self._every = every
        self._max_age = max_age
        # Replaced as a whole: who reads it meanwhile has the one or the other.
        self._keys: dict[str, set[str]] = {}
        self._read_at = float("-inf")
        self._told = False

    def read(self, session: Session) -> None:
        """Ask the view."""
        begun = self._clock.monotonic()
        query = f"select delivery_key, build_id from {self.relation}"  # noqa: S608
        keys: dict[str, set[str]] = {}
        for key, build_id in session.rows(query):
            keys.setdefault(build_id, set()).add(key)
        self._keys = keys
        self._read_at = begun

    def of(self, build_id: str) -> set[str]:
        """Tell the keys of that build's rows; a newer one may have judged them anew."""
        return self._keys.get(build_id, set())

    def is_known(self, relation: str | None) -> bool:
        """Tell whether it was asked so lately that a run under way would not yet."""
        age = self._clock.monotonic() - self._read_at
        return relation == self.relation and age < self._every

    def forget(self) -> None:
        """Have them asked again before anything else is sent."""
        self._read_at = float("-inf")

    def is_fresh(self) -> bool:
        """Tell whether sending may go on."""
        return self._clock.monotonic() - self._read_at <= self._max_age

    async def keep_reading(self, warehouse: Warehouse) -> None:
        """Ask again every while, until cancelled; a failure keeps the last."""
        while True:
            await self._clock.sleep(
                self._every if self.is_fresh() else min(self._every, POLL_SECONDS)
            )
            try:
                await asyncio.to_thread(self._reread, warehouse)
                self._told = False
            except Exception as error:  # noqa: BLE001 - the last are kept.
                if not (self.is_fresh() or self._told):
                    why = str(error) if isinstance(error, SyncError) else where(error)
                    say(f"Stops are too old. Sending pauses. {why}")
                    self._told = True

    def _reread(self, warehouse: Warehouse) -> None:
        with warehouse.reading() as session:
            self.read(session)
