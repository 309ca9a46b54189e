"""
Twilio Programmable Messaging: one form per message, no idempotency key.

Fields are those of twilio-oai (2026-04-14); what stands before an address is from
Twilio's pages "WhatsApp", "Send and receive RCS messages" and "Error 21664" (2026).
What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import basic, is_no, safe_base_url, secret
from sync.destinations.message import (
    MessageDestination,
    answer_of,
    for_all,
    is_template,
    not_carried,
)
from sync.destinations.values import INVALID, Values, check, names, words
from sync.destinations.whatsapp import PHONE
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.messages import MessageRow

BASE_URL = "https://api.twilio.com"
ACCOUNT = r"AC[0-9a-fA-F]{32}"
KEY = r"SK[0-9a-fA-F]{32}"
SERVICE = r"MG[0-9a-fA-F]{32}"
TEMPLATE = r"HX[0-9a-fA-F]{32}"
MESSAGE = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
LONGEST = 1600
# Our number, agent, short code or name, by channel.
SENDERS = {
    "whatsapp": PHONE,
    "rcs": r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}",
    "sms": rf"{PHONE}|[0-9]{{3,8}}|(?=.*[A-Za-z])[A-Za-z0-9 ]{{1,11}}",
}
# Before the person's number it names the channel: without it Twilio chooses one, and
# from a Messaging Service RCS falls back to SMS by itself.
PREFIXES = {"whatsapp": "whatsapp:", "rcs": "rcs:", "sms": ""}
# On its way. Anything else in a 201 is no acceptance.
TAKEN = frozenset({"accepted", "queued", "sending", "sent", "delivered", "read"})
# Twilio's own is ten hours, which reaches into the night.
VALIDITY_SECONDS = 600
LONGEST_VALIDITY = 36_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioDestination(MessageDestination):
    """
    One account. `username` is the API key's id, or the account's own.

    Attributes:
        validity_seconds: How long a message may wait in Twilio's queue, where it is no
            longer asked whether it may go.
    """

    name: ClassVar[str] = "twilio"
    model: ClassVar[str] = "sync_twilio"
    provider: ClassVar[str] = "twilio"
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {channel: frozenset({"text"}) for channel in PREFIXES}
    )

    account_sid: str
    username: str
    password: str = field(repr=False)
    base_url: str = BASE_URL
    status_callback: str | None = None
    validity_seconds: int = VALIDITY_SECONDS

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_TWILIO_ACCOUNT_SID and _AUTH_TOKEN, or _API_KEY and _API_KEY_SECRET.

        Optional: _BASE_URL (a region's own), _STATUS_CALLBACK, _VALIDITY_SECONDS.
        """
        account = _sid(env, "OTT_TWILIO_ACCOUNT_SID", ACCOUNT)
        if env.get("OTT_TWILIO_API_KEY", "").strip():
            username = _sid(env, "OTT_TWILIO_API_KEY", KEY)
            password = secret(env, "OTT_TWILIO_API_KEY_SECRET")
        else:
            username, password = account, secret(env, "OTT_TWILIO_AUTH_TOKEN")
        return cls(
            account_sid=account,
            username=username,
            password=password,
            base_url=safe_base_url(env, "OTT_TWILIO_BASE_URL") or BASE_URL,
            status_callback=_callback(env, "OTT_TWILIO_STATUS_CALLBACK"),
            validity_seconds=_seconds(env, "OTT_TWILIO_VALIDITY_SECONDS"),
        )

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as a Content template or as text, or raise RowError."""
        (row,) = rows
        if row.channel not in PREFIXES:
            raise not_carried(row.channel)
        number = check(row.address, PHONE, reason="address_invalid")
        form = {
            "To": PREFIXES[row.channel] + number,
            **_sender(row),
            **(_template(row) if is_template(row) else self._text(row)),
            "ShortenUrls": "false",
            "ValidityPeriod": str(self.validity_seconds),
        }
        if self.status_callback:
            form["StatusCallback"] = self.status_callback
        return httpx.Request(
            "POST",
            f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}/Messages.json",
            headers={"Authorization": basic(self.username, self.password)},
            data=form,
        )

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a message's sid and status, refused by Twilio's own code."""
        return for_all(answer_of(response, _sent, _code), rows)

    def _text(self, row: MessageRow) -> dict[str, str]:
        content = self.content(row)
        if content.kind != "text":
            raise not_carried(f"{content.kind} on {row.channel}")
        return {"Body": words(content.body["text"], LONGEST)}


def _sender(row: MessageRow) -> dict[str, str]:
    if re.fullmatch(SERVICE, row.provider_account):
        return {"MessagingServiceSid": row.provider_account}
    prefix = PREFIXES[row.channel]
    account = row.provider_account.removeprefix(prefix)
    ours = check(account, SENDERS[row.channel], reason="sender_restricted")
    return {"From": prefix + ours}


def _template(row: MessageRow) -> dict[str, str]:
    if row.channel == "sms":
        raise not_carried("template on sms")
    sid = check(row.template_name or "", TEMPLATE, reason="template_missing")
    variables = _variables(row)
    filled = {"ContentVariables": json.dumps(variables)} if variables else {}
    return {"ContentSid": sid, **filled}


def _variables(row: MessageRow) -> dict[str, str]:
    """Number the values through all of the template, the body's before the buttons'."""
    if row.header_parameter:
        raise RowError(
            "A header has no number of its own at Twilio. "
            "Name its variable in body_parameters, in the template's order.",
            reason_code=INVALID,
        )
    values = Values.of(row.variables)
    ordered = names(row.body_parameters)
    ordered += [item.split(":", 2)[-1] for item in names(row.button_parameters)]
    if row.parameter_format == "NAMED":
        return {name: values[name] for name in ordered}
    return {str(place): values[name] for place, name in enumerate(ordered, start=1)}


def _sent(body: object) -> str | None:
    match body:
        case {"sid": str(sid), "status": str(status), **rest} if (
            MESSAGE.fullmatch(sid)
            and status in TAKEN
            and rest.get("error_code") is None
        ):
            return sid
    return None


def _code(response: httpx.Response, body: object) -> str | None:
    """Find Twilio's code, in its error or in a message that has failed already."""
    match body:
        case {"code": int(code), "message": str()} if is_no(response):
            found = code
        case {"sid": str(), "status": "failed", "error_code": int(code)} if (
            response.is_success
        ):
            found = code
        case _:
            return None
    return None if isinstance(found, bool) else str(found)


def _sid(env: Mapping[str, str], name: str, pattern: str) -> str:
    value = env.get(name, "").strip()
    if not re.fullmatch(pattern, value):
        raise ConfigError(f"{name} is missing or no sid. Copy it from the Console.")
    return value


def _callback(env: Mapping[str, str], name: str) -> str | None:
    url = safe_base_url(env, name)
    if url and "_" in httpx.URL(url).host:
        raise ConfigError(f"{name}: Twilio takes no host with an underscore.")
    return url


def _seconds(env: Mapping[str, str], name: str) -> int:
    text = env.get(name, "").strip() or str(VALIDITY_SECONDS)
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) <= LONGEST_VALIDITY:
        raise ConfigError(f"{name} must be 1 to {LONGEST_VALIDITY}. Correct it.")
    return int(text)


DESTINATIONS = (TwilioDestination,)
