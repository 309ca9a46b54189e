"""The one clock of a run. Instants are naive UTC."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sync.errors import ConfigError

# Nothing is counted from before the first, and the last leaves room to count on.
YEARS = range(1970, 9000)


class Clock(Protocol):
    """What the sync knows of time; nothing else asks the system."""

    def now(self) -> datetime:
        """Tell the instant, naive UTC."""
        ...

    def monotonic(self) -> float:
        """Count seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Today's time, or time that began at `start` when the clock was made."""

    start: datetime | None = None
    made: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Tell the instant, naive UTC."""
        if self.start is None:
            return datetime.now(UTC).replace(tzinfo=None)
        return self.start + timedelta(seconds=time.monotonic() - self.made)

    def monotonic(self) -> float:
        """Count seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def parse_instant(text: str) -> datetime:
    """
    Read an ISO instant; one without an offset is UTC.

    Raises:
        ConfigError: It is not an instant.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is not None:
            instant = instant.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ConfigError(
            "OTT_NOW is not an instant. Write it as 2026-01-31T20:00:00+00:00."
        ) from None
    if instant.year not in YEARS:
        raise ConfigError("OTT_NOW is before 1970 or after 8999. Correct it.")
    return instant
