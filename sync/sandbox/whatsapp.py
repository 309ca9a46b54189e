"""
What Meta's Cloud API does with one message, without the HTTP around it.

Rules: "Send messages" (2026-04-23), "Business-scoped user IDs" (2026-05-07), error
codes (copy 2026-09-11). Meta's true status for throttling and its order of checks are
not published; nothing may depend on them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync.sandbox.errors import MetaError
from sync.sandbox.people import PAIR_BURST, PAIR_SECONDS, Bucket, People, is_us
from sync.sandbox.webhooks import is_bsuid

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import web

    from sync.sandbox.templates import Catalogue, Template

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
SEPARATORS = re.compile(r"[-() .]")
PHONE = re.compile(r"\+?[0-9]{7,15}")
# Meta puts the business's own country code before a number without a plus.
OWN_COUNTRY_CODE = "1"
TEXT_LIMIT = 4096
CALLBACK_LIMIT = 512
MEDIA_AND_MORE = frozenset({"image", "video", "document", "interactive", "audio"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message Meta has taken; `person` is bare digits or a BSUID."""

    number: str
    given: str
    person: str
    delivery_key: str | None
    template: Template | None

    @property
    def category(self) -> str:
        """What it is charged as."""
        return self.template.category.lower() if self.template else "service"

    def answer(self, wamid: str) -> dict[str, Any]:
        """Say accepted in Meta's shape."""
        identity = "user_id" if is_bsuid(self.person) else "wa_id"
        sent = {"id": wamid}
        if self.template:
            sent["message_status"] = "accepted"
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": self.given, identity: self.person}],
            "messages": [sent],
        }


@dataclass(slots=True)
class CloudApi:
    """Meta's side of the table."""

    token: str = field(repr=False)
    catalogue: Catalogue
    people: People
    numbers: frozenset[str]
    per_second: int
    undelivered: float
    pair: Bucket = field(default_factory=lambda: Bucket(PAIR_SECONDS, PAIR_BURST))
    throughput: Bucket = field(init=False)

    def __post_init__(self) -> None:
        """Let a number send one second's worth at once."""
        self.throughput = Bucket(1 / self.per_second, self.per_second)

    def authenticate(self, request: web.Request) -> None:
        """Raise MetaError unless the caller has the token."""
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise MetaError(190, "Invalid OAuth access token - cannot parse it")

    def limited(self) -> MetaError:
        """Say that the number is too fast."""
        error = MetaError(130429, "Message failed to send: too many")
        error.headers = {"Retry-After": "1"}
        return error

    def on_demand(self, value: int) -> MetaError:
        """Refuse with `value` as Meta's code."""
        return MetaError(value, "Asked for by a fault of the sandbox")

    def take(self, number: str, body: object, now: datetime) -> Message:
        """Judge one request and make a message of it, or raise MetaError."""
        if self.numbers and number not in self.numbers:
            raise MetaError(100, f"Object with ID {number} does not exist", subcode=33)
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise MetaError(100, "The parameter messaging_product is required.")
        self.throughput.take(number, 130429)
        given, person = _recipient(body)
        template = None
        match body.get("type", "text"):
            case "template":
                template = self._template(body)
            case "text":
                _check_text(body)
            case str(kind) if kind in MEDIA_AND_MORE and isinstance(
                body.get(kind), dict
            ):
                pass
            case kind:
                raise MetaError(100, f"Param type must be a known one, not {kind!r}")
        if template is None and not self.people.is_open((number, person), now):
            raise MetaError(131047, "More than 24 hours since the customer's reply")
        key = _callback_data(body)
        self.pair.take(f"{number} {person}", 131056)
        return Message(number, given, person, key, template)

    def _template(self, body: dict[str, Any]) -> Template:
        match body.get("template"):
            case {"name": str(name), "language": {"code": str(language)}, **rest}:
                components = rest.get("components") or []
            case _:
                raise MetaError(131008, "template needs a name and a language code")
        if not isinstance(components, list) or not all(
            isinstance(component, dict) for component in components
        ):
            raise MetaError(131009, "components is not a list of objects")
        template = self.catalogue.find(name, language)
        template.check(components)
        return template

    def fate(self, message: Message, seed: int) -> tuple[tuple[str, ...], int | None]:
        """
        Say which status webhooks follow, and the code when it fails after all.

        The API takes marketing to people who stopped it and to US numbers, and the
        webhook says `failed` ("Marketing templates", "Per-user limits", 2026-06-17).
        """
        luck = _luck(f"{seed}:{message.delivery_key}:{message.person}")
        if message.category == "marketing":
            if self.people.stopped.get((message.number, message.person)):
                return ("failed",), 131050
            if is_us(message.person):
                return ("failed",), 131049
        if luck < self.undelivered:
            return ("failed",), 131026
        # Every second message is read; a few are read without ever saying delivered.
        if luck > 0.95:  # noqa: PLR2004
            return ("sent", "read"), None
        return ("sent", "delivered", *(["read"] if luck > 0.5 else [])), None  # noqa: PLR2004


def _recipient(body: dict[str, Any]) -> tuple[str, str]:
    """What was given, and whom Meta takes it for. `to` wins over `recipient`."""
    if to := body.get("to"):
        bare = SEPARATORS.sub("", str(to))
        if not PHONE.fullmatch(bare):
            raise MetaError(131009, "to is not a phone number")
        plus = bare.startswith("+")
        return str(to), bare[1:] if plus else OWN_COUNTRY_CODE + bare
    if recipient := body.get("recipient"):
        if not BSUID.fullmatch(str(recipient)):
            raise MetaError(131009, "recipient is not a business-scoped user id")
        return str(recipient), str(recipient)
    raise MetaError(100, "The parameter to is required.")


def _check_text(body: dict[str, Any]) -> None:
    match body.get("text"):
        case {"body": str(text)} if text:
            if len(text) > TEXT_LIMIT:
                raise MetaError(100, "text.body must be at most 4096 characters long")
        case _:
            raise MetaError(131008, "text.body is missing")


def _callback_data(body: dict[str, Any]) -> str | None:
    value = body.get("biz_opaque_callback_data")
    if value is not None and (
        not isinstance(value, str) or len(value) > CALLBACK_LIMIT
    ):
        raise MetaError(100, "biz_opaque_callback_data: at most 512 characters")
    return value


def _luck(text: str) -> float:
    """A number from 0 to 1, always the same for the same text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_WHATSAPP_BASE_URL": "{url}/v25.0",
    "OTT_WHATSAPP_TOKEN": "sandbox-token",
}
