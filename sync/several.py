"""The same for several destinations, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.command import UNTOLD, tell
from sync.errors import ConfigError
from sync.log import say
from sync.send import is_idle

if TYPE_CHECKING:
    from collections.abc import Callable

# A bug is worst, then what needs a person soonest.
WORST_LAST = (0, 6, 3, 4, 5, 1)


def each(names: list[str], work: Callable[[str], int], target: str | None) -> int:
    """Do `work` for each; one that cannot start, or breaks, does not stop the next."""
    codes = []
    for name in names:
        before = f"{name}: " if len(names) > 1 else ""
        try:
            codes.append(work(name))
        except UNTOLD:
            raise
        except ConfigError as error:
            if before and is_idle(name, target):
                say(f"{name} is not set up, and has no rows.")
                continue
            codes.append(tell(error, before))
        except Exception as error:  # noqa: BLE001 - it concerns this one alone.
            codes.append(tell(error, before))
    return max(codes, key=WORST_LAST.index, default=0)
