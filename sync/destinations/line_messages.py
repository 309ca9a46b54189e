"""
LINE's message objects, one for each kind of content.

Shapes are those of line-openapi (2026-07-01), lengths those of LINE's "Messaging API
reference" (2026); LINE counts in UTF-16 units.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.contents import wordless
from sync.destinations.values import INVALID, check, some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.destinations.contents import Content

MILLISECONDS = 1000
ALT_TEXT = 400
BUTTONS, CARD_BUTTONS, REPLIES, CARDS = 4, 3, 13, 10
LINK = r"https://\S{1,1992}"
SENDABLE = r"(?s)(?=.*\S)[^\ud800-\udfff]+"


def message_of(content: Content) -> dict[str, Any]:
    """Say `content` as one message object, or raise RowError."""
    if content.kind not in SAID:
        raise RowError(
            "LINE has no message of this kind. Choose another content.",
            reason_code="content_not_supported",
        )
    return SAID[content.kind](content.body)


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": _short(body["text"], 5000)}


def _image(body: Mapping[str, Any]) -> dict[str, Any]:
    preview = wordless(body).get("preview_url") or body["url"]
    return {
        "type": "image",
        "originalContentUrl": check(body["url"], LINK),
        "previewImageUrl": check(str(preview), LINK),
    }


def _audio(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "audio",
        "originalContentUrl": check(wordless(body)["url"], LINK),
        "duration": body["seconds"] * MILLISECONDS,
    }


def _video(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "video",
        "originalContentUrl": check(wordless(body)["url"], LINK),
        "previewImageUrl": check(body["preview_url"], LINK),
    }


def _buttons(body: Mapping[str, Any]) -> dict[str, Any]:
    template = {
        "type": "buttons",
        "text": _short(body["text"], 160),
        "actions": [_link(one) for one in some(body["buttons"], 1, BUTTONS)],
    }
    return _template(body, template)


def _quick_replies(body: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {
            "type": "action",
            "action": {
                "type": "postback",
                "label": _short(reply["title"], 20),
                "data": _short(reply["payload"], 300),
                "displayText": reply["title"],
            },
        }
        for reply in some(body["replies"], 1, REPLIES)
    ]
    return {**_text(body), "quickReply": {"items": items}}


def _carousel(body: Mapping[str, Any]) -> dict[str, Any]:
    # LINE wants as many actions in each column.
    actions = {len(card["buttons"]) for card in body["cards"]}
    if len(actions) > 1:
        raise RowError(
            "Each card of a LINE carousel needs as many buttons. Even out the content.",
            reason_code="content_not_supported",
        )
    columns = [
        {
            "thumbnailImageUrl": check(card["image_url"], LINK),
            "title": _short(card["title"], 40),
            "text": _short(card["text"], 60),
            "actions": [_link(one) for one in some(card["buttons"], 1, CARD_BUTTONS)],
        }
        for card in some(body["cards"], 1, CARDS)
    ]
    return _template(body, {"type": "carousel", "columns": columns})


def _template(body: Mapping[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    # Shown in the list of chats and in notifications.
    alt_text = _short(body["text"], ALT_TEXT)
    return {"type": "template", "altText": alt_text, "template": template}


def _link(button: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "uri",
        "label": _short(button["title"], 20),
        "uri": check(button["url"], r"https://\S{1,992}"),
    }


def _short(text: str, most: int) -> str:
    """Return `text` if it can be sent and is short enough, or raise RowError."""
    if re.fullmatch(SENDABLE, text) and len(text.encode("utf-16-le")) <= 2 * most:
        return text
    raise RowError(
        f"A text is empty, unsendable or longer than LINE's {most}. Correct it.",
        reason_code=INVALID,
    )


SAID: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "audio": _audio,
    "video": _video,
    "buttons": _buttons,
    "quick_replies": _quick_replies,
    "carousel": _carousel,
}
KINDS = frozenset(SAID)
