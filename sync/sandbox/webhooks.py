"""Webhooks in Meta's shape ("messages", "user_preferences"; copies of 2026-09-11)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync.sandbox.errors import title

if TYPE_CHECKING:
    from datetime import datetime

    from sync.sandbox.whatsapp import Message

ACCOUNT = "100000000000001"


def statuses(
    message: Message, wamid: str, now: datetime, fate: tuple[str, ...], code: int | None
) -> list[dict[str, Any]]:
    """One landing line per status of `fate`, a second apart."""
    lines = []
    for seconds, status in enumerate(fate):
        when = now + timedelta(seconds=seconds)
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": _metadata(message.number),
        }
        if status != "failed":
            # Meta leaves `contacts` out of a failed status.
            value["contacts"] = [_identity(message.person)]
        item = _status(message, wamid, status, when)
        if code is not None and status == "failed":
            item["errors"] = [_error(code)]
        value["statuses"] = [item]
        lines.append(landing("messages", value, when))
    return lines


def _status(
    message: Message, wamid: str, status: str, when: datetime
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": wamid,
        "status": status,
        "timestamp": str(int(when.timestamp())),
    }
    key = "recipient_user_id" if is_bsuid(message.person) else "recipient_id"
    item[key] = message.person
    if message.delivery_key is not None:
        item["biz_opaque_callback_data"] = message.delivery_key
    if status == "sent":
        item["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": message.category,
        }
    return item


def inbound(order: dict[str, Any], wamid: str, now: datetime) -> dict[str, Any]:
    """Make the landing line of one message from a person."""
    person = str(order.get("user_id") or order["from"])
    message: dict[str, Any] = {
        "from_user_id" if is_bsuid(person) else "from": person.removeprefix("+"),
        "id": wamid,
        "timestamp": str(int(now.timestamp())),
    }
    if order.get("context_id"):
        message["context"] = {"id": str(order["context_id"])}
    if order.get("payload"):
        text = str(order.get("text", order["payload"]))
        message["type"] = "button"
        message["button"] = {"payload": str(order["payload"]), "text": text}
    else:
        message["type"] = "text"
        message["text"] = {"body": str(order.get("text", "Hello"))}
    value = {
        "messaging_product": "whatsapp",
        "metadata": _metadata(str(order["phone_number_id"])),
        "contacts": [{"profile": {"name": "Sandbox"}, **_identity(person)}],
        "messages": [message],
    }
    return landing("messages", value, now)


def preference(order: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make the landing line of a person's stop or resume."""
    person = str(order.get("user_id") or order["from"])
    identity = _identity(person)
    value = {
        "messaging_product": "whatsapp",
        "metadata": _metadata(str(order["phone_number_id"])),
        "contacts": [identity],
        "user_preferences": [
            {
                **identity,
                "detail": f"User asked to {order['value']} marketing messages",
                "category": "marketing_messages",
                "value": order["value"],
                "timestamp": int(now.timestamp()),
            }
        ],
    }
    return landing("user_preferences", value, now)


def landing(field: str, value: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Wrap one change in Meta's envelope and our landing line."""
    change = {"field": field, "value": value}
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": ACCOUNT, "time": int(now.timestamp()), "changes": [change]},
        ],
    }
    return {
        "received_at": now.isoformat().replace("+00:00", "Z"),
        "payload": json.dumps(body),
        "sender_id": None,
    }


def is_bsuid(person: str) -> bool:
    """Whether it is a business-scoped user id rather than digits."""
    return "." in person


def _metadata(number: str) -> dict[str, Any]:
    return {"display_phone_number": "15550000000", "phone_number_id": number}


def _identity(person: str) -> dict[str, Any]:
    return {"user_id" if is_bsuid(person) else "wa_id": person.removeprefix("+")}


def _error(code: int) -> dict[str, Any]:
    return {
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": title(code)},
    }
