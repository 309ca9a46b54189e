"""The message of every peer: a template for drt, a function for dlt."""

from __future__ import annotations

MESSAGE = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "{{ row.address }}",
    "type": "template",
    "template": {
        "name": "{{ row.template_name }}",
        "language": {"code": "{{ row.language_code }}"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "{{ row.first_name }}"}],
            }
        ],
    },
    "biz_opaque_callback_data": "{{ row.delivery_key }}",
}


def message(row: dict[str, str]) -> dict[str, object]:
    text = {"type": "text", "text": row["first_name"]}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": row["address"],
        "type": "template",
        "template": {
            "name": row["template_name"],
            "language": {"code": row["language_code"]},
            "components": [{"type": "body", "parameters": [text]}],
        },
        "biz_opaque_callback_data": row["delivery_key"],
    }
