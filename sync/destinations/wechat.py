"""
WeChat service account: customer service messages, templates, subscription notices.

Shapes are those of the pages "Send customer service messages", "Send template
messages" and "Send a subscription notification" (developers.weixin.qq.com/doc/service,
2026). HTTP is 200 whatever happened; `errcode` decides, and what one means is
`seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import safe_base_url, secret
from sync.destinations.message import (
    BearerDestination,
    answer_of,
    for_all,
)
from sync.destinations.values import INVALID, check
from sync.destinations.wechat_contents import custom, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync.messages import MessageRow

BASE_URL = "https://api.weixin.qq.com"
# 28 letters in every example; their number is promised nowhere.
OPENID = r"[A-Za-z0-9_-]{1,128}"
CUSTOM, TEMPLATE, SUBSCRIBE = (
    "message/custom/send",
    "message/template/send",
    "message/subscribe/bizsend",
)
PATHS = {
    "message": CUSTOM,
    "free_text": CUSTOM,
    "template": TEMPLATE,
    "subscribe": SUBSCRIBE,
}
# The key of an earlier request that was taken.
ALREADY_TAKEN = 45065


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatDestination(BearerDestination):
    """
    One service account.

    Its stable token is the same for everybody who asks, and is never forced to be
    another. Only templates have a key; the other two kinds are never asked for again.
    """

    name: ClassVar[str] = "wechat"
    model: ClassVar[str] = "sync_wechat"
    provider: ClassVar[str] = "wechat"
    # Of a template by its `client_msg_id`; after 10 minutes nothing is promised.
    dedupe_seconds: ClassVar[int] = 600
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"wechat": frozenset({"text", "quick_replies"})}
    )

    app_id: str
    app_secret: str = field(repr=False)
    base_url: str = BASE_URL

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_WECHAT_APP_ID, _APP_SECRET (or _FILE) and _BASE_URL."""
        return cls(
            app_id=secret(env, "OTT_WECHAT_APP_ID"),
            app_secret=secret(env, "OTT_WECHAT_APP_SECRET"),
            base_url=safe_base_url(env, "OTT_WECHAT_BASE_URL") or BASE_URL,
        )

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for the stable token; one that is good stays as it is."""
        _ = now
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self.app_secret,
            "force_refresh": False,
        }
        return httpx.Request("POST", f"{self.base_url}/cgi-bin/stable_token", json=body)

    def authorized(self, request: httpx.Request, token: str) -> httpx.Request:
        """Carry the token in the query: WeChat reads it nowhere else."""
        request.url = request.url.copy_set_param("access_token", token)
        return request

    def has_key(self, row: MessageRow) -> bool:
        """Tell whether WeChat would know the message again."""
        return row.message_type == "template"

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as its kind of message, or raise RowError."""
        (row,) = rows
        path = PATHS.get(row.message_type)
        if path is None:
            raise RowError(
                "WeChat has no message of this type. Correct campaign_messages.",
                reason_code=INVALID,
            )
        said = custom(self.content(row)) if path == CUSTOM else template(row)
        openid = check(row.address, OPENID, reason="address_invalid")
        # httpx writes text as it is, as WeChat wants it, from 0.28 on.
        body = {"touser": openid, **said}
        return httpx.Request("POST", f"{self.base_url}/cgi-bin/{path}", json=body)

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by `errcode` 0, or where an earlier try's key is known."""
        return for_all(answer_of(response, _taken, _refused), rows)


def _taken(body: object) -> str | None:
    if _errcode(body) not in (0, ALREADY_TAKEN):
        return None
    match body:
        case {"msgid": int(found)} | {"msg_id": int(found)}:
            return str(found)
    return ""


def _refused(response: httpx.Response, body: object) -> str | None:
    code = _errcode(body)
    return str(code) if response.is_success and code else None


def _errcode(body: object) -> int | None:
    match body:
        case {"errcode": int(code)} if not isinstance(code, bool):
            return code
    return None


DESTINATIONS = (WeChatDestination,)
