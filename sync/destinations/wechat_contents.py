"""What a WeChat message says, in WeChat's words: the pages `wechat.py` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.destinations.base import RowError
from sync.destinations.values import INVALID, Values, check, names

if TYPE_CHECKING:
    from sync.destinations.contents import Content
    from sync.messages import MessageRow

# What JSON can only say with `\u` is refused (40033); other text goes as it is.
TEXT = r"(?s)(?=.*\S)[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]+"
LINK = r"https?://\S+"


def custom(content: Content) -> dict[str, Any]:
    """
    Say `content` as a customer service message.

    Raises:
        RowError: WeChat has no such kind, or its files would have to be uploaded.
    """
    body = content.body
    if content.kind == "text":
        text = check(body["text"], TEXT)
        return {"msgtype": "text", "text": {"content": text}}
    if content.kind == "quick_replies":
        replies = [
            {"id": check(one["payload"], TEXT), "content": check(one["title"], TEXT)}
            for one in body["replies"]
        ]
        menu = {
            "head_content": check(body["text"], TEXT),
            "list": replies,
            "tail_content": "",
        }
        return {"msgtype": "msgmenu", "msgmenu": menu}
    raise RowError(
        "WeChat wants files uploaded first, which is not done here. Use text.",
        reason_code="content_not_supported",
    )


def template(row: MessageRow) -> dict[str, Any]:
    """
    Name the template or notice, its values by its own keys, and where a tap leads.

    Raises:
        RowError: A value is missing or WeChat would refuse it.
    """
    values = Values.of(row.variables)
    said: dict[str, Any] = {
        "template_id": check(row.template_name or "", r"\S+"),
        "data": {
            name: {"value": check(values[name], TEXT)}
            for name in names(row.body_parameters)
        },
        **_link(row, values),
    }
    if row.message_type == "template":
        said["client_msg_id"] = row.delivery_key
    return said


def _link(row: MessageRow, values: Values) -> dict[str, str]:
    """Lead to the value of the one entry there may be, `0:url:variable`."""
    if not row.button_parameters:
        return {}
    kind, _, name = row.button_parameters.removeprefix("0:").partition(":")
    if kind != "url":
        raise RowError(
            "A WeChat template has one link, 0:url:variable. Correct the message.",
            reason_code=INVALID,
        )
    where = "url" if row.message_type == "template" else "page"
    return {where: check(values[name], LINK)}
