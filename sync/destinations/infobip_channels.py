"""
What goes to Infobip's /rcs/2/messages and /kakao-alim/1/messages: one envelope.

Shapes and lengths are those of Infobip's OpenAPI description 3.210.0 (2026-07-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.contents import wordless
from sync.destinations.values import Values, check, names, some, words
from sync.destinations.whatsapp import PHONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.destinations.contents import Content
    from sync.messages import MessageRow

# Tracking is on where nothing is said, and so is an order that makes one failure stop
# the rest.
RCS_OPTIONS: Mapping[str, Any] = {
    "tracking": {"shortenUrl": False, "trackClicks": False},
    "messageOrdering": {"respectOrder": False, "stopOnFailure": False},
}
LINK = r"https?://\S{1,2040}"


def message(
    row: MessageRow, content: dict[str, Any], validity_minutes: int
) -> dict[str, Any]:
    """Put content into the envelope of one recipient, or raise RowError."""
    to = check(row.address, PHONE, reason="address_invalid").lstrip("+")
    validity = {"amount": validity_minutes, "timeUnit": "MINUTES"}
    return {
        "sender": check(row.provider_account, r"\S+"),
        "destinations": [{"to": to, "messageId": row.delivery_key}],
        "content": content,
        "options": {"validityPeriod": validity},
        "webhooks": {"callbackData": row.delivery_key},
    }


def alim(row: MessageRow, filled: Callable[[MessageRow], Content]) -> dict[str, Any]:
    """
    Say a row as an AlimTalk: the text must be the template's, filled.

    An AlimTalk without its template is refused here, for it would be another message.
    """
    content = filled(row)
    if content.kind not in ALIM_KINDS:
        raise _unsaid("AlimTalk")
    said = {
        "type": "TEMPLATE",
        "templateCode": check(row.template_name or "", r"\S{1,30}"),
        "text": words(content.body["text"], 1000),
    }
    if content.kind != "buttons":
        return said
    buttons = [
        {
            "type": "URL",
            "name": words(button["title"], 28),
            "urlMobile": check(button["url"], r"https?://\S{1,490}"),
            "urlPc": button["url"],
        }
        for button in some(content.body["buttons"], 1, 5)
    ]
    return said | {"buttons": buttons}


def rcs(row: MessageRow, filled: Callable[[MessageRow], Content]) -> dict[str, Any]:
    """Say a row as an RCS message, or raise RowError."""
    if row.template_name:
        values = Values.of(row.variables)
        return {
            "type": "PROVIDER_TEMPLATE",
            "templateId": row.template_name,
            "parameters": [
                {"name": name, "value": values[name]}
                for name in names(row.body_parameters)
            ],
        }
    content = filled(row)
    if content.kind not in RCS_SAID:
        raise _unsaid("RCS")
    return RCS_SAID[content.kind](content.body)


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "TEXT", "text": words(body["text"], 3072)}


def _file(body: Mapping[str, Any]) -> dict[str, Any]:
    url = check(wordless(body)["url"], LINK)
    return {"type": "FILE", "file": {"url": url}}


def _video(body: Mapping[str, Any]) -> dict[str, Any]:
    return _file(body) | {"thumbnail": {"url": check(body["preview_url"], LINK)}}


def _links(body: Mapping[str, Any]) -> dict[str, Any]:
    found = [_link(button) for button in some(body["buttons"], 1, 11)]
    return _text(body) | {"suggestions": found}


def _replies(body: Mapping[str, Any]) -> dict[str, Any]:
    found = [
        {
            "type": "REPLY",
            "text": words(reply["title"], 25),
            "postbackData": words(reply["payload"], 2024),
        }
        for reply in some(body["replies"], 1, 11)
    ]
    return _text(body) | {"suggestions": found}


def _carousel(body: Mapping[str, Any]) -> dict[str, Any]:
    """Say the cards; a carousel of RCS has no text before them."""
    cards = [
        {
            "title": words(card["title"], 200),
            "description": words(card["text"], 2000),
            "media": {
                "file": {"url": check(card["image_url"], LINK)},
                "height": "MEDIUM",
            },
            "suggestions": [_link(one) for one in some(card["buttons"], 1, 4)],
        }
        for card in some(body["cards"], 2, 10)
    ]
    return {"type": "CAROUSEL", "cardWidth": "MEDIUM", "contents": cards}


def _link(button: Mapping[str, Any]) -> dict[str, str]:
    return {
        "type": "OPEN_URL",
        "text": words(button["title"], 25),
        "postbackData": button["title"],
        "url": check(button["url"], LINK),
    }


def _unsaid(channel: str) -> RowError:
    return RowError(
        f"Infobip has no {channel} message of this kind. Choose another content.",
        reason_code="content_not_supported",
    )


RCS_SAID: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _file,
    "audio": _file,
    "video": _video,
    "buttons": _links,
    "quick_replies": _replies,
    "carousel": _carousel,
}
RCS_KINDS = frozenset(RCS_SAID)
ALIM_KINDS = frozenset({"text", "buttons"})
