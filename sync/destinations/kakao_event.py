"""
Kakao's Open Builder: an event makes our bot say one of its blocks to a person.

Shapes are those of Kakao's help "Event API" (copies of 2026, some by way of public
callers). Its error codes are not published: a refusal is Kakao's own JSON in a 4xx.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import quote

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import safe_base_url, secret
from sync.destinations.message import MessageDestination, answer_of, for_all
from sync.destinations.values import Values, check, names, words
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.messages import MessageRow

BASE_URL = "https://bot-api.kakao.com"
USER_KEYS = ("plusfriendUserKey", "botUserKey", "appUserId")
USER_KEY = r"[0-9A-Za-z_=.+/-]{1,200}"
# With a `!` behind it the event goes to the bot's development channel.
BOT_ID = r"[0-9A-Za-z_-]{1,64}!?"
EVENT = r"(?=.*\S)[^\ud800-\udfff]{1,100}"
LONGEST = 1000
# A proxy's or a server's impatience: the event may have been taken.
UNPROVEN = frozenset({408, 425, 499})


@dataclass(frozen=True, slots=True, kw_only=True)
class KakaoEventDestination(MessageDestination):
    """
    One app's key; `provider_account` is the bot, `template_name` the block's event.

    "Taken" is a task: what became of it is asked for by its id. One person a call, for
    the values are those of the whole call.
    """

    name: ClassVar[str] = "kakao_event"
    model: ClassVar[str] = "sync_kakao_event"
    provider: ClassVar[str] = "kakao"

    key: str = field(repr=False)
    user_key: str = USER_KEYS[0]
    base_url: str = BASE_URL

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_KAKAO_REST_API_KEY (or _FILE), _USER_KEY and _BOT_BASE_URL."""
        user_key = env.get("OTT_KAKAO_USER_KEY", "").strip() or USER_KEYS[0]
        if user_key not in USER_KEYS:
            raise ConfigError(
                f"OTT_KAKAO_USER_KEY is one of {', '.join(USER_KEYS)}. Correct it."
            )
        return cls(
            key=secret(env, "OTT_KAKAO_REST_API_KEY"),
            user_key=user_key,
            base_url=safe_base_url(env, "OTT_KAKAO_BOT_BASE_URL") or BASE_URL,
        )

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as an event, or raise RowError."""
        (row,) = rows
        bot = check(row.provider_account, BOT_ID, reason="sender_restricted")
        return httpx.Request(
            "POST",
            f"{self.base_url}/v2/bots/{quote(bot, safe='!')}/talk",
            headers={"Authorization": f"KakaoAK {self.key}"},
            json={
                "event": _event(row),
                "user": [{"type": self.user_key, "id": _person(row)}],
                "params": _params(row),
            },
        )

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a task's id in a success."""
        return for_all(answer_of(response, _task, _code), rows)


def _event(row: MessageRow) -> dict[str, Any]:
    if row.purpose != "service":
        raise RowError(
            "An event is for service only. Correct the campaign.",
            reason_code="policy_missing",
        )
    if row.content:
        raise RowError(
            "A bot says its block, no content of ours. Choose another destination.",
            reason_code="content_not_supported",
        )
    data = {"text": words(row.free_text, LONGEST)} if row.free_text else {}
    name = check(row.template_name or "", EVENT, reason="template_missing")
    return {"name": name, "data": data}


def _person(row: MessageRow) -> str:
    return check(row.address, USER_KEY, reason="address_invalid")


def _params(row: MessageRow) -> dict[str, str]:
    values = Values.of(row.variables)
    named = {name: values[name] for name in names(row.body_parameters)}
    return {**named, "delivery_key": row.delivery_key}


def _task(body: object) -> str | None:
    match body:
        case {"taskId": str(task), "status": "SUCCESS"} if task:
            return task
    return None


def _code(response: httpx.Response, body: object) -> str | None:
    """Kakao's own number where it gives one, or else the status."""
    status = response.status_code
    if not response.is_client_error or status in UNPROVEN:
        return None
    match body:
        case {"code": int(code), "msg": str()} if code < 0:
            return str(code)
        case {"status": str(word)} if word != "SUCCESS":
            return f"http_{status}"
        case {"message": str()} | {"msg": str()}:
            return f"http_{status}"
    return None


DESTINATIONS = (KakaoEventDestination,)
