"""
The bare floor: the same bodies by the same transport and limiter, nothing remembered.

    python floor.py messages|profiles ROWS PER_SECOND IN_FLIGHT
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from itertools import count

import httpx
import world  # noqa: F401 - puts the project on the path.
from sync_project import row, state_row

from sync.clock import SystemClock
from sync.destinations.braze import BrazeProfilesDestination
from sync.destinations.whatsapp import WhatsAppDestination
from sync.exchange import Client, client, exchange
from sync.limiter import Limiter
from sync.messages import BrazeProfileRow, WhatsAppRow


def maker(kind: str):
    """Tell the destination, and how one of its rows is made."""
    if kind == "profiles":
        one = BrazeProfileRow(*state_row())
        by = BrazeProfilesDestination.from_env(os.environ)
        return by, lambda n: replace(one, customer_id=f"f{n}")
    one = WhatsAppRow(*row())
    by = WhatsAppDestination.from_env(os.environ)
    return by, lambda n: replace(one, delivery_key=f"f{n}", address=f"+6581{n:07d}")


async def run(kind: str, rows: int, per_second: int, in_flight: int) -> None:
    destination, make = maker(kind)
    limiter = Limiter(SystemClock())
    numbers = count(0, destination.batch_size)

    async def work(http: Client) -> None:
        while (first := next(numbers)) < rows:
            last = min(first + destination.batch_size, rows)
            some = [make(number) for number in range(first, last)]
            await limiter.wait("one", per_second)
            await limiter.pace("one", per_second)
            answer = await exchange(http, destination.request(some))
            assert isinstance(answer, httpx.Response), answer
            assert destination.read(answer, some)[0].kind == "accepted"

    async with client(in_flight) as http, asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(work(http))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], *map(int, sys.argv[2:])))
