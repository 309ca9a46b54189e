"""One HTTP exchange, and whether the provider can have seen it."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import httpx
from yarl import URL

from sync.tls import trusted

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 60.0
# Shorter than servers keep idle connections: a reused dead one costs an unknown row.
KEEPALIVE_SECONDS = 2.0
TIMEOUT = aiohttp.ClientTimeout(
    total=TOTAL_SECONDS,
    connect=READ_SECONDS,
    sock_connect=CONNECT_SECONDS,
    sock_read=READ_SECONDS,
)

# No connection was ever made; one that was cut later is another error.
NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

Client = aiohttp.ClientSession


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection was made: the request's first byte was never written."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived; its answer did not."""


def client(in_flight: int) -> Client:
    """Make the one client of a run; call it inside the running loop."""
    connector = aiohttp.TCPConnector(
        limit=in_flight,
        keepalive_timeout=KEEPALIVE_SECONDS,
        ssl=trusted(),
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=TIMEOUT,
        cookie_jar=aiohttp.DummyCookieJar(),
        # httpx does so, by what the answer says of itself.
        auto_decompress=False,
    )


async def exchange(
    http: Client, request: httpx.Request
) -> httpx.Response | NotSent | Lost:
    """Send once. Whatever cannot be proven unsent is `Lost`."""
    try:
        async with http.request(
            request.method,
            # As the adapter wrote it, not as another library would quote it.
            URL(str(request.url), encoded=True),
            headers=request.headers,
            data=request.content or None,
            allow_redirects=False,
        ) as answer:
            content = await answer.read()
            return httpx.Response(
                answer.status,
                headers=answer.raw_headers,
                content=content,
                request=request,
            )
    except NEVER_CONNECTED:
        return NotSent()
    except Exception:  # noqa: BLE001 - all that is not proven is lost.
        return Lost()
