"""
What goes to Infobip's /whatsapp/1/message calls.

Shapes and lengths are those of Infobip's OpenAPI description 3.210.0 (2026-07-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.contents import caption, wordless
from sync.destinations.values import INVALID, Values, check, names, some, words
from sync.destinations.whatsapp import BSUID, PHONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.destinations.contents import Content
    from sync.messages import MessageRow

# Both are on where nothing is said.
NO_TRACKING = {"shortenUrl": False, "trackClicks": False}
LINK = r"https?://\S{1,2040}"
MEDIA = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
BUTTONS = {
    "url": ("URL", r"(?s).+"),
    "quick_reply": ("QUICK_REPLY", r"(?s).{1,128}"),
    "copy_code": ("COPY_CODE", r"(?s).{1,15}"),
}
MOST_BUTTONS = 10


def path(kind: str | None) -> str:
    """Name the call for a kind of content, or raise RowError."""
    return f"whatsapp/1/message/{_said(kind)[0]}"


def template(row: MessageRow) -> dict[str, Any]:
    """Say a row as a template message, or raise RowError."""
    if row.parameter_format == "NAMED":
        raise RowError(
            "Infobip fills a template by place, not by name. Send it by `whatsapp`.",
            reason_code="content_not_supported",
        )
    values = Values.of(row.variables)
    placeholders = [values[name] for name in names(row.body_parameters)]
    data: dict[str, Any] = {"body": {"placeholders": placeholders}}
    if row.header_parameter:
        data["header"] = _header(row, values[row.header_parameter])
    if buttons := _buttons(row, values):
        data["buttons"] = buttons
    content = {
        "templateName": check(row.template_name or "", r"\S{1,512}"),
        "templateData": data,
        "language": check(row.language_code or "", r"\S+"),
    }
    return _message(row, content) | {"urlOptions": NO_TRACKING}


def free_form(row: MessageRow, content: Content) -> dict[str, Any]:
    """Say a row as anything but a template, or raise RowError."""
    said = _message(row, _said(content.kind)[1](content.body))
    # An audio has no link, and its call no such field.
    return said if content.kind == "audio" else said | {"urlOptions": NO_TRACKING}


def _message(row: MessageRow, content: dict[str, Any]) -> dict[str, Any]:
    shape = BSUID if row.address_type == "bsuid" else PHONE
    return {
        "from": check(row.provider_account, r"\+?[0-9]{1,23}").lstrip("+"),
        "to": check(row.address, shape, reason="address_invalid").lstrip("+"),
        "messageId": row.delivery_key,
        "content": content,
        "callbackData": row.delivery_key,
    }


def _header(row: MessageRow, value: str) -> dict[str, str]:
    kind = (row.header_format or "").upper()
    if kind == "TEXT":
        return {"type": kind, "placeholder": value}
    if kind not in MEDIA:
        raise RowError(
            f"A header of kind {kind or 'none'} cannot be filled. Use text or media.",
            reason_code=INVALID,
        )
    media = {"type": kind, "mediaUrl": check(value, LINK)}
    if kind == "DOCUMENT":
        name = value.partition("?")[0].rpartition("/")[2]
        media["filename"] = check(name, r".{1,240}")
    return media


def _buttons(row: MessageRow, values: Values) -> list[dict[str, str]]:
    """
    Say `index:sub_type:variable` in the template's order.

    Infobip wants them so, and without an index.
    """
    parts = [item.split(":", 2) for item in names(row.button_parameters)]
    if not all(
        len(part) == 3 and part[0].isdecimal() and part[1] in BUTTONS  # noqa: PLR2004
        for part in parts
    ):
        raise RowError(
            "A button of the template cannot be filled. Change the template.",
            reason_code=INVALID,
        )
    said = []
    for _, sub_type, name in sorted(parts, key=lambda part: int(part[0])):
        kind, shape = BUTTONS[sub_type]
        said.append({"type": kind, "parameter": check(values[name], shape)})
    return said


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": words(body["text"], 4096), "previewUrl": False}


def _media(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"mediaUrl": check(body["url"], LINK), **caption(body)}


def _audio(body: Mapping[str, Any]) -> dict[str, Any]:
    return _media(wordless(body))


def _url_button(body: Mapping[str, Any]) -> dict[str, Any]:
    (button,) = some(body["buttons"], 1, 1)
    return {
        "body": {"text": words(body["text"], 1024)},
        "action": _link(button),
    }


def _replies(body: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [
        {
            "type": "REPLY",
            "id": check(reply["payload"], r"\S(.{0,254}\S)?"),
            "title": words(reply["title"], 20),
        }
        for reply in some(body["replies"], 1, 3)
    ]
    return {
        "body": {"text": words(body["text"], 1024)},
        "action": {"buttons": buttons},
    }


def _list(body: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "id": words(one["id"], 200),
            "title": words(one["title"], 24),
            "description": words(one["description"], 72),
        }
        for one in some(body["rows"], 1, 10)
    ]
    title = words(body["button"], 20)
    return {
        "body": {"text": words(body["text"], 1024)},
        "action": {"title": title, "sections": [{"rows": rows}]},
    }


def _carousel(body: Mapping[str, Any]) -> dict[str, Any]:
    cards = [
        {
            "header": {"type": "IMAGE", "url": check(card["image_url"], LINK)},
            # A card has no title of its own.
            "body": {"text": words(f"{card['title']}\n{card['text']}", 160)},
            "button": _link(*some(card["buttons"], 1, 1)),
        }
        for card in some(body["cards"], 2, 10)
    ]
    return {
        "body": {"text": words(body["text"], 1024)},
        "action": {"type": "URL", "cards": cards},
    }


def _link(button: Mapping[str, Any]) -> dict[str, str]:
    text = words(button["title"], 20)
    return {"displayText": text, "url": check(button["url"], LINK)}


SAID: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "text": ("text", _text),
    "image": ("image", _media),
    "audio": ("audio", _audio),
    "video": ("video", _media),
    "buttons": ("interactive/url-button", _url_button),
    "quick_replies": ("interactive/buttons", _replies),
    "list": ("interactive/list", _list),
    "carousel": ("interactive/media-carousel", _carousel),
}
KINDS = frozenset(SAID)


def _said(
    kind: str | None,
) -> tuple[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    if kind is None or kind not in SAID:
        raise RowError(
            "Infobip has no WhatsApp message of this kind. Choose another content.",
            reason_code="content_not_supported",
        )
    return SAID[kind]
