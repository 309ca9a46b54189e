"""
LINE Messaging API: one push per message, repeated safely by its retry key.

Shapes are those of line-openapi (2026-07-01), retries those of LINE's page "Retrying
API requests" (2026). What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import content_json, safe_base_url, secret
from sync.destinations.message import (
    MessageDestination,
    answer_of,
    for_all,
    token_of,
    uuid_of,
)
from sync.destinations.values import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sync.destinations.base import Token
    from sync.destinations.contents import Content
    from sync.messages import MessageRow

BASE_URL = "https://api.line.me"
USER_ID = r"U[0-9a-f]{32}"
TEXT = r"(?s)(?=.*\S)[^\ud800-\udfff]{1,5000}"
UNIT = r"[a-zA-Z0-9_]{1,30}"
MILLISECONDS = 1000
BUTTONS, CARD_BUTTONS = 4, 3
# LINE has one status for its two limits; only the words differ.
MONTHLY_LIMIT = "monthly limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDestination(MessageDestination):
    """
    One Messaging API channel.

    Its stateless tokens live 15 minutes and leave nothing behind to revoke. A 200 says
    taken, also for somebody who has blocked the account; there are no receipts.
    """

    name: ClassVar[str] = "line"
    model: ClassVar[str] = "sync_line"
    provider: ClassVar[str] = "line"
    # A retry key is known for 24 hours; after that the same key sends again.
    dedupe_seconds: ClassVar[int] = 86_400
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {
            "line": frozenset(
                {"text", "image", "audio", "video", "buttons"}
                | {"quick_replies", "carousel"}
            )
        }
    )

    channel_id: str
    channel_secret: str = field(repr=False)
    base_url: str = BASE_URL

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_LINE_CHANNEL_ID, _CHANNEL_SECRET (or _FILE) and _BASE_URL."""
        return cls(
            channel_id=secret(env, "OTT_LINE_CHANNEL_ID"),
            channel_secret=secret(env, "OTT_LINE_CHANNEL_SECRET"),
            base_url=safe_base_url(env, "OTT_LINE_BASE_URL") or BASE_URL,
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

    def read_token(self, response: httpx.Response) -> Token | None:
        """Take the token of a 200."""
        return token_of(response)

    def authorized(self, request: httpx.Request, token: str) -> httpx.Request:
        """Carry the token as a bearer."""
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as a push, or raise RowError."""
        (row,) = rows
        unit = row.campaign_id[:30]
        body = {
            "to": check(row.address, USER_ID, reason="address_invalid"),
            "messages": [_message(self.content(row))],
            "customAggregationUnits": [check(unit, UNIT)],
        }
        return httpx.Request(
            "POST",
            f"{self.base_url}/v2/bot/message/push",
            headers={"X-Line-Retry-Key": uuid_of("line", row.delivery_key)},
            json=body,
        )

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 200 with sent messages, or by a 409: an earlier try arrived."""
        if response.status_code == httpx.codes.CONFLICT:
            sent = _sent(content_json(response)) or response.headers.get(
                "x-line-accepted-request-id"
            )
            return for_all(Answer("accepted", None, sent), rows)
        return for_all(answer_of(response, _sent, _code), rows)


def _sent(body: object) -> str | None:
    match body:
        case {"sentMessages": [{"id": str(message_id)}, *_]} if message_id:
            return message_id
    return None


def _code(response: httpx.Response, body: object) -> str | None:
    """Make a code of the status and, where LINE says more, of its words."""
    match body:
        case {"message": str(words)} if response.is_client_error:
            code = str(response.status_code)
        case _:
            return None
    if code == "429" and MONTHLY_LIMIT in words:
        return "429_monthly_limit"
    if code == "400" and "'to'" in words:
        return "400_to"
    if code == "400" and words.startswith("Failed to send"):
        return "400_failed"
    return code


def _message(content: Content) -> dict[str, Any]:
    return SAID[content.kind](content.body) if content.kind in SAID else _unsaid()


def _unsaid() -> dict[str, Any]:
    raise RowError(
        "LINE has no message of this kind. Choose another content.",
        reason_code="content_not_supported",
    )


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": check(body["text"], TEXT)}


def _image(body: Mapping[str, Any]) -> dict[str, Any]:
    preview = body.get("preview_url") or body["url"]
    return {
        "type": "image",
        "originalContentUrl": body["url"],
        "previewImageUrl": preview,
    }


def _audio(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "audio",
        "originalContentUrl": body["url"],
        "duration": body["seconds"] * MILLISECONDS,
    }


def _video(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "video",
        "originalContentUrl": body["url"],
        "previewImageUrl": body["preview_url"],
    }


def _buttons(body: Mapping[str, Any]) -> dict[str, Any]:
    template = {
        "type": "buttons",
        "text": check(body["text"], r"(?s).{1,160}"),
        "actions": _links(body["buttons"], BUTTONS),
    }
    return {"type": "template", "altText": body["text"][:400], "template": template}


def _quick_replies(body: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {
            "type": "action",
            "action": {
                "type": "postback",
                "label": check(reply["title"], r".{1,20}"),
                "data": check(reply["payload"], r".{1,300}"),
                "displayText": reply["title"],
            },
        }
        for reply in body["replies"]
    ]
    return {**_text(body), "quickReply": {"items": items}}


def _carousel(body: Mapping[str, Any]) -> dict[str, Any]:
    columns = [
        {
            "thumbnailImageUrl": card["image_url"],
            "title": check(card["title"], r".{1,40}"),
            "text": check(card["text"], r"(?s).{1,60}"),
            "actions": _links(card["buttons"], CARD_BUTTONS),
        }
        for card in body["cards"]
    ]
    template = {"type": "carousel", "columns": columns}
    return {"type": "template", "altText": body["text"][:400], "template": template}


def _links(buttons: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    if len(buttons) > most:
        raise RowError(
            f"LINE takes at most {most} buttons here. Shorten the content.",
            reason_code="content_not_supported",
        )
    return [_link(button) for button in buttons]


def _link(button: Mapping[str, Any]) -> dict[str, Any]:
    label = check(button["title"], r".{1,20}")
    return {"type": "uri", "label": label, "uri": button["url"]}


SAID: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "audio": _audio,
    "video": _video,
    "buttons": _buttons,
    "quick_replies": _quick_replies,
    "carousel": _carousel,
}


DESTINATIONS = (LineDestination,)
