"""
What an RCS message may be besides text, in Google's words.

Limits: "phones.agentMessages" (REST reference, 2026). For a card its pages say 4
suggestions and Google's newest client 10: the smaller number holds. `postbackData` is
base64 by that client, which is no page's word.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.contents import wordless
from sync.destinations.values import check, some, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.destinations.contents import Content

LONGEST = 3072
LABEL = r"[^\ud800-\udfff]{1,25}"
URL = r"https://\S{1,2040}"
TITLE = r"[^\ud800-\udfff]{1,200}"
DESCRIPTION = r"(?s)[^\ud800-\udfff]{1,2000}"
# 2,048 once it is base64.
PAYLOAD_BYTES = 1536
SUGGESTIONS, CARD_SUGGESTIONS = 11, 4
CARDS = (2, 10)
NOT_SUPPORTED = "content_not_supported"


def message_of(content: Content) -> dict[str, Any]:
    """
    Say `content` as an AgentContentMessage.

    Raises:
        RowError: RCS has no such kind, or it is longer than RCS takes.
    """
    if content.kind not in SAID:
        raise RowError(
            "RCS has no message of this kind. Choose another content.",
            reason_code=NOT_SUPPORTED,
        )
    return SAID[content.kind](content.body)


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": words(body["text"], LONGEST)}


def _file(url: str, thumbnail: str | None = None) -> dict[str, Any]:
    more = {"thumbnailUrl": check(thumbnail, URL)} if thumbnail else {}
    return {"fileUrl": check(url, URL), **more}


def _media(body: Mapping[str, Any]) -> dict[str, Any]:
    body = wordless(body)
    return {"contentInfo": _file(body["url"], body.get("preview_url"))}


def _buttons(body: Mapping[str, Any]) -> dict[str, Any]:
    links = [_open(button) for button in body["buttons"]]
    return _text(body) | {"suggestions": some(links, 1, SUGGESTIONS)}


def _quick_replies(body: Mapping[str, Any]) -> dict[str, Any]:
    replies = [
        {"reply": _suggestion(one["title"], one["payload"])} for one in body["replies"]
    ]
    return _text(body) | {"suggestions": some(replies, 1, SUGGESTIONS)}


def _carousel(body: Mapping[str, Any]) -> dict[str, Any]:
    """Show the cards alone: RCS has no room for the text above them."""
    cards = [_card(card) for card in some(body["cards"], *CARDS)]
    carousel = {"cardWidth": "MEDIUM", "cardContents": cards}
    return {"richCard": {"carouselCard": carousel}}


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    links = [_open(button) for button in card["buttons"]]
    return {
        "title": check(card["title"], TITLE),
        "description": check(card["text"], DESCRIPTION),
        "media": {"height": "MEDIUM", "contentInfo": _file(card["image_url"])},
        "suggestions": some(links, 1, CARD_SUGGESTIONS),
    }


def _open(button: Mapping[str, Any]) -> dict[str, Any]:
    title, url = button["title"], check(button["url"], URL)
    return {"action": _suggestion(title, title) | {"openUrlAction": {"url": url}}}


def _suggestion(title: str, payload: str) -> dict[str, str]:
    raw = check(payload, r"(?s)[^\ud800-\udfff]+").encode()
    if len(raw) > PAYLOAD_BYTES:
        raise RowError(
            "A reply's payload is too long for RCS. Shorten the content.",
            reason_code=NOT_SUPPORTED,
        )
    return {"text": check(title, LABEL), "postbackData": b64encode(raw).decode()}


SAID: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "buttons": _buttons,
    "quick_replies": _quick_replies,
    "carousel": _carousel,
}
