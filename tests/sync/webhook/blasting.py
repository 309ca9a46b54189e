"""As many signed webhooks as a server takes: one request under way a connection."""

from __future__ import annotations

import asyncio
import time

OK = b"HTTP/1.1 200"


class Caller(asyncio.Protocol):
    """One connection that calls, waits for the answer, and calls again."""

    def __init__(self, requests, heard, done):
        self._requests = requests
        self._heard = heard
        self._done = done
        self._key = None

    def connection_made(self, transport):
        self._transport = transport
        self._next()

    def _next(self):
        try:
            self._key, request = next(self._requests)
        except StopIteration:
            self._transport.close()
            return
        self._transport.write(request)

    def data_received(self, data):
        # An answer without a body is one piece.
        if data.startswith(OK) and data.endswith(b"\r\n\r\n"):
            self._heard(self._key)
        self._next()

    def connection_lost(self, _):
        if not self._done.done():
            self._done.set_result(None)


async def blast(port, requests, connections, at=0, then=None):
    """
    Send all `requests`, (key, bytes) each; returns the keys with a 200.

    When `at` of them have one, `then` is called.
    """
    loop = asyncio.get_running_loop()
    acknowledged, ends = [], []

    def heard(key):
        acknowledged.append(key)
        if len(acknowledged) == at:
            then()

    for _ in range(connections):
        done = loop.create_future()
        ends.append(done)
        try:
            await loop.create_connection(
                lambda done=done: Caller(requests, heard, done), "127.0.0.1", port
            )
        except ConnectionError:
            # `then` may have ended the server before everybody was connected.
            done.set_result(None)
            if len(acknowledged) < at:
                raise
    await asyncio.gather(*ends)
    return acknowledged


async def timed(port, requests, connections):
    """The same, and the seconds it took."""
    begun = time.perf_counter()
    acknowledged = await blast(port, iter(requests), connections)
    return acknowledged, time.perf_counter() - begun
