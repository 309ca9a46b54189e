"""
The customer file of a KakaoTalk channel: whom a person at Kakao's console may pick.

Shapes are those of Kakao Developers' page "Kakao Talk Channel, REST API" (copies of
2026). Only friends of the channel get in; all others are counted, not named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import httpx

from sync.destinations.base import Answer
from sync.destinations.http import content_json, rate_wait, safe_base_url, secret
from sync.destinations.message import for_all
from sync.destinations.values import Values, check
from sync.errors import ConfigError
from sync.messages import KakaoCustomerRow, SendRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BASE_URL = "https://kapi.kakao.com"
PATH = "v1/talkchannel/update/target_users"
USER_ID = r"[0-9]{1,19}"
CHANNEL = re.compile(r"[0-9A-Za-z_@-]{1,100}")
FILE_ID = re.compile(r"[0-9]{1,18}")
# Kakao takes text for the keys it names itself, and numbers for all others.
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
BOOLEANS = {"true": 1, "false": 0}
NOT_REGISTERED = "not_registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class KakaoCustomerFileDestination:
    """
    One file of one channel. The file itself, with its keys, is made at Kakao.

    Whoever is not registered is found by halves: a value may be said again.
    """

    name: ClassVar[str] = "kakao_customer_file"
    model: ClassVar[str] = "sync_kakao_customer_file"
    provider: ClassVar[str] = "kakao"
    row: ClassVar[type[SendRow]] = KakaoCustomerRow
    sends: ClassVar[bool] = True
    # Kakao takes 2,000; each stranger among them costs some requests more.
    batch_size: ClassVar[int] = 200
    answers: ClassVar[Literal["per_row", "batch"]] = "batch"
    dedupe_seconds: ClassVar[int] = 0
    keeps_state: ClassVar[bool] = True

    key: str = field(repr=False)
    channel: str
    file_id: int
    base_url: str = BASE_URL

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_KAKAO_ADMIN_KEY (or _FILE), _CHANNEL, _FILE_ID and _API_BASE_URL."""
        channel = env.get("OTT_KAKAO_CHANNEL", "").strip()
        file_id = env.get("OTT_KAKAO_FILE_ID", "").strip()
        if not CHANNEL.fullmatch(channel) or not FILE_ID.fullmatch(file_id):
            raise ConfigError(
                "No customer file. Set OTT_KAKAO_CHANNEL to the channel's public id "
                "and OTT_KAKAO_FILE_ID to the file's number."
            )
        return cls(
            key=secret(env, "OTT_KAKAO_ADMIN_KEY"),
            channel=channel,
            file_id=int(file_id),
            base_url=safe_base_url(env, "OTT_KAKAO_API_BASE_URL") or BASE_URL,
        )

    def request(self, rows: Sequence[KakaoCustomerRow]) -> httpx.Request:
        """Say each row as one user of the file, or raise RowError."""
        body = {
            "file_id": self.file_id,
            "channel_public_id": self.channel,
            "user_type": "app",
            "users": [_user(row) for row in rows],
        }
        headers = {"Authorization": f"KakaoAK {self.key}"}
        url = f"{self.base_url}/{PATH}"
        return httpx.Request("POST", url, headers=headers, json=body)

    def read(
        self, response: httpx.Response, rows: Sequence[KakaoCustomerRow]
    ) -> list[Answer]:
        """Accepted where as many were registered as were asked for; else by halves."""
        wait = rate_wait(response)
        answer = Answer("unknown", retry_after=wait)
        match content_json(response):
            case {"request_count": int(asked), "success_count": int(done)} if (
                response.is_success and asked == len(rows) and 0 <= done <= asked
            ):
                answer = Answer("split", NOT_REGISTERED, retry_after=wait)
                if done == asked:
                    answer = Answer("accepted", retry_after=wait)
            case {"code": int(code), "msg": str()} if response.is_client_error:
                busy = response.status_code == httpx.codes.TOO_MANY_REQUESTS
                answer = Answer(
                    "refused", "http_429" if busy else str(code), retry_after=wait
                )
        return for_all(answer, rows)


def _user(row: KakaoCustomerRow) -> dict[str, Any]:
    """Say one user. `field`, not `field_data`: that would be dropped in silence."""
    values = Values.of(row.states)
    fields = {name: _value(values[name]) for name in values.by_name}
    user = check(row.kakao_user_id, USER_ID, reason="address_invalid")
    return {"id": user, "field": fields}


def _value(text: str) -> str | int:
    if text in BOOLEANS:
        return BOOLEANS[text]
    return int(text) if NUMBER.fullmatch(text) else text


DESTINATIONS = (KakaoCustomerFileDestination,)
