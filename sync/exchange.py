"""One HTTP exchange, and whether the provider can have seen it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 60.0
# Shorter than servers keep idle connections: a reused dead one costs an unknown row.
KEEPALIVE_SECONDS = 2.0
# It tells whole URLs, and some providers want a phone number or a token in them.
logging.getLogger("httpx").disabled = True


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection was made: the request's first byte was never written."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived; its answer did not."""


def client(in_flight: int) -> httpx.AsyncClient:
    """Make the one client of a run. httpx's own pool is slow with many in flight."""
    limits = httpx.Limits(
        max_connections=in_flight,
        max_keepalive_connections=in_flight,
        keepalive_expiry=KEEPALIVE_SECONDS,
    )
    return httpx.AsyncClient(
        transport=AiohttpTransport(limits=limits, trust_env=False),
        follow_redirects=False,
        trust_env=False,
    )


async def exchange(
    http: httpx.AsyncClient, request: httpx.Request
) -> httpx.Response | NotSent | Lost:
    """Send once. Whatever cannot be proven unsent is `Lost`."""
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    # `send` of a ready request sets none by itself.
    request.extensions["timeout"] = timeout.as_dict()
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await http.send(request)
    except Exception as error:  # noqa: BLE001 - all that is not proven is lost.
        return NotSent() if _never_connected(error) else Lost()


def _never_connected(error: BaseException) -> bool:
    """
    Tell whether no connection was ever made.

    The transport names a connection cut after the request `ConnectTimeout` (it maps
    aiohttp's ClientConnectionError so), hence aiohttp's own error decides.
    """
    return any(
        isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        for cause in _chain(error)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
