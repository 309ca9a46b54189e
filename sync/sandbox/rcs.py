"""
Google's RCS for Business: signed token requests, agent messages, their events.

Rules: "phones.agentMessages" and its "create" (REST reference), "Send messages" and
"Events" (guides, 2026). How a used `messageId` is answered is not published; here it is
as if it were new, and a fault of 409 says otherwise.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sync.destinations.rcs_account import (
    ALGORITHM,
    GRANT,
    SCOPE,
    ServiceAccount,
)
from sync.errors import ConfigError
from sync.sandbox.errors import Refusal
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
TTL = re.compile(r"([0-9]{1,7})(\.[0-9]{1,9})?s")
LONGEST = timedelta(days=15)
BYTES = 250 * 1024
TRAFFIC = frozenset(
    {"AUTHENTICATION", "TRANSACTION", "PROMOTION", "SERVICEREQUEST", "ACKNOWLEDGEMENT"}
)
CONTENTS = ("text", "richCard", "contentInfo", "fileName", "uploadedRbmFile")
TOKEN_SECONDS = 3599
STATUS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    409: ("ALREADY_EXISTS", "Requested entity already exists"),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
}


class RcsError(Refusal):
    """Google's refusal of one request."""

    def __init__(self, status: int, words: str = "") -> None:
        self.name, said = STATUS.get(status, ("UNKNOWN", "Asked for by a fault"))
        super().__init__(f"rcs {status}", status, words or said)

    def body(self) -> dict[str, Any]:
        """Say it in Google's shape."""
        error = {"code": self.status, "message": self.details, "status": self.name}
        return {"error": error}


class RcsApi:
    """Every agent of one service account."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no token given and nothing sent."""
        self.world = world
        self.undelivered = settings.undelivered
        self.account = _account(settings)
        self.tokens: set[str] = set()
        self.sent: dict[tuple[str, str], dict[str, Any]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        path = "/rcs/v1/phones/{phone}/agentMessages"
        return (
            web.post("/rcs/token", self.token),
            web.post(path, handler(self, self.create)),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise RcsError unless the caller has a token of ours."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise RcsError(401)

    def limited(self) -> RcsError:
        """Say that there is too much of it."""
        return RcsError(429)

    def on_demand(self, value: int) -> RcsError:
        """Refuse with `value` as the status; with 401 every token is gone."""
        if value == 401:  # noqa: PLR2004
            self.tokens.clear()
        return RcsError(value)

    async def token(self, request: web.Request) -> web.Response:
        """Give a token for an assertion, signed by the key if we know it."""
        form = await request.post()
        fault = self._fault(str(form.get("assertion")), str(request.url))
        if form.get("grant_type") != GRANT:
            fault = "Invalid grant_type"
        if fault:
            error = {"error": "invalid_grant", "error_description": fault}
            return web.json_response(error, status=400)
        token = uuid.uuid4().hex
        self.tokens.add(token)
        given = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return web.json_response(given | {"access_token": token})

    def _fault(self, assertion: str, audience: str) -> str:
        """Say what is wrong with an assertion. Its clock may be a frozen one."""
        is_known = self.account is not None
        try:
            claims = jwt.decode(
                assertion,
                public_key(self.account.private_key) if self.account else "",
                [ALGORITHM],
                {
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_signature": is_known,
                },
                audience=audience,
            )
        except jwt.PyJWTError as error:
            return f"Invalid JWT: {type(error).__name__}"
        lives = claims.get("exp", 0) - claims.get("iat", 0)
        if not 0 < lives <= 3600:  # noqa: PLR2004
            return "Invalid JWT: exp and iat"
        ours = self.account is None or claims.get("iss") == self.account.email
        if not ours or claims.get("scope") != SCOPE:
            return "Invalid JWT: iss or scope"
        return "" if claims.get("aud") == audience else "Invalid JWT: aud"

    async def create(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one message; an id the agent used before is ignored."""
        phone = request.match_info["phone"]
        agent, key = (request.query.get(n, "") for n in ("agentId", "messageId"))
        if not agent:
            raise RcsError(403, "There was an error looking up the RBM agent")
        if not PHONE.fullmatch(phone) or not _is_uuid(key):
            raise RcsError(400)
        ttl = _check(arrival.body, len(await request.read()))
        if (agent, key) not in self.sent:
            taken = Accepted("rcs", key, phone, arrival.body)
            await self.world.take(arrival, taken)
            self.sent[agent, key] = self._message(phone, key, arrival.body, ttl)
            await self._happen(phone, agent, key)
        return web.json_response(self.sent[agent, key])

    def _message(
        self, phone: str, key: str, body: dict[str, Any], ttl: timedelta | None
    ) -> dict[str, Any]:
        """Give the AgentMessage of an answer: what was said, named and timed."""
        now = self.world.now()
        said = {name: body[name] for name in body if name != "ttl"}
        end = {"expireTime": _instant(now + ttl)} if ttl else {}
        name = {"name": f"phones/{phone}/agentMessages/{key}"}
        return name | {"sendTime": _instant(now)} | said | end

    async def _happen(self, phone: str, agent: str, key: str) -> None:
        """Let it arrive and perhaps be read, or run out of time."""
        luck = self.world.luck("rcs", phone, key)
        told = {"agentId": agent, "messageId": key}
        if luck < self.undelivered:
            event = "TTL_EXPIRATION_REVOKED"
            return await self._land(told | {"phoneNumber": phone}, event)
        await self._land(told | {"senderPhoneNumber": phone}, "DELIVERED")
        if luck > 0.5:  # noqa: PLR2004
            await self._land(told | {"senderPhoneNumber": phone}, "READ")
        return None

    async def _land(self, told: dict[str, str], event: str) -> None:
        """Land the event as a receiver does: its envelope opened."""
        data = told | {
            "eventType": event,
            "eventId": str(uuid.uuid4()),
            "sendTime": _instant(self.world.now()),
        }
        attributes = {"type": "event", "product": "RBM"}
        body = {"message": {"data": data, "attributes": attributes}}
        await self.world.land("rcs", json.dumps(body))


def public_key(private_key: str) -> Any:
    """Give the half of a key that everybody may know."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    key = serialization.load_pem_private_key(private_key.encode(), None)
    return key.public_key()


def _account(settings: Settings) -> ServiceAccount | None:
    try:
        return ServiceAccount.from_env(settings.secrets)
    except ConfigError:
        return None


def _check(body: object, size: int) -> timedelta | None:
    """Judge an AgentMessage; give how long it may wait for its phone."""
    match body:
        case {"contentMessage": dict(content), **rest}:
            pass
        case _:
            raise RcsError(400)
    if size > BYTES or sum(name in content for name in CONTENTS) != 1:
        raise RcsError(400)
    if len(content.get("text", "x")) > 3072 or content.get("text") == "":  # noqa: PLR2004
        raise RcsError(400)
    if rest.get("messageTrafficType") not in TRAFFIC:
        raise RcsError(400, "messageTrafficType is required for this agent")
    _suggestions(content.get("suggestions", []), 11)
    cards = content.get("richCard", {}).get("carouselCard", {}).get("cardContents", [])
    for card in cards:
        _suggestions(card.get("suggestions", []), 4)
    if "ttl" not in rest:
        return None
    found = TTL.fullmatch(str(rest["ttl"]))
    if not found or timedelta(seconds=int(found[1])) > LONGEST:
        raise RcsError(400)
    return timedelta(seconds=int(found[1]))


def _suggestions(found: list[Any], most: int) -> None:
    for one in found:
        inner = one.get("reply") or one.get("action") or {}
        if not 0 < len(inner.get("text", "")) <= 25 or "postbackData" not in inner:  # noqa: PLR2004
            raise RcsError(400)
    if len(found) > most:
        raise RcsError(400)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _instant(when: Any) -> str:
    return str(when.isoformat()).replace("+00:00", "Z")


def made_settings() -> dict[str, str]:
    """Make a service account's key in Google's form, good nowhere else."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = {
        "type": "service_account",
        "private_key_id": "key-1",
        "private_key": pem.decode(),
        "client_email": "sender@acme.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return {"OTT_RCS_KEY": json.dumps(key)}


PROVIDER = RcsApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_RCS_BASE_URL": "{url}/rcs",
    "OTT_RCS_TOKEN_URL": "{url}/rcs/token",
}
