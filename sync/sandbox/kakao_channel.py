"""
Kakao's Talk Channel API: the customer file.

Rules: Kakao Developers' page "Kakao Talk Channel, REST API" (copies of 2026): only
friends register, and a user without `field` is dropped in a 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

MOST = 2000
# No friends of the channel: whose number ends so.
STRANGER = "000"
ON_DEMAND = {
    -541: "not existing plusfriend",
    -816: "no such customer file",
    -401: "wrong appKey format",
}


class ChannelError(Refusal):
    """Kakao's refusal of one request."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(f"kakao channel {code}", status, message)
        self.code = code

    def body(self) -> dict[str, Any]:
        """Say it in Kakao's shape."""
        return {"msg": self.details, "code": self.code}


class ChannelApi:
    """The customer files of one app."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing written."""
        self.world = world
        self.key = settings.secret("OTT_KAKAO_ADMIN_KEY")

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        path = "/kakao/v1/talkchannel/update/target_users"
        return (web.post(path, handler(self, self.update)),)

    def authenticate(self, request: web.Request) -> None:
        """Raise ChannelError unless the caller has the app's key."""
        if request.headers.get("Authorization") != f"KakaoAK {self.key}":
            raise ChannelError(-401, ON_DEMAND[-401], 401)

    def limited(self) -> ChannelError:
        """Say that the app is too fast."""
        return ChannelError(-10, "API limit has been exceeded.", 429)

    def on_demand(self, value: int) -> ChannelError:
        """Refuse with `value` as the code."""
        return ChannelError(value, ON_DEMAND.get(value, "Asked for by a fault"))

    async def update(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Register the friends among the users; count them."""
        match arrival.body:
            case {
                "file_id": int(file_id),
                "channel_public_id": str(),
                "user_type": "app" | "phone",
                "users": [*users],
            } if 0 < len(users) <= MOST:
                friends = [user for user in users if _registers(user)]
            case _:
                raise ChannelError(-2, "wrong parameters")
        await self.world.take(
            arrival, *(Accepted("kakao", None, u["id"], u["field"]) for u in friends)
        )
        counts = {"request_count": len(users), "success_count": len(friends)}
        return web.json_response({"file_id": file_id, **counts})


def _registers(user: object) -> bool:
    match user:
        case {"id": str(key), "field": dict()}:
            return not key.endswith(STRANGER)
    return False


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_KAKAO_API_BASE_URL": "{url}/kakao",
    "OTT_KAKAO_ADMIN_KEY": "sandbox-token",
    "OTT_KAKAO_CHANNEL": "_acme",
    "OTT_KAKAO_FILE_ID": "21274",
}
