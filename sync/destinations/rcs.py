"""
Google RCS for Business: one agent message per row, known again by its `messageId`.

Shapes and limits are those of "phones.agentMessages" and its "create" (REST reference)
and of the guide "Send messages" (developers.google.com, 2026). What a status means is
`seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import content_json, safe_base_url, whole_number
from sync.destinations.message import (
    BearerDestination,
    answer_of,
    for_all,
    uuid_of,
)
from sync.destinations.rcs_account import GRANT, ServiceAccount
from sync.destinations.rcs_contents import SAID, message_of
from sync.destinations.values import check
from sync.destinations.whatsapp import PHONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync.messages import MessageRow

# Regional ones are europe-, us- and asia-rcsbusinessmessaging.googleapis.com.
BASE_URL = "https://rcsbusinessmessaging.googleapis.com"
AGENT = r"[0-9A-Za-z_@.-]{1,256}"
NAME = re.compile(r"phones/\+?[0-9]+/agentMessages/([^/\s]+)")
# Without one Google tries for 30 days, at whatever hour. 10 seconds and 15 days are the
# bounds of its guide.
TTL_SECONDS = 14_400
TTL_ALLOWED = (10, 1_296_000)
# What we decide about, in Google's words. An agent for one use needs none; one for
# several is refused without.
TRAFFIC = {
    "authentication": "AUTHENTICATION",
    "utility": "TRANSACTION",
    "marketing": "PROMOTION",
    "service": "SERVICEREQUEST",
}
# Statuses of HTTP with which Google says that it did not take the message.
REFUSALS = frozenset({400, 401, 403, 404, 429})
# Google's own words; anything else might name the person, and is kept nowhere.
STATUS = re.compile("[A-Z_]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RcsDestination(BearerDestination):
    """
    The agents of one service account; which of them sends is the row's.

    A 200 says taken: delivered, read and expired come by webhook.
    """

    name: ClassVar[str] = "rcs"
    model: ClassVar[str] = "sync_rcs"
    provider: ClassVar[str] = "rcs"
    # Google ignores an id that was used before and names no end. An hour is more than
    # our repeats take, and no bet on how long Google remembers.
    dedupe_seconds: ClassVar[int] = 3_600
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"rcs": frozenset(SAID)}
    )

    account: ServiceAccount
    ttl_seconds: int = TTL_SECONDS
    base_url: str = BASE_URL

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_RCS_KEY (or _FILE), _TOKEN_URL, _TTL_SECONDS and _BASE_URL."""
        return cls(
            account=ServiceAccount.from_env(env),
            ttl_seconds=whole_number(env, "OTT_RCS_TTL_SECONDS", TTL_ALLOWED)
            or TTL_SECONDS,
            base_url=safe_base_url(env, "OTT_RCS_BASE_URL") or BASE_URL,
        )

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for a token with an assertion signed `now`."""
        form = {"grant_type": GRANT, "assertion": self.account.assertion(now)}
        return httpx.Request("POST", self.account.token_url, data=form)

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as an agent message, or raise RowError."""
        (row,) = rows
        phone = check(row.address, PHONE, reason="address_invalid")
        agent = check(row.provider_account, AGENT, reason="wrong_sender")
        return httpx.Request(
            "POST",
            f"{self.base_url}/v1/phones/{phone}/agentMessages",
            params={"messageId": _message_id(row), "agentId": agent},
            json={
                "contentMessage": message_of(self.content(row)),
                "messageTrafficType": _traffic(row),
                "ttl": f"{self.ttl_seconds}s",
            },
        )

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 200 that names the message, or a 409 that knows its id."""
        if response.status_code == httpx.codes.CONFLICT:
            known = _status(content_json(response)) == "ALREADY_EXISTS"
            return [
                Answer("accepted", None, _message_id(row))
                if known
                else Answer("unknown")
                for row in rows
            ]
        return for_all(answer_of(response, _named, _refused), rows)


def _message_id(row: MessageRow) -> str:
    """
    Make the message's id: the same for the same delivery to the same address.

    Google ignores a used id whoever the message is for, so the address is part of it.
    """
    return uuid_of("rcs", row.delivery_key, row.provider_account, row.address)


def _traffic(row: MessageRow) -> str:
    if kind := TRAFFIC.get(row.purpose):
        return kind
    raise RowError(
        "RCS has no traffic type for this purpose. Correct the campaign.",
        reason_code="policy_missing",
    )


def _named(body: object) -> str | None:
    """Find the message's own id: the rest of its name is somebody's number."""
    match body:
        case {"name": str(name)} if found := NAME.fullmatch(name):
            return found[1]
    return None


def _refused(response: httpx.Response, body: object) -> str | None:
    return _status(body) if response.status_code in REFUSALS else None


def _status(body: object) -> str | None:
    match body:
        case {"error": {"status": str(status)}} if STATUS.fullmatch(status):
            return status
    return None


DESTINATIONS = (RcsDestination,)
