"""Meta's two routes the sync uses: send a message, list the templates."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

from aiohttp import web

from sync.sandbox.errors import MetaError
from sync.sandbox.faults import AFTER, SILENT, Fault
from sync.sandbox.world import World

HTML = "<html><head><title>Bad gateway</title></head><body>proxy</body></html>"
WORLD = web.AppKey("world", World)


async def messages(request: web.Request) -> web.StreamResponse:
    """POST /{phone number id}/messages."""
    world = request.app[WORLD]
    fault = world.faults.draw()
    body = await _json(request)
    await asyncio.sleep(world.latency)
    if fault and fault.name not in AFTER:
        world.count(fault.name)
        return _before(request, fault)
    try:
        world.api.authenticate(request.headers.get("Authorization", ""))
        message = world.api.take(request.match_info["number"], body, world.now())
    except MetaError as error:
        world.count(str(error.code))
        return _refusal(error)
    world.count("accepted")
    readable = not (fault and fault.name in SILENT)
    wamid = await world.accept(message, request.path, answered=readable)
    return await _after(request, fault, message.answer(wamid))


async def templates(request: web.Request) -> web.StreamResponse:
    """GET /{account id}/message_templates, page by page."""
    world, account = request.app[WORLD], request.match_info["account"]
    try:
        world.api.authenticate(request.headers.get("Authorization", ""))
    except MetaError as error:
        return _refusal(error)
    found = [
        dict(template.payload)
        for template in world.api.catalogue.templates.values()
        if template.account_id == account
    ]
    start, limit = _number(request, "after", 0), _number(request, "limit", 25)
    page: dict[str, Any] = {"data": found[start : start + limit]}
    cursors = {"before": str(start), "after": str(start + limit)}
    page["paging"] = {"cursors": cursors}
    if start + limit < len(found):
        following = request.url.update_query(after=cursors["after"])
        page["paging"]["next"] = str(following)
    return web.json_response(page)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else default


def _before(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Fail without having accepted anything."""
    if fault.name == "reset":
        return _hang_up(request, reset=True)
    if fault.name == "html_502":
        return web.Response(status=502, text=HTML, content_type="text/html")
    if fault.name == "http_503_before":
        return web.Response(status=503, text="Service Unavailable")
    if fault.name == "rate_429":
        answer = _refusal(MetaError(130429, "Message failed to send: too many"))
        answer.headers["Retry-After"] = "1"
        return answer
    return _refusal(MetaError(int(fault.value), "Asked for by a fault of the sandbox"))


async def _after(
    request: web.Request, fault: Fault | None, answer: dict[str, Any]
) -> web.StreamResponse:
    """Answer for an accepted message, or fail to."""
    text = json.dumps(answer)
    match fault.name if fault else None:
        case "lost_answer":
            return _hang_up(request, reset=False)
        case "http_500_after_accept":
            return web.Response(status=500, text=HTML, content_type="text/html")
        case "truncated_json":
            half = text[: len(text) // 2]
            return web.Response(text=half, content_type="application/json")
        case "wrong_content_type":
            return web.Response(text=text, content_type="text/html")
        case "empty_200":
            return web.Response(body=b"", content_type="application/json")
        case "slow" if fault:
            await asyncio.sleep(fault.value)
    return web.json_response(answer)


def _hang_up(request: web.Request, *, reset: bool) -> web.StreamResponse:
    """Close the socket without a byte; `reset` makes it a TCP RST."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        if reset and sock is not None:
            linger = struct.pack("ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.transport.abort()
    return web.Response()


def _refusal(error: MetaError) -> web.Response:
    return web.json_response(error.body(), status=error.status)


async def _json(request: web.Request) -> object:
    try:
        body: object = await request.json()
    except (ValueError, RecursionError):
        return None
    return body
