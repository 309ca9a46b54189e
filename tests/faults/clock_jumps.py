"""`ott`, on a machine whose clock is set back an hour while it runs."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count

from sync.cli import main
from sync.clock import SystemClock

AFTER = int(os.environ.get("JUMPS_AFTER", "60"))
asked, right = count(), SystemClock.now


def wrong(clock):
    return right(clock) - timedelta(hours=next(asked) > AFTER)


SystemClock.now = wrong
main()
