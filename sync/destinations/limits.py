"""What an answer's headers say about how fast its sender may go on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.destinations.http import EPOCH, rate_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

# Meta's page "Rate limits" (2026): percent of what is allowed, and minutes until calls
# are taken again. That /messages counts there is not confirmed.
USAGE = "x-business-use-case-usage"
COUNTS = ("call_count", "total_cputime", "total_time")
NEAR_PERCENT = 90
LONGEST_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What is left of a limit.

    Attributes:
        rate: Requests a second until it is counted anew; None where nothing is said.
        is_near: Whether little is left of it.
        quiet: Seconds in which no request is welcome.
    """

    rate: float | None = None
    is_near: bool = False
    quiet: float = 0.0


NOTHING = Limits()


def limits_of(response: httpx.Response) -> Limits:
    """Read the headers; junk says nothing, and raises nothing."""
    headers = response.headers
    if USAGE not in headers and "x-ratelimit-remaining" not in headers:
        return NOTHING
    is_near, minutes = False, 0.0
    for usage in _usages(headers.get(USAGE, "")):
        is_near = is_near or any(_number(usage, c) >= NEAR_PERCENT for c in COUNTS)
        minutes = max(minutes, _number(usage, "estimated_time_to_regain_access"))
    return Limits(rate_left(response), is_near, min(minutes, LONGEST_MINUTES) * 60)


def _usages(text: str) -> Iterator[dict[str, Any]]:
    """Find the objects of `{account: [object, ...]}`."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return
    accounts = said.values() if isinstance(said, dict) else ()
    for account in accounts:
        if isinstance(account, list):
            yield from (usage for usage in account if isinstance(usage, dict))


def _number(usage: dict[str, Any], name: str) -> float:
    match usage.get(name):
        case bool():
            return 0.0
        case int(found) | float(found) if 0 <= found < EPOCH:
            return float(found)
    return 0.0
