"""
LINE Messaging API: a push for one, a multicast for many of the same message.

Shapes are those of line-openapi (2026-07-01), retries those of LINE's page "Retrying
API requests" (2026). What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import httpx

from sync.destinations.base import RowError
from sync.destinations.http import flag, safe_base_url, secret
from sync.destinations.line_answers import many_sent, push_sent, sent_before, sent_now
from sync.destinations.line_messages import KINDS, message_of
from sync.destinations.message import BearerDestination, for_all, uuid_of
from sync.destinations.values import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync.destinations.base import Answer
    from sync.messages import MessageRow

BASE_URL = "https://api.line.me"
USER_ID = r"U[0-9a-f]{32}"
UNIT_LENGTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line(BearerDestination):
    """
    One Messaging API channel.

    Its stateless tokens live 15 minutes and leave nothing behind to revoke. A 200 says
    taken, also for somebody who has blocked the account; there are no receipts.
    """

    name: ClassVar[str]
    provider: ClassVar[str] = "line"
    # A retry key is known for 24 hours; after that the same key sends again.
    dedupe_seconds: ClassVar[int] = 86_400
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType({"line": KINDS})

    channel_id: str
    channel_secret: str = field(repr=False)
    base_url: str = BASE_URL
    # LINE counts by the campaign only for who has applied for it.
    counts_campaigns: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_LINE_CHANNEL_ID, _CHANNEL_SECRET (or _FILE), _BASE_URL from `env`.

        OTT_LINE_COUNT_CAMPAIGNS is `true` where the account may use aggregation units.
        """
        return cls(
            channel_id=secret(env, "OTT_LINE_CHANNEL_ID"),
            channel_secret=secret(env, "OTT_LINE_CHANNEL_SECRET"),
            base_url=safe_base_url(env, "OTT_LINE_BASE_URL") or BASE_URL,
            counts_campaigns=flag(env, "OTT_LINE_COUNT_CAMPAIGNS"),
        )

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for a stateless channel access token."""
        _ = now
        form = {
            "grant_type": "client_credentials",
            "client_id": self.channel_id,
            "client_secret": self.channel_secret,
        }
        return httpx.Request("POST", f"{self.base_url}/oauth2/v3/token", data=form)

    def _post(
        self, call: str, to: object, rows: Sequence[MessageRow], *keys: str
    ) -> httpx.Request:
        row = rows[0]
        body: dict[str, Any] = {"to": to, "messages": [message_of(self.content(row))]}
        if self.counts_campaigns:
            unit = re.sub("[^a-zA-Z0-9_]", "_", row.campaign_id)[:UNIT_LENGTH]
            body["customAggregationUnits"] = [unit]
        return httpx.Request(
            "POST",
            f"{self.base_url}/v2/bot/message/{call}",
            headers={"X-Line-Retry-Key": uuid_of(self.name, *keys)},
            json=body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDestination(_Line):
    """One person's message."""

    name: ClassVar[str] = "line"
    model: ClassVar[str] = "sync_line"

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as a push, or raise RowError."""
        (row,) = rows
        return self._post("push", _user(row), rows, row.delivery_key)

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 200 with sent messages, or by a 409: an earlier try arrived."""
        answer = sent_before(response) or sent_now(response, push_sent, rows)
        return for_all(answer, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMulticastDestination(_Line):
    """
    The same message for up to 500 people; where texts differ, a request each.

    LINE tells nothing of any one of them. The retry key names exactly these people: a
    request for fewer has another.
    """

    name: ClassVar[str] = "line_multicast"
    model: ClassVar[str] = "sync_line_multicast"
    batch_size: ClassVar[int] = 500
    answers: ClassVar[Literal["per_row", "batch"]] = "batch"

    def fits(self, first: MessageRow, row: MessageRow) -> bool:
        """Whether both rows say the very same, filled with their own values."""
        try:
            return self.content(first) == self.content(row)
        except RowError:
            return False

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say all rows as one multicast, or raise RowError where they differ."""
        if any(self.content(row) != self.content(rows[0]) for row in rows):
            raise RowError(
                "The rows of a multicast differ. Send them by `line`.",
                reason_code="content_not_supported",
            )
        users = [_user(row) for row in rows]
        keys = sorted(row.delivery_key for row in rows)
        return self._post("multicast", users, rows, *keys)

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 200 with LINE's request id and an empty object, or by a 409."""
        answer = sent_before(response) or sent_now(
            response, lambda body: many_sent(response, body), rows
        )
        return for_all(answer, rows)


def _user(row: MessageRow) -> str:
    return check(row.address, USER_ID, reason="address_invalid")


DESTINATIONS = (LineDestination, LineMulticastDestination)
