"""What somebody else holds is asked for again, for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from sync.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def once_free(
    work: Callable[[], T],
    seconds: float,
    every: float,
    held: Callable[[LockedError], None] = lambda _: None,
) -> T:
    """
    Do `work`, again and again for `seconds`; `held` hears each time that it is held.

    Raises:
        LockedError: It still is.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return work()
        except LockedError as error:
            if time.monotonic() >= end:
                raise
            held(error)
        time.sleep(every)
