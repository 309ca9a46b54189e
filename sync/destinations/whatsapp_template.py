"""
A WhatsApp template with its parameters, as Meta says it.

Shapes are those of Meta's "Send messages" page (2026-04-23) and OpenAPI file v23.0
(2025-11-21).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.values import Values, check, names

if TYPE_CHECKING:
    from sync.messages import MessageRow, WhatsAppRow

MEDIA = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
COUPON = r".{1,20}"


def template_of(row: WhatsAppRow | MessageRow) -> dict[str, Any]:
    """Say the template as Meta does, or raise RowError; providers pass it on as is."""
    values = Values.of(row.variables)
    components = [*_header(row, values), *_body(row, values), *_buttons(row, values)]
    template: dict[str, Any] = {
        "name": check(row.template_name or "", r"\S+"),
        "language": {"code": check(row.language_code or "", r"\S+")},
    }
    if components:
        template["components"] = components
    return {"type": "template", "template": template}


def _header(row: WhatsAppRow | MessageRow, values: Values) -> list[dict[str, Any]]:
    if not row.header_parameter:
        return []
    kind = (row.header_format or "").upper()
    if kind == "TEXT":
        parameter = _text(row, row.header_parameter, values)
    elif kind in MEDIA:
        media = _media(kind, values[row.header_parameter])
        parameter = {"type": kind.lower(), kind.lower(): media}
    else:
        raise RowError(
            f"A header of kind {kind or 'none'} cannot be filled. Use text or media.",
            reason_code="template_params_invalid",
        )
    return [{"type": "header", "parameters": [parameter]}]


def _media(kind: str, value: str) -> dict[str, str]:
    """A link; a document also shows its file name to the person."""
    media = {"link": check(value, r"https?://\S+")}
    name = value.partition("?")[0].rpartition("/")[2]
    return media | ({"filename": name} if kind == "DOCUMENT" and name else {})


def _body(row: WhatsAppRow | MessageRow, values: Values) -> list[dict[str, Any]]:
    parameters = [_text(row, name, values) for name in names(row.body_parameters)]
    return [{"type": "body", "parameters": parameters}] if parameters else []


def _text(row: WhatsAppRow | MessageRow, name: str, values: Values) -> dict[str, Any]:
    named = {"parameter_name": name} if row.parameter_format == "NAMED" else {}
    return {"type": "text", **named, "text": values[name]}


def _buttons(row: WhatsAppRow | MessageRow, values: Values) -> list[dict[str, Any]]:
    return [_button(item, values) for item in names(row.button_parameters)]


def _button(item: str, values: Values) -> dict[str, Any]:
    """One button from `index:sub_type:variable`."""
    index, _, rest = item.partition(":")
    sub_type, _, name = rest.partition(":")
    value = values[name]
    if sub_type == "url":
        parameter = {"type": "text", "text": value}
    elif sub_type == "quick_reply":
        parameter = {"type": "payload", "payload": value}
    elif sub_type == "copy_code":
        coupon = check(value, COUPON)
        parameter = {"type": "coupon_code", "coupon_code": coupon}
    else:
        raise RowError(
            f"A button of kind {sub_type!r} cannot be filled. Change the template.",
            reason_code="template_params_invalid",
        )
    return {
        "type": "button",
        "sub_type": sub_type,
        "index": index,
        "parameters": [parameter],
    }
