"""
NHN Cloud, the dealer that carries AlimTalk and Brand Message: what both have in common.

Shapes are those of its guides "AlimTalk API v2.3" and "Brand Message API v1.0"
(2026-06-23). What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict
from urllib.parse import quote

import httpx

from sync.destinations.http import safe_base_url, secret
from sync.destinations.message import MessageDestination
from sync.destinations.nhn_answers import read_results
from sync.destinations.values import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.destinations.base import Answer
    from sync.messages import MessageRow

BASE_URL = "https://kakaotalk-bizmessage.api.nhncloudservice.com"
KOREAN = r"\+82[1-9][0-9]{7,9}"
SENDER_KEY = r"[0-9A-Za-z_@-]{1,40}"
GROUPING_KEY_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NhnDestination(MessageDestination):
    """
    One appkey of KakaoTalk Bizmessage; `provider_account` is a sender profile's key.

    Not one of a group: Brand Message takes none, AlimTalk answers -1024.
    """

    provider: ClassVar[str] = "kakao"

    app_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str = BASE_URL

    def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> httpx.Request:
        """Say `body` to one of the appkey's calls; `path` has a place for the key."""
        url = f"{self.base_url}/{path.format(app_key=quote(self.app_key, safe=''))}"
        said = {
            "Content-Type": "application/json;charset=UTF-8",
            "X-Secret-Key": self.secret_key,
            **headers,
        }
        return httpx.Request("POST", url, headers=said, json=body)

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a result of the row's own; a 200 alone says nothing."""
        return read_results(response, rows)


class Keys(TypedDict):
    """What every destination of NHN Cloud is made with."""

    app_key: str
    secret_key: str
    base_url: str


def keys(env: Mapping[str, str]) -> Keys:
    """Take OTT_KAKAO_APP_KEY, _SECRET_KEY (or _FILE) and _BASE_URL from `env`."""
    return {
        "app_key": secret(env, "OTT_KAKAO_APP_KEY"),
        "secret_key": secret(env, "OTT_KAKAO_SECRET_KEY"),
        "base_url": safe_base_url(env, "OTT_KAKAO_BASE_URL") or BASE_URL,
    }


def envelope(row: MessageRow) -> dict[str, Any]:
    """Say who sends; the grouping keys are what NHN's lists are searched by."""
    key = check(row.provider_account, SENDER_KEY, reason="sender_restricted")
    return {
        "senderKey": key,
        "senderGroupingKey": row.campaign_id[:GROUPING_KEY_LENGTH],
    }


def recipient(row: MessageRow) -> dict[str, Any]:
    """
    Say one person, by the number as Korea writes it.

    Without `isResend` the console's setting would decide, and whoever never said yes to
    an SMS would get one.
    """
    return {
        "recipientNo": number_of(row),
        "resendParameter": {"isResend": False},
        "recipientGroupingKey": row.delivery_key,
    }


def number_of(row: MessageRow) -> str:
    """Write the row's E.164 number as `01012345678`, or raise RowError."""
    number = check(row.address, KOREAN, reason="address_invalid")
    return "0" + number.removeprefix("+82")
