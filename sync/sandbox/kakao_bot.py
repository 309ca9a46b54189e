"""
Kakao's Open Builder: events that make a bot speak.

Rules: Kakao's help "Event API" (copies of 2026). Its error bodies are not published.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

MOST = 100
USER_KEYS = frozenset({"botUserKey", "plusfriendUserKey", "appUserId"})


class BotError(Refusal):
    """Kakao's refusal of one event."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"kakao event {status}", status, message)

    def body(self) -> dict[str, Any]:
        """Say it as Kakao's callers have seen it."""
        return {"status": "FAIL", "message": self.details}


class BotApi:
    """The bots of one app."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no event."""
        self.world = world
        self.key = settings.secret("OTT_KAKAO_REST_API_KEY")

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        return (web.post("/kakao/v2/bots/{bot}/talk", handler(self, self.talk)),)

    def authenticate(self, request: web.Request) -> None:
        """Raise BotError unless the caller has the app's key."""
        if request.headers.get("Authorization") != f"KakaoAK {self.key}":
            raise BotError(401, "unauthorized")

    def limited(self) -> BotError:
        """Say that the app is too fast."""
        return BotError(429, "too many requests")

    def on_demand(self, value: int) -> BotError:
        """Refuse with `value` as the status."""
        return BotError(value, "Asked for by a fault")

    async def talk(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take one event for up to 100 people."""
        people = _people(arrival.body)
        params = arrival.body.get("params") or {}
        await self.world.take(
            arrival,
            *(
                Accepted("kakao", params.get("delivery_key"), p["id"], arrival.body)
                for p in people
            ),
        )
        task = str(uuid.uuid5(uuid.NAMESPACE_OID, str(self.world.log.count)))
        milliseconds = int(self.world.now().timestamp() * 1000)
        answer = {"taskId": task, "status": "SUCCESS", "timestamp": milliseconds}
        return web.json_response(answer)


def _people(body: object) -> list[dict[str, str]]:
    match body:
        case {"event": {"name": str(name)}, "user": [*people]} if name and people:
            pass
        case _:
            raise BotError(400, "event and user are required")
    if len(people) > MOST or len({str(person) for person in people}) < len(people):
        raise BotError(400, "user holds too many people, or one twice")
    for person in people:
        match person:
            case {"type": str(kind), "id": str(key)} if kind in USER_KEYS and key:
                pass
            case _:
                raise BotError(400, "a user has a type and an id")
    return people


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_KAKAO_BOT_BASE_URL": "{url}/kakao",
    "OTT_KAKAO_REST_API_KEY": "sandbox-token",
}
