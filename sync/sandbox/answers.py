"""One request from arrival to answer, faults included, whichever provider it is for."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.faults import AFTER, SILENT, Fault
from sync.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HTML = "<html><head><title>Bad gateway</title></head><body>proxy</body></html>"
FORM = "application/x-www-form-urlencoded"
WORLD = web.AppKey("world", World)


class Api(Protocol):
    """What every provider here can do."""

    def authenticate(self, request: web.Request) -> None:
        """Raise Refusal unless the caller has the token."""

    def limited(self) -> Refusal:
        """Say that the caller is too fast."""

    def on_demand(self, value: int) -> Refusal:
        """Say what the fault `code` asks for."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    One request that no fault struck before it was read.

    Attributes:
        at: When it arrived, by the real clock, in seconds.
        body: JSON or a form's fields; None when it is neither.
        answered: Whether the caller will be able to read the answer.
    """

    path: str
    body: Any
    at: float
    answered: bool


async def exchange(
    request: web.Request,
    api: Api,
    take: Callable[[Arrival], Awaitable[web.Response]],
) -> web.StreamResponse:
    """Let `take` answer the request, unless a fault or a refusal does."""
    world, at = request.app[WORLD], time.time()
    fault = world.faults.draw()
    body = await _body(request)
    await asyncio.sleep(world.latency)
    if fault and fault.name not in AFTER:
        world.count(fault.name)
        return _before(request, api, fault)
    answered = not (fault and fault.name in SILENT)
    try:
        api.authenticate(request)
        answer = await take(Arrival(request.path, body, at, answered))
    except Refusal as error:
        world.count(error.label)
        return refusal(error)
    return await _after(request, fault, answer) if fault else answer


def refusal(error: Refusal) -> web.Response:
    """Answer that nothing was accepted."""
    return web.json_response(error.body(), status=error.status, headers=error.headers)


def _before(request: web.Request, api: Api, fault: Fault) -> web.StreamResponse:
    """Fail without having accepted anything."""
    match fault.name:
        case "reset":
            return _hang_up(request, reset=True)
        case "html_502":
            return web.Response(status=502, text=HTML, content_type="text/html")
        case "http_503_before":
            return web.Response(status=503, text="Service Unavailable")
        case "rate_429":
            return refusal(api.limited())
    return refusal(api.on_demand(int(fault.value)))


async def _after(
    request: web.Request, fault: Fault, answer: web.Response
) -> web.StreamResponse:
    """Answer for something accepted, or fail to."""
    text, status = answer.text or "", answer.status
    match fault.name:
        case "lost_answer":
            return _hang_up(request, reset=False)
        case "http_500_after_accept":
            return web.Response(status=500, text=HTML, content_type="text/html")
        case "truncated_json" | "empty_200":
            text = text[: len(text) // 2] if fault.name == "truncated_json" else ""
            return web.Response(
                status=status, text=text, content_type="application/json"
            )
        case "wrong_content_type":
            return web.Response(status=status, text=text, content_type="text/html")
        case "slow":
            await asyncio.sleep(fault.value)
        case "drip":
            return await _drip(request, answer, fault.value)
    return answer


async def _drip(
    request: web.Request, answer: web.Response, seconds: float
) -> web.StreamResponse:
    """Say the whole answer a byte at a time, the status line too; then hang up."""
    body = (answer.text or "").encode()
    head = f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
    head += f"Content-Type: {answer.content_type}\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    whole = head.encode() + body
    for byte in whole:
        if request.transport is None or request.transport.is_closing():
            break
        request.transport.write(bytes([byte]))
        await asyncio.sleep(seconds / len(whole))
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _hang_up(request: web.Request, *, reset: bool) -> web.StreamResponse:
    """Close the socket without a byte; `reset` makes it a TCP RST."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        if reset and sock is not None:
            linger = struct.pack("ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.transport.abort()
    return web.Response()


async def _body(request: web.Request) -> object:
    if request.content_type == FORM:
        return dict(await request.post())
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        return None
