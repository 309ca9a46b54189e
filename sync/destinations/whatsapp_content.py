"""
Free-form WhatsApp messages of more than text, for an open reply window.

Shapes and limits are those of Meta's pages "Interactive call-to-action URL button
messages", "Interactive reply buttons messages", "Interactive list messages" and of the
media messages (copies of 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.contents import LINK, caption, wordless
from sync.destinations.values import check, some, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.destinations.contents import Content

# Characters of a text, and of the one beside something else.
LONGEST, BODY = 4096, 1024
TITLE = r"[^\ud800-\udfff]{1,20}"
ROW_TITLE = r"[^\ud800-\udfff]{1,24}"
ROW_TEXT = r"[^\ud800-\udfff]{1,72}"
REPLY_ID = r".{1,256}"
URL_BUTTONS, REPLIES, ROWS = 1, 3, 10


def said(content: Content) -> dict[str, Any]:
    """
    Say a content in Meta's words.

    Raises:
        RowError: WhatsApp has no such free-form message, or not so long a one.
    """
    if content.kind not in SAID:
        raise RowError(
            "WhatsApp has no free-form message of this kind. Choose another content.",
            reason_code="content_not_supported",
        )
    return SAID[content.kind](content.body)


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    text = words(body["text"], LONGEST)
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _image(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "image", "image": _media(body)}


def _video(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "video", "video": _media(body)}


def _audio(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "audio", "audio": _media(wordless(body))}


def _media(body: Mapping[str, Any]) -> dict[str, str]:
    return {"link": check(body["url"], LINK), **caption(body)}


def _buttons(body: Mapping[str, Any]) -> dict[str, Any]:
    [button] = some(body["buttons"], 1, URL_BUTTONS)
    parameters = {
        "display_text": check(button["title"], TITLE),
        "url": check(button["url"], LINK),
    }
    action = {"name": "cta_url", "parameters": parameters}
    return _interactive("cta_url", body, action)


def _quick_replies(body: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [
        {
            "type": "reply",
            "reply": {
                "id": check(reply["payload"], REPLY_ID),
                "title": check(reply["title"], TITLE),
            },
        }
        for reply in some(body["replies"], 1, REPLIES)
    ]
    return _interactive("button", body, {"buttons": buttons})


def _list(body: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "id": check(row["id"], r".{1,200}"),
            "title": check(row["title"], ROW_TITLE),
            "description": check(row["description"], ROW_TEXT),
        }
        for row in some(body["rows"], 1, ROWS)
    ]
    button = check(body["button"], TITLE)
    return _interactive("list", body, {"button": button, "sections": [{"rows": rows}]})


def _interactive(
    kind: str, body: Mapping[str, Any], action: dict[str, Any]
) -> dict[str, Any]:
    text = {"text": words(body["text"], BODY)}
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": text, "action": action},
    }


SAID: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "audio": _audio,
    "video": _video,
    "buttons": _buttons,
    "quick_replies": _quick_replies,
    "list": _list,
}
