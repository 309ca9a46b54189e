"""Meta's and Braze's routes the sync uses, and Meta's list of templates."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sync.sandbox.answers import WORLD, Arrival, exchange
from sync.sandbox.errors import MetaError
from sync.sandbox.listings import number

__all__ = ["ROUTES", "WORLD"]


async def messages(request: web.Request) -> web.StreamResponse:
    """POST /{phone number id}/messages."""
    world, number = request.app[WORLD], request.match_info["number"]

    async def take(arrival: Arrival) -> web.Response:
        message = world.api.take(number, arrival.body, world.now())
        return web.json_response(await world.accept(message, arrival))

    return await exchange(request, world.api, take)


async def marketing(request: web.Request) -> web.StreamResponse:
    """POST /{phone number id}/marketing_messages: marketing templates only."""
    world, number = request.app[WORLD], request.match_info["number"]

    async def take(arrival: Arrival) -> web.Response:
        message = world.api.take(number, arrival.body, world.now())
        if message.category != "marketing":
            raise MetaError(100, "Only marketing templates are sent here")
        return web.json_response(await world.accept(message, arrival))

    return await exchange(request, world.api, take)


async def templates(request: web.Request) -> web.StreamResponse:
    """GET /{account id}/message_templates, page by page."""
    world, account = request.app[WORLD], request.match_info["account"]

    async def take(_: Arrival) -> web.Response:
        found = [dict(template.payload) for template in world.api.catalogue.of(account)]
        start, limit = number(request, "after", 0), number(request, "limit", 25)
        page: dict[str, Any] = {"data": found[start : start + limit]}
        cursors = {"before": str(start), "after": str(start + limit)}
        page["paging"] = {"cursors": cursors}
        if start + limit < len(found):
            following = request.url.update_query(after=cursors["after"])
            page["paging"]["next"] = str(following)
        return web.json_response(page)

    return await exchange(request, world.api, take)


async def track(request: web.Request) -> web.StreamResponse:
    """POST /users/track."""
    world = request.app[WORLD]

    async def take(arrival: Arrival) -> web.Response:
        headers = world.braze.limits()
        written = world.braze.track(arrival.body)
        answer = await world.write(written)
        return web.json_response(answer, status=201, headers=headers)

    return await exchange(request, world.braze, take)


async def trigger(request: web.Request) -> web.StreamResponse:
    """POST /campaigns/trigger/send and /canvas/trigger/send."""
    world = request.app[WORLD]

    async def take(arrival: Arrival) -> web.Response:
        headers = world.braze.limits()
        recipients = world.braze.trigger(arrival.body)
        answer = await world.dispatch(recipients, arrival)
        return web.json_response(answer, status=201, headers=headers)

    return await exchange(request, world.braze, take)


ROUTES = (
    *(
        route
        for prefix in ("", "/{version:v[0-9.]+}")
        for route in (
            web.post(prefix + "/{number}/messages", messages),
            web.post(prefix + "/{number}/marketing_messages", marketing),
            web.get(prefix + "/{account}/message_templates", templates),
        )
    ),
    web.post("/users/track", track),
    web.post("/campaigns/trigger/send", trigger),
    web.post("/canvas/trigger/send", trigger),
)
