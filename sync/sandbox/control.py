"""The sandbox's own commands: health, log, faults, and what people do by themselves."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox import webhooks
from sync.sandbox.answers import WORLD

if TYPE_CHECKING:
    from sync.sandbox.world import World


async def health(_: web.Request) -> web.Response:
    """Say that this is the sandbox, so that a frozen clock may be honoured."""
    return web.json_response({"sandbox": "ott"})


async def log(request: web.Request) -> web.Response:
    """Every accepted message, oldest first."""
    return web.json_response(request.app[WORLD].log.entries())


async def counts(request: web.Request) -> web.Response:
    """Requests seen, by what they came to."""
    return web.json_response(request.app[WORLD].seen)


async def faults(request: web.Request) -> web.Response:
    """Replace the faults: a list, {"faults": [...]} or {name: rate}."""
    order = await _order(request, (list, dict))
    if isinstance(order, dict):
        order = order.get("faults", [f"{name}:{rate}" for name, rate in order.items()])
    try:
        request.app[WORLD].faults.set([str(text) for text in order])
    except (ValueError, TypeError) as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    return web.json_response({"faults": [str(text) for text in order]})


async def inbound(request: web.Request) -> web.Response:
    """A person writes: {phone_number_id, from | user_id, text | payload, ...}."""
    order = await _person(request)
    world = request.app[WORLD]
    seed = f"{world.now().isoformat()}{json.dumps(order, sort_keys=True)}"
    wamid = f"wamid.in.{hashlib.sha256(seed.encode()).hexdigest()}"
    await world.write_to_us(webhooks.inbound(order, wamid, _when(world, order)))
    return web.json_response({"id": wamid})


async def preferences(request: web.Request) -> web.Response:
    """A person says stop or resume: {phone_number_id, from | user_id, value}."""
    order = await _person(request)
    if order.get("value") not in {"stop", "resume"}:
        raise web.HTTPBadRequest(text="value is stop or resume")
    world = request.app[WORLD]
    await world.write_to_us(webhooks.preference(order, _when(world, order)))
    return web.json_response({"value": order["value"]})


async def profiles(request: web.Request) -> web.Response:
    """Every Braze profile that was ever written, by external id."""
    return web.json_response(request.app[WORLD].braze.profiles)


async def unsubscribe(request: web.Request) -> web.Response:
    """A person says stop in Braze: {external_id, subscription_group_id}."""
    order = await _order(request, (dict,))
    match order:
        case {"external_id": str(person), "subscription_group_id": str(group)}:
            await request.app[WORLD].stop_in_braze(person, group)
            return web.json_response(request.app[WORLD].braze.profiles[person])
    raise web.HTTPBadRequest(text="give external_id and subscription_group_id")


async def refuse(request: web.Request) -> web.Response:
    """Replace the external ids Braze refuses inside a 201: {external_ids: [...]}."""
    order = await _order(request, (dict,))
    match order:
        case {"external_ids": [*people]} if all(isinstance(p, str) for p in people):
            request.app[WORLD].braze.refused = set(people)
            return web.json_response(order)
    raise web.HTTPBadRequest(text="give external_ids, a list of texts")


ROUTES = (
    web.get("/_sandbox/health", health),
    web.get("/_sandbox/log", log),
    web.get("/_sandbox/counts", counts),
    web.post("/_sandbox/faults", faults),
    web.post("/_sandbox/inbound", inbound),
    web.post("/_sandbox/preferences", preferences),
    web.get("/_sandbox/braze/profiles", profiles),
    web.post("/_sandbox/braze/unsubscribe", unsubscribe),
    web.post("/_sandbox/braze/refuse", refuse),
)


async def _order(request: web.Request, kinds: tuple[type, ...]) -> Any:
    try:
        order = await request.json()
    except ValueError:
        order = None
    if not isinstance(order, kinds):
        raise web.HTTPBadRequest(text="give JSON")
    return order


async def _person(request: web.Request) -> dict[str, Any]:
    order: dict[str, Any] = await _order(request, (dict,))
    if "wa_id" in order:
        order.setdefault("from", order["wa_id"])
    if not order.get("phone_number_id") or not (
        order.get("from") or order.get("user_id")
    ):
        raise web.HTTPBadRequest(text="give phone_number_id, and from or user_id")
    return order


def _when(world: World, order: dict[str, Any]) -> datetime:
    """`at` (an ISO instant) or now."""
    try:
        when = datetime.fromisoformat(str(order["at"]))
    except KeyError:
        return world.now()
    except ValueError:
        raise web.HTTPBadRequest(text="at is an ISO instant") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
