"""
LINE's Messaging API: stateless tokens, pushes, multicasts, retry keys, both 429s.

Rules: line-openapi (2026-07-01) and LINE's pages "Retrying API requests" and "Messaging
API reference" (2026). The words of a 401 are not published, and nowhere is it said that
one wrong user id fails a whole multicast: here it does.
"""

from __future__ import annotations

import json
import re
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

USER_ID = re.compile("U[0-9a-f]{32}")
# A user id that LINE never gave to anybody.
NOBODY = "U" + "0" * 32
MESSAGES, USERS = 5, 500
TOKEN_SECONDS = 900
ON_DEMAND = {
    401: "Authentication failed",
    403: "Access to this API is not available for your account",
    429: "The API rate limit has been exceeded. Try again later.",
    # No status of HTTP: the other 429.
    4290: "You have reached your monthly limit.",
}


class LineError(Refusal):
    """LINE's refusal of one request."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(f"line {status}", status, message)
        self.more = more

    def body(self) -> dict[str, Any]:
        """Say it in LINE's shape."""
        return {"message": self.details, **self.more}


class LineApi:
    """One channel. Tokens it gave out count until the sandbox ends."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no token given and nothing sent."""
        self.world = world
        self.secret = settings.secret("OTT_LINE_CHANNEL_SECRET")
        self.tokens: set[str] = set()
        self.sent: dict[str, dict[str, Any]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        return (
            web.post("/line/oauth2/v3/token", self.token),
            web.post("/line/v2/bot/message/push", handler(self, self.push)),
            web.post("/line/v2/bot/message/multicast", handler(self, self.multicast)),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise LineError unless the caller has a token of ours."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise LineError(401, ON_DEMAND[401])

    def limited(self) -> LineError:
        """Say that the channel is too fast."""
        return LineError(429, ON_DEMAND[429])

    def on_demand(self, value: int) -> LineError:
        """Refuse with `value` as the status; 4290 is the monthly limit."""
        if value == 401:  # noqa: PLR2004
            self.tokens.clear()
        status = 429 if value == 4290 else value  # noqa: PLR2004
        return LineError(status, ON_DEMAND.get(value, "Asked for by a fault"))

    async def token(self, request: web.Request) -> web.Response:
        """Give a stateless token for 15 minutes."""
        form = await request.post()
        if form.get("client_secret") != self.secret:
            error = {"error": "invalid_client", "error_description": "wrong secret"}
            return web.json_response(error, status=400)
        token = uuid.uuid4().hex
        self.tokens.add(token)
        given = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return web.json_response(given | {"access_token": token})

    async def push(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one push, once for each retry key."""
        to, body = _message(arrival.body)
        _check_users([to])
        if again := self._again(request):
            return again
        key = request.headers.get("X-Line-Retry-Key")
        taken = Accepted("line", key, to, body)
        [number] = await self.world.take(arrival, taken)
        return self._sent(
            key, {"sentMessages": [{"id": str(461230966842064000 + number)}]}
        )

    async def multicast(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one message for many, once for each retry key."""
        to, body = _message(arrival.body)
        if not isinstance(to, list) or not 0 < len(to) <= USERS:
            raise _wrong("to", "Size must be between 1 and 500")
        _check_users(to)
        if again := self._again(request):
            return again
        key = request.headers.get("X-Line-Retry-Key")
        taken = [Accepted("line", key, person, body) for person in to]
        await self.world.take(arrival, *taken)
        return self._sent(key, {})

    def _again(self, request: web.Request) -> web.Response | None:
        """Answer a retry key that was taken before."""
        key = request.headers.get("X-Line-Retry-Key")
        if key is not None and not _is_uuid(key):
            raise LineError(400, "The retry key is invalid")
        if key not in self.sent:
            return None
        self.world.count("line 409")
        answer = {"message": "The retry key is already accepted", **self.sent[key]}
        ids = {"X-Line-Request-Id": _id(), "X-Line-Accepted-Request-Id": key}
        return web.json_response(answer, status=409, headers=ids)

    def _sent(self, key: str | None, answer: dict[str, Any]) -> web.Response:
        if key:
            self.sent[key] = answer
        return web.json_response(answer, headers={"X-Line-Request-Id": _id()})


def _message(body: object) -> tuple[Any, dict[str, Any]]:
    match body:
        case {"to": to, "messages": [*messages]}:
            pass
        case _:
            raise LineError(400, "The request body could not be parsed as JSON")
    if not 0 < len(messages) <= MESSAGES or not all(
        isinstance(message, dict) and message.get("type") for message in messages
    ):
        raise _wrong("messages", "Size must be between 1 and 5")
    return to, json.loads(json.dumps(body))


def _check_users(users: list[Any]) -> None:
    if not all(isinstance(user, str) and USER_ID.fullmatch(user) for user in users):
        raise LineError(400, "The property, 'to', in the request body is invalid")
    if NOBODY in users:
        raise LineError(400, "Failed to send messages")


def _wrong(name: str, words: str) -> LineError:
    detail = {"message": words, "property": name}
    return LineError(400, "The request body has 1 error(s)", details=[detail])


def _id() -> str:
    return str(uuid.uuid4())


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


PROVIDER = LineApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_LINE_BASE_URL": "{url}/line",
    "OTT_LINE_CHANNEL_ID": "1234567890",
    "OTT_LINE_CHANNEL_SECRET": "sandbox-token",
}
