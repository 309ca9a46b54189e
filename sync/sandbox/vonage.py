"""
Vonage's Messages API v1: HTTP Basic, one message a request, RFC 7807 problems.

Rules: its OpenAPI description 1.20.0, "API errors" and "Messages API status callbacks"
(2026). Which code comes with which broken field is not published. Nobody's reply window
is known here, and no template either.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import BasicAuth, web

from sync.sandbox.errors import Refusal
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

NUMBER = re.compile("[1-9][0-9]{6,14}")
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
AGENT = re.compile("[A-Za-z0-9_&-]+")
REFERENCE_LIMIT = 100
TEXT_LIMITS = {"whatsapp": 4096, "rcs": 3072, "sms": 3200}
MEDIA = ("image", "audio", "video", "file")
KINDS = {
    "whatsapp": ("text", "template", "custom", "sticker", *MEDIA),
    "rcs": ("text", "image", "video", "file", "card", "carousel", "custom"),
    "sms": ("text",),
}
# The problems that have a name instead of a number.
NAMED = {401: "unauthorized", 402: "low-balance", 404: "not-found", 429: "throttled"}
TITLES = {
    401: "Unauthorized",
    402: "Low balance",
    404: "Not Found",
    429: "Too Many Requests",
    1020: "Invalid params",
    1022: "Invalid template",
    1420: "Invalid sender",
    1430: "Invalid recipient",
    1440: "Invalid message type",
}
PAGE = "https://developer.vonage.com/api-errors"
# "Not part of the provider network".
UNREACHABLE = "1300"


class VonageError(Refusal):
    """Vonage's refusal of one request, by a code or by a status that has a name."""

    def __init__(self, code: int, **more: Any) -> None:
        status = code if code in NAMED else 422
        super().__init__(f"vonage {code}", status, TITLES.get(code, "Refused"))
        self.page = f"#{NAMED[code]}" if code in NAMED else f"/messages#{code}"
        self.more = more

    def body(self) -> dict[str, Any]:
        """Say it in Vonage's shape."""
        return {
            "type": PAGE + self.page,
            "title": self.details,
            "detail": f"{self.details}, says the sandbox.",
            "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
            **self.more,
        }


class VonageApi:
    """One account; a repeated message is another message."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing sent."""
        self.world = world
        self.undelivered = settings.undelivered
        self.secret = settings.secret("OTT_VONAGE_API_SECRET")

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        return (web.post("/vonage/v1/messages", handler(self, self.send)),)

    def authenticate(self, request: web.Request) -> None:
        """Raise VonageError unless the caller has the secret; any key will do."""
        try:
            auth = BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError:
            raise VonageError(401) from None
        if not auth.login or auth.password != self.secret:
            raise VonageError(401)

    def limited(self) -> VonageError:
        """Say that the account is too fast."""
        error = VonageError(429)
        reset = int(self.world.now().timestamp() * 1000) + 1000
        error.headers = {
            "Retry-After": "1",
            "X-RateLimit-Limit": "30",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(reset),
        }
        return error

    def on_demand(self, value: int) -> VonageError:
        """Refuse with `value` as a named status or Vonage's code."""
        return VonageError(value)

    async def send(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one message and send its status webhooks."""
        _ = request
        body = _check(arrival.body)
        accepted = Accepted("vonage", body.get("client_ref"), body["to"], body)
        [order] = await self.world.take(arrival, accepted)
        name = f"{self.world.seed}:{order}"
        digest = hashlib.sha256(name.encode()).digest()
        message_uuid = str(uuid.UUID(bytes=digest[:16], version=4))
        await self._tell(body, message_uuid)
        return web.json_response({"message_uuid": message_uuid}, status=202)

    async def _tell(self, body: dict[str, Any], message_uuid: str) -> None:
        now = self.world.now()
        for seconds, status in enumerate(self._fate(body["channel"], message_uuid)):
            when = now + timedelta(seconds=seconds)
            told = {
                "message_uuid": message_uuid,
                "to": body["to"],
                "from": body["from"],
                "timestamp": f"{when:%Y-%m-%dT%H:%M:%S}.000Z",
                "status": status,
                "channel": body["channel"],
            }
            if "client_ref" in body:
                told["client_ref"] = body["client_ref"]
            if status == "rejected":
                told["error"] = {
                    "type": f"{PAGE}/messages#{UNREACHABLE}",
                    "title": UNREACHABLE,
                    "detail": "Not part of the provider network",
                    "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
                }
            await self.world.land("provider", json.dumps(told), provider="vonage")

    def _fate(self, channel: str, message_uuid: str) -> tuple[str, ...]:
        """Say which webhooks follow; a phone tells no SMS as read."""
        luck = self.world.luck("vonage", message_uuid)
        if luck < self.undelivered:
            return ("submitted", "rejected")
        is_read = channel != "sms" and luck > 0.5  # noqa: PLR2004
        return ("submitted", "delivered", *(["read"] if is_read else []))


def _invalid(code: int, name: str) -> VonageError:
    parameter = {"name": name, "reason": "invalid value"}
    return VonageError(code, invalid_parameters=[parameter])


def _check(body: object) -> dict[str, Any]:
    if not isinstance(body, dict) or body.get("channel") not in KINDS:
        raise _invalid(1020, "channel")
    channel, kind = body["channel"], str(body.get("message_type"))
    if kind not in KINDS[channel]:
        raise _invalid(1440, "message_type")
    to, sender = str(body.get("to")), str(body.get("from"))
    is_person = NUMBER.fullmatch(to) or (channel == "whatsapp" and BSUID.fullmatch(to))
    if not is_person:
        raise _invalid(1430, "to")
    wanted = NUMBER if channel == "whatsapp" else AGENT
    if channel != "sms" and not wanted.fullmatch(sender):
        raise _invalid(1420, "from")
    if len(str(body.get("client_ref", ""))) > REFERENCE_LIMIT:
        raise _invalid(1020, "client_ref")
    _check_said(body, channel, kind)
    return dict(body)


def _check_said(body: dict[str, Any], channel: str, kind: str) -> None:
    said = body.get(kind)
    if kind == "text":
        if not isinstance(said, str) or not 0 < len(said) <= TEXT_LIMITS[channel]:
            raise _invalid(1020, "text")
    elif not isinstance(said, dict):
        raise _invalid(1020, kind)
    elif kind in MEDIA and not str(said.get("url", "")).startswith("http"):
        raise _invalid(1020, f"{kind}.url")
    elif kind == "template" and not _is_template(said):
        raise _invalid(1022, "template")


def _is_template(said: dict[str, Any]) -> bool:
    values = said.get("parameters", [])
    has_name = isinstance(said.get("name"), str) and bool(said["name"])
    return has_name and isinstance(values, list) and all(values)


PROVIDER = VonageApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_VONAGE_BASE_URL": "{url}/vonage",
    "OTT_VONAGE_API_KEY": "abcd1234",
    "OTT_VONAGE_API_SECRET": "sandbox-token",
}
