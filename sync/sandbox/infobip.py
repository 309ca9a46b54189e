"""
Infobip: WhatsApp, RCS and AlimTalk, a status a message inside a 200, and reports.

Rules: Infobip's OpenAPI description 3.210.0 (2026-07-23) and its page "Response status
and error codes" (2026). Nowhere is it said that one wrong message fails a whole array,
nor that a repeated `messageId` is refused on these channels: here both are so.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.listings import listed
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

FREE_FORM = (
    *("text", "image", "audio", "video", "interactive/buttons", "interactive/list"),
    *("interactive/url-button", "interactive/media-carousel"),
)
ENVELOPES = ("rcs/2/messages", "kakao-alim/1/messages")
PHONE = re.compile("[1-9][0-9]{7,14}|[A-Z]{2}[.][A-Za-z0-9.]{1,130}")
TEMPLATE_NAME = re.compile("[a-z0-9_]{1,512}")
# Refused where it stands in a template's value.
LAYOUT = re.compile("[\n\t]| {5}")
# No country has this code.
NOWHERE = "999"
WORDS = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "TOO_MANY_REQUESTS",
}
PENDING = {
    "groupId": 1,
    "groupName": "PENDING",
    "id": 7,
    "name": "PENDING_ENROUTE",
    "description": "Message sent to next instance",
}
DELIVERED = {
    "groupId": 3,
    "groupName": "DELIVERED",
    "id": 5,
    "name": "DELIVERED_TO_HANDSET",
}
UNDELIVERED = {
    "groupId": 2,
    "groupName": "UNDELIVERABLE",
    "id": 9,
    "name": "UNDELIVERABLE_NOT_DELIVERED",
}
NO_ERROR = {"id": 0, "name": "NO_ERROR", "groupId": 0, "permanent": False}
FAULT = {"id": 7050, "name": "EC_PROVIDER_INTERNAL_ERROR", "groupId": 3}


class InfobipError(Refusal):
    """Infobip's refusal of one request, in the older of its shapes or in the newer."""

    def __init__(self, status: int, *, newer: bool = False, at: str = "") -> None:
        word = WORDS.get(status, "GENERAL_ERROR")
        super().__init__(f"infobip {status}", status, at or word)
        self.newer = newer
        self.word = word

    def body(self) -> dict[str, Any]:
        """Say it in Infobip's shape."""
        if self.newer:
            violations = [{"property": self.details, "violation": "is not valid"}]
            code = {"errorCode": f"E{self.status}", "description": self.word}
            return code | {"action": "", "violations": violations, "resources": []}
        exception = {"messageId": self.word, "text": self.word.replace("_", " ")}
        return {"requestError": {"serviceException": exception}}


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it came, in either shape."""

    channel: str
    sender: str
    to: str
    message_id: str
    callback: str
    said: Any


class InfobipApi:
    """One account. A message id it took counts until the sandbox ends."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing sent."""
        self.world = world
        self.key = settings.secret("OTT_INFOBIP_API_KEY")
        self.undelivered = settings.undelivered
        self.catalogue = settings.templates
        self.taken: set[str] = set()

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        whatsapp = "/infobip/whatsapp/1/message"
        for kind in FREE_FORM:
            yield web.post(f"{whatsapp}/{kind}", handler(self, self.one))
        yield web.post(f"{whatsapp}/template", handler(self, self.templates))
        senders = "/infobip/whatsapp/2/senders"
        yield web.get(f"{senders}/{{sender}}/templates", handler(self, self.listed))
        for path in ENVELOPES:
            yield web.post(f"/infobip/{path}", handler(self, self.envelopes))
            logs = path.replace("messages", "logs")
            yield web.get(f"/infobip/{logs}", handler(self, self.logs))

    def authenticate(self, request: web.Request) -> None:
        """Raise InfobipError unless the caller has the key."""
        if request.headers.get("Authorization") != f"App {self.key}":
            raise InfobipError(401)

    def limited(self) -> InfobipError:
        """Say that the account is too fast."""
        error = InfobipError(429)
        error.headers = {"Retry-After": "1"}
        return error

    def on_demand(self, value: int) -> InfobipError:
        """Refuse with `value` as the status."""
        return InfobipError(value)

    async def one(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take one free-form message of WhatsApp."""
        sent = _whatsapp(arrival.body)
        [status] = await self._take([sent], arrival)
        return web.json_response({"to": sent.to, "messageCount": 1, **status})

    async def listed(self, request: web.Request, _: Arrival) -> web.Response:
        """List a sender's templates, all at once."""
        found = listed(self.catalogue, "infobip", request.match_info["sender"])
        return web.json_response({"templates": found})

    async def logs(self, request: web.Request, _: Arrival) -> web.Response:
        """List what was taken, of one message or of all."""
        wanted = request.query.get("messageId")
        sent = request.path.removeprefix("/infobip/").replace("logs", "messages")
        results = [
            {
                "messageId": entry["delivery_key"],
                "to": entry["to"],
                "sentAt": f"{entry['at'][:19]}.000+0000",
                "messageCount": 1,
                "status": PENDING,
            }
            for entry in self.world.log.entries()
            if entry["path"].endswith(sent) and wanted in (None, entry["delivery_key"])
        ]
        return web.json_response({"results": results})

    async def templates(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take an array of template messages, or none of them."""
        several = [_template(message) for message in _messages(arrival.body)]
        statuses = await self._take(several, arrival)
        answers = [
            {"to": sent.to, "messageCount": 1, **status}
            for sent, status in zip(several, statuses, strict=True)
        ]
        return web.json_response({"messages": answers, "bulkId": uuid.uuid4().hex})

    async def envelopes(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take an array of RCS messages or AlimTalks, or none of them."""
        channel = "rcs" if "/rcs/" in arrival.path else "kakao"
        try:
            several = [
                _enveloped(message, channel) for message in _messages(arrival.body)
            ]
        except InfobipError as error:
            raise InfobipError(error.status, newer=True, at=error.details) from None
        statuses = await self._take(several, arrival)
        answers = [
            {**status, "destination": sent.to}
            for sent, status in zip(several, statuses, strict=True)
        ]
        return web.json_response({"bulkId": uuid.uuid4().hex, "messages": answers})

    async def _take(
        self, several: list[Sent], arrival: Arrival
    ) -> list[dict[str, Any]]:
        """Put on their way those that are not rejected; tell each one's status."""
        answers, good = [], []
        for sent in several:
            status = self._rejected(sent) or PENDING
            answers.append({"messageId": sent.message_id, "status": status})
            if status is PENDING:
                self.taken.add(sent.message_id)
                good.append(sent)
        if good:
            taken = [Accepted("infobip", s.message_id, s.to, s.said) for s in good]
            await self.world.take(arrival, *taken)
        for sent in good:
            await self._report(sent)
        return answers

    def _rejected(self, sent: Sent) -> dict[str, Any] | None:
        number, name = 0, ""
        if sent.message_id in self.taken:
            number, name = 23, "REJECTED_DUPLICATE_MESSAGE_ID"
        elif sent.to.startswith(NOWHERE):
            number, name = 52, "REJECTED_DESTINATION"
        status = {"groupId": 5, "groupName": "REJECTED", "id": number, "name": name}
        return status if number else None

    async def _report(self, sent: Sent) -> None:
        """Tell what became of it, as Infobip's delivery report does."""
        luck = self.world.luck("infobip", sent.message_id)
        failed = luck < self.undelivered
        at = f"{self.world.now():%Y-%m-%dT%H:%M:%S}.000+0000"
        result = {
            "bulkId": "",
            "messageId": sent.message_id,
            "to": sent.to,
            "sentAt": at,
            "doneAt": at,
            "messageCount": 1,
            "callbackData": sent.callback,
            "status": UNDELIVERED if failed else DELIVERED,
            "error": FAULT | {"permanent": False} if failed else NO_ERROR,
        }
        if sent.channel != "whatsapp":
            result |= {"sender": sent.sender, "platform": {}}
        await self._land({"results": [result]})
        if luck > 0.5 and sent.channel == "whatsapp":  # noqa: PLR2004
            ids = {"messageId": sent.message_id, "from": sent.sender, "to": sent.to}
            await self._land({"results": [ids | {"sentAt": at, "seenAt": at}]})

    async def _land(self, payload: dict[str, Any]) -> None:
        await self.world.land("provider", json.dumps(payload), provider="infobip")


def _messages(body: object) -> list[Any]:
    match body:
        case {"messages": [*messages]} if messages:
            return messages
    raise InfobipError(400, at="messages")


def _whatsapp(message: Any) -> Sent:
    match message:
        case {"from": str(sender), "to": str(to), "content": dict(content)}:
            pass
        case _:
            raise InfobipError(400, at="content")
    if not PHONE.fullmatch(to):
        raise InfobipError(400, at="to")
    key = message.get("messageId") or uuid.uuid4().hex
    return Sent("whatsapp", sender, to, key, message.get("callbackData", ""), content)


def _template(message: object) -> Sent:
    sent = _whatsapp(message)
    match sent.said:
        case {
            "templateName": str(name),
            "language": str(_),
            "templateData": {"body": {"placeholders": [*values]}},
        } if TEMPLATE_NAME.fullmatch(name):
            pass
        case _:
            raise InfobipError(400, at="content.templateName")
    if not all(
        isinstance(value, str) and value and not LAYOUT.search(value)
        for value in values
    ):
        raise InfobipError(400, at="content.templateData.body.placeholders")
    return sent


def _enveloped(message: Any, channel: str) -> Sent:
    match message:
        case {
            "sender": str(sender),
            "destinations": [{"to": str(to), **ids}],
            "content": {"type": str(_), **content},
        } if PHONE.fullmatch(to):
            pass
        case _:
            raise InfobipError(400, at="messages[0]")
    if channel == "kakao" and not {"templateCode", "text"} <= content.keys():
        raise InfobipError(400, at="messages[0].content")
    key = str(ids.get("messageId") or uuid.uuid4().hex)
    callback = message.get("webhooks", {}).get("callbackData", "")
    return Sent(channel, sender, to, key, callback, message["content"])


PROVIDER = InfobipApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_INFOBIP_BASE_URL": "{url}/infobip",
    "OTT_INFOBIP_API_KEY": "sandbox-token",
}
