"""
Twilio's Messages: HTTP Basic, one form per message, failures by callback.

Rules: twilio-oai (2026-04-14), Twilio's error pages and "Track outbound message status"
(2026). Its order of checks is not published, nor whether it lets a request go on that
has no body and no template known to it. Nobody's reply window is known here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.listings import listed, number
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

ACCOUNT = re.compile("AC[0-9a-fA-F]{32}")
USERNAME = re.compile("(AC|SK)[0-9a-fA-F]{32}")
SERVICE = re.compile("MG[0-9a-fA-F]{32}")
TEMPLATE = re.compile("HX[0-9a-fA-F]{32}")
TO = re.compile(r"((whatsapp|rcs):)?(\+[1-9][0-9]{6,14})")
VARIABLE = re.compile("[A-Za-z0-9_]{1,100}")
BODY_LIMIT = 1600
LONGEST_VALIDITY = 36_000
STATUS = {20003: 401, 20404: 404, 20429: 429, 20500: 500}
# Who sends when the Messaging Service chooses, by channel.
POOL = {
    "whatsapp": "whatsapp:+15550001111",
    "rcs": "rcs:sandbox_agent",
    "sms": "+15550001111",
}
# What a message that fails after all fails of, by channel.
UNREACHABLE = {"whatsapp": "63024", "rcs": "63003", "sms": "30005"}


class TwilioError(Refusal):
    """Twilio's refusal of one request."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"twilio {code}", STATUS.get(code, 400), message)
        self.code = code

    def body(self) -> dict[str, Any]:
        """Say it in Twilio's shape."""
        return {
            "code": self.code,
            "message": self.details,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


class TwilioApi:
    """All accounts at once; a repeated message is another message."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing sent."""
        self.world = world
        self.undelivered = settings.undelivered
        self.templates = settings.templates
        self.secrets = {
            "AC": settings.secret("OTT_TWILIO_AUTH_TOKEN"),
            "SK": settings.secret("OTT_TWILIO_API_KEY_SECRET"),
        }

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        path = "/twilio/2010-04-01/Accounts/{account}/Messages.json"
        return (
            web.post(path, handler(self, self.create)),
            web.get(path, handler(self, self.sent)),
            web.get("/twilio/v2/ContentAndApprovals", handler(self, self.contents)),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise TwilioError unless the caller has the account's token or a key."""
        username, password = _credentials(request)
        wanted = self.secrets.get(username[:2])
        if not USERNAME.fullmatch(username) or password != wanted:
            raise TwilioError(20003, "Authenticate")

    def limited(self) -> TwilioError:
        """Say that too many requests are under way; Twilio names no wait."""
        error = TwilioError(20429, "Too Many Requests")
        error.headers = {"Twilio-Concurrent-Requests": "101"}
        return error

    def on_demand(self, value: int) -> TwilioError:
        """Refuse with `value` as Twilio's code."""
        return TwilioError(value, "Asked for by a fault")

    async def contents(self, request: web.Request, _: Arrival) -> web.Response:
        """List Content templates; a key's owner is not known, and sees all."""
        username = _credentials(request)[0]
        account = username if ACCOUNT.fullmatch(username) else None
        found = listed(self.templates, "twilio", account)
        page, size = number(request, "Page", 0), number(request, "PageSize", 50)
        url = request.url.with_host("content.twilio.com").with_port(None)
        following = None
        if (page + 1) * size < len(found):
            query = f"PageSize={size}&Page={page + 1}&PageToken=PT{page + 1}"
            following = str(url.with_query(query))
        return web.json_response(
            {
                "contents": found[page * size : (page + 1) * size],
                "meta": {
                    "key": "contents",
                    "page": page,
                    "page_size": size,
                    "url": str(url),
                    "next_page_url": following,
                },
            }
        )

    async def sent(self, request: web.Request, _: Arrival) -> web.Response:
        """List the account's messages of a day, the newest first."""
        account, day = request.match_info["account"], request.query.get("DateSent", "")
        found = [
            self._sent(entry, account)
            for entry in reversed(self.world.log.entries())
            if entry["path"] == request.path and entry["at"].startswith(day)
        ]
        page, size = number(request, "Page", 0), number(request, "PageSize", 50)
        following = None
        if (page + 1) * size < len(found):
            query = request.url.update_query(Page=page + 1, PageToken=f"PA{page + 1}")
            following = str(query.relative()).removeprefix("/twilio")
        messages = found[page * size : (page + 1) * size]
        listed = {"messages": messages, "page": page, "page_size": size}
        return web.json_response(listed | {"next_page_uri": following})

    def _sent(self, entry: dict[str, Any], account: str) -> dict[str, Any]:
        at = format_datetime(datetime.fromisoformat(entry["at"]))
        message = _message(entry["said"], self._sid(entry["seq"]), account)
        return message | {"status": "sent", "date_created": at, "date_sent": at}

    def _sid(self, order: int) -> str:
        name = f"{self.world.seed}:{order}"
        return "SM" + hashlib.sha256(name.encode()).hexdigest()[:32]

    async def create(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one message and send its callbacks."""
        account = request.match_info["account"]
        if not ACCOUNT.fullmatch(account):
            raise TwilioError(20404, "The requested resource was not found")
        form = arrival.body if isinstance(arrival.body, dict) else {}
        channel, number = _check(form)
        accepted = Accepted("twilio", None, number, form)
        [order] = await self.world.take(arrival, accepted)
        sid = self._sid(order)
        await self._call_back(form, channel, sid, account)
        return web.json_response(_message(form, sid, account), status=201)

    async def _call_back(
        self, form: dict[str, str], channel: str, sid: str, account: str
    ) -> None:
        said = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": account,
            "From": form.get("From") or POOL[channel],
            "To": form["To"],
            "ApiVersion": "2010-04-01",
        }
        if service := form.get("MessagingServiceSid"):
            said["MessagingServiceSid"] = service
        for status in self._fate(channel, sid):
            told = said | {"MessageStatus": status, "SmsStatus": status}
            if status in {"failed", "undelivered"}:
                told["ErrorCode"] = UNREACHABLE[channel]
            await self.world.land("provider", urlencode(told), provider="twilio")

    def _fate(self, channel: str, sid: str) -> tuple[str, ...]:
        """Say which callbacks follow; a phone tells no SMS as read."""
        luck = self.world.luck("twilio", sid)
        if luck < self.undelivered:
            return ("undelivered",) if channel == "sms" else ("failed",)
        is_read = channel != "sms" and luck > 0.5  # noqa: PLR2004
        return ("queued", "sent", "delivered", *(["read"] if is_read else []))


def _credentials(request: web.Request) -> tuple[str, str]:
    kind, _, pair = request.headers.get("Authorization", "").partition(" ")
    try:
        text = base64.b64decode(pair, validate=True).decode()
    except ValueError:
        text = ""
    username, _, password = text.partition(":")
    return (username, password) if kind == "Basic" else ("", "")


def _check(form: dict[str, str]) -> tuple[str, str]:
    """Tell the channel and the person's number, or raise TwilioError."""
    if not form.get("To"):
        raise TwilioError(21604, "A 'To' phone number is required.")
    to = TO.fullmatch(form["To"])
    if to is None:
        raise TwilioError(21211, "The 'To' number is not a valid phone number.")
    channel = to[2] or "sms"
    _check_sender(form, channel)
    _check_content(form)
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdecimal() or not 0 < int(validity) <= LONGEST_VALIDITY:
        raise TwilioError(20001, "ValidityPeriod must be between 1 and 36000")
    if form.get("ShortenUrls", "false") != "false" and "From" in form:
        raise TwilioError(20001, "ShortenUrls needs a MessagingServiceSid")
    return channel, to[3]


def _check_sender(form: dict[str, str], channel: str) -> None:
    service, sender = form.get("MessagingServiceSid"), form.get("From")
    if not service and not sender:
        raise TwilioError(21603, "A 'From' phone number is required.")
    if service and not SERVICE.fullmatch(service):
        raise TwilioError(21701, "The Messaging Service does not exist")
    own = sender.partition(":")[0] if sender and ":" in sender else "sms"
    if sender and own != channel:
        raise TwilioError(63007, "No Channel with the specified From address")


def _check_content(form: dict[str, str]) -> None:
    if not TEMPLATE.fullmatch(form.get("ContentSid", "")):
        if not form.get("Body"):
            raise TwilioError(21619, "A text message body or media urls is required.")
        if len(form["Body"]) > BODY_LIMIT:
            raise TwilioError(21617, "The message body exceeds 1600 characters")
        return
    try:
        variables = json.loads(form.get("ContentVariables", "{}"))
    except ValueError:
        variables = None
    if not isinstance(variables, dict) or not all(
        VARIABLE.fullmatch(name) and isinstance(value, str) and value
        for name, value in variables.items()
    ):
        raise TwilioError(21656, "The ContentVariables parameter is invalid")


def _message(form: dict[str, str], sid: str, account: str) -> dict[str, Any]:
    """Make the answer: the Message, not sent yet."""
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
    service = form.get("MessagingServiceSid")
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": "0" if service else "1",
        "sid": sid,
        "status": "accepted" if service else "queued",
        "to": form["To"],
        "uri": f"{uri}.json",
    }


PROVIDER = TwilioApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_TWILIO_BASE_URL": "{url}/twilio",
    "OTT_TWILIO_ACCOUNT_SID": "AC0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
    "OTT_TWILIO_AUTH_TOKEN": "sandbox-token",
}
