"""Webhooks in Meta's real shapes (WhatsApp Cloud API, pages of 2026-09-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.demo.world import MAIN_NUMBER, WABA, template_id

if TYPE_CHECKING:
    from datetime import datetime

DISPLAY_NUMBER = "15550001111"


def body(*changes: dict[str, Any], waba: str = WABA) -> dict[str, Any]:
    """Wrap changes as one webhook call; Meta may batch several."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": list(changes)}],
    }


def batch(*bodies: dict[str, Any]) -> dict[str, Any]:
    """Make one call of several: Meta may also batch entries."""
    return bodies[0] | {"entry": [each for body in bodies for each in body["entry"]]}


def message(
    wamid: str,
    when: datetime,
    *,
    phone: str | None = None,
    user_id: str | None = None,
    number: str = MAIN_NUMBER,
    kind: str = "text",
    content: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Build a message from a customer; without a phone only the user id is there."""
    sent: dict[str, Any] = {
        "id": wamid,
        "timestamp": str(int(when.timestamp())),
        "type": kind,
    }
    contact: dict[str, Any] = {"profile": {"name": "A customer"}}
    if phone:
        sent["from"] = contact["wa_id"] = phone.lstrip("+")
    if user_id:
        sent["from_user_id"] = contact["user_id"] = user_id
    if kind == "text":
        sent["text"] = {"body": "Hello"}
    sent |= content or {}
    return _change("messages", number, {"contacts": [contact], "messages": [sent]})


def status(
    wamid: str,
    word: str,
    when: datetime,
    phone: str,
    *,
    code: int | None = None,
    number: str = MAIN_NUMBER,
) -> dict[str, Any]:
    """Build a status of a message we sent; a failed one comes without contacts."""
    item: dict[str, Any] = {
        "id": wamid,
        "status": word,
        "timestamp": str(int(when.timestamp())),
        "recipient_id": phone.lstrip("+"),
    }
    value: dict[str, Any] = {}
    if word == "failed":
        item["errors"] = [{"code": code, "title": "Message failed"}]
    else:
        value["contacts"] = [{"wa_id": phone.lstrip("+")}]
        item["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "marketing",
        }
    return _change("messages", number, value | {"statuses": [item]})


def preference(
    phone: str, word: str, when: datetime, number: str = MAIN_NUMBER
) -> dict[str, Any]:
    """Build a switch of marketing in WhatsApp itself; its time is a number."""
    item = {
        "wa_id": phone.lstrip("+"),
        "detail": f"User requested to {word} marketing messages",
        "category": "marketing_messages",
        "value": word,
        "timestamp": int(when.timestamp()),
    }
    value = {"contacts": [{"wa_id": phone.lstrip("+")}], "user_preferences": [item]}
    return _change("user_preferences", number, value)


def template_status(
    name: str, language: str, event: str, reason: str = "NONE"
) -> dict[str, Any]:
    """Build an update of a template's status."""
    return {
        "field": "message_template_status_update",
        "value": {
            "event": event,
            "message_template_id": template_id(name, language),
            "message_template_name": name,
            "message_template_language": language,
            "reason": reason,
        },
    }


def template_category(name: str, language: str, old: str, new: str) -> dict[str, Any]:
    """Build a change of a template's category."""
    return {
        "field": "template_category_update",
        "value": {
            "message_template_id": template_id(name, language),
            "message_template_name": name,
            "message_template_language": language,
            "previous_category": old,
            "new_category": new,
        },
    }


def other(field: str, **value: Any) -> dict[str, Any]:
    """Build any other change: account, number and quality news."""
    return {"field": field, "value": value}


def _change(field: str, number: str, value: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": number}
    return {
        "field": field,
        "value": {"messaging_product": "whatsapp", "metadata": metadata} | value,
    }
