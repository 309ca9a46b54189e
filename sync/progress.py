"""How far a long send is, told every while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync import telemetry
from sync.log import event, is_json, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.clock import Clock

EVERY_SECONDS = 10.0


async def keep_telling(
    name: str, due: int, outcomes: Mapping[str, int], clock: Clock
) -> None:
    """Tell until cancelled; `outcomes` grows meanwhile."""
    before = 0
    while True:
        await clock.sleep(EVERY_SECONDS)
        done = sum(outcomes.values())
        rate = (done - before) / EVERY_SECONDS
        before = done
        telemetry.rows(name, outcomes)
        event("progress", destination=name, done=done, due=due, outcomes=dict(outcomes))
        if not is_json():
            trouble = outcomes.get("refused", 0) + outcomes.get("unknown", 0)
            say(
                f"{name}: {done} of {due} done, {rate:.0f} a second, {trouble} refused "
                "or unknown"
            )
