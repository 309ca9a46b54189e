"""
Brand Message by NHN Cloud: advertising to friends of the channel, no template.

Shapes and lengths are those of NHN Cloud's guide "Brand Message API v1.0", "Request to
send a free-form message" (2026-06-23). NHN itself puts the word for advertising and the
number to say stop at into the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sync.destinations.base import RowError
from sync.destinations.nhn import NhnDestination, envelope, keys, recipient
from sync.destinations.values import check, some
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from sync.destinations.contents import Content
    from sync.messages import MessageRow

PATH = "brand-message/v1.0/appkeys/{app_key}/freestyle-messages"
# I: friends of the channel among those named; M and N reach people who are none.
TARGETINGS = frozenset({"I", "M", "N"})
STOP_NUMBER = re.compile(r"080(-[0-9]{3,4}-[0-9]{4}|[0-9]{7,8})")
STOP_CODE = re.compile(r"[0-9]{1,9}")
TEXT = r"(?=[^\n]*(\n[^\n]*){0,99}\Z)(?s:(?=.*\S)[^\ud800-\udfff]{1,1300})"
BUTTONS, CARD_BUTTONS = 5, 2
NAME, CARD_NAME = r".{1,14}", r".{1,8}"
CARDS = (2, 6)
LINK = r"\S{1,1000}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KakaoBrandDestination(NhnDestination):
    """
    One message a call: everybody in a call gets the same words.

    No key is trusted to drop a repeat: the guide prints the header under another call.
    """

    name: ClassVar[str] = "kakao_brand"
    model: ClassVar[str] = "sync_kakao_brand"
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"kakao": frozenset({"text", "image", "buttons", "carousel"})}
    )

    targeting: str = "I"
    stop_number: str = ""
    stop_code: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take AlimTalk's settings and three more from `env`.

        OTT_KAKAO_TARGETING; OTT_KAKAO_UNSUBSCRIBE_NO and _UNSUBSCRIBE_AUTH_NO, without
        which NHN takes those of the sender profile.
        """
        targeting = env.get("OTT_KAKAO_TARGETING", "").strip() or "I"
        number = env.get("OTT_KAKAO_UNSUBSCRIBE_NO", "").strip()
        code = env.get("OTT_KAKAO_UNSUBSCRIBE_AUTH_NO", "").strip()
        if targeting not in TARGETINGS:
            raise ConfigError("OTT_KAKAO_TARGETING is I, M or N. Correct it.")
        if number and not STOP_NUMBER.fullmatch(number):
            raise ConfigError("OTT_KAKAO_UNSUBSCRIBE_NO is no 080 number. Correct it.")
        if code and not (number and STOP_CODE.fullmatch(code)):
            raise ConfigError(
                "OTT_KAKAO_UNSUBSCRIBE_AUTH_NO is at most 9 digits and belongs to an "
                "OTT_KAKAO_UNSUBSCRIBE_NO. Correct it."
            )
        return cls(**keys(env), targeting=targeting, stop_number=number, stop_code=code)

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row as a free-form message, or raise RowError."""
        (row,) = rows
        content = self.content(row)
        stop = {"unsubscribeNo": self.stop_number, "unsubscribeAuthNo": self.stop_code}
        body = {
            **envelope(row),
            **_bubble(content, row),
            **{name: value for name, value in stop.items() if value},
            "recipientList": [{**recipient(row), "targeting": self.targeting}],
        }
        return self.post(PATH, body, {})


def _bubble(content: Content, row: MessageRow) -> dict[str, Any]:
    if content.kind not in SAID:
        raise RowError(
            "Brand Message has no bubble of this kind. Choose another content.",
            reason_code="content_not_supported",
        )
    return SAID[content.kind](content.body, row)


def _text(body: Mapping[str, Any], _: MessageRow) -> dict[str, Any]:
    return {"chatBubbleType": "TEXT", "content": check(body["text"], TEXT)}


def _image(body: Mapping[str, Any], row: MessageRow) -> dict[str, Any]:
    """A picture never goes without words; those of the row, if the file has none."""
    return {
        "chatBubbleType": "IMAGE",
        "content": check(str(body.get("text") or row.free_text or ""), TEXT),
        "image": {"imageUrl": check(body["url"], LINK)},
    }


def _buttons(body: Mapping[str, Any], row: MessageRow) -> dict[str, Any]:
    return {**_text(body, row), "buttons": _links(body["buttons"], BUTTONS, NAME)}


def _carousel(body: Mapping[str, Any], _: MessageRow) -> dict[str, Any]:
    """Cards only: a carousel has no place for the content's `text`."""
    cards = [
        {
            "header": check(card["title"], r".{1,20}"),
            "message": check(card["text"], r"(?s).{1,180}"),
            "imageUrl": check(card["image_url"], LINK),
            "buttons": _links(card["buttons"], CARD_BUTTONS, CARD_NAME),
        }
        for card in some(body["cards"], *CARDS)
    ]
    return {"chatBubbleType": "CAROUSEL_FEED", "carousel": {"list": cards}}


def _links(
    buttons: Sequence[Mapping[str, Any]], most: int, name: str
) -> list[dict[str, Any]]:
    return [
        {
            "name": check(button["title"], name),
            "type": "WL",
            "linkMo": check(button["url"], LINK),
            "linkPc": button["url"],
        }
        for button in some(buttons, 1, most)
    ]


SAID: Mapping[str, Callable[[Mapping[str, Any], MessageRow], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "buttons": _buttons,
    "carousel": _carousel,
}


DESTINATIONS = (KakaoBrandDestination,)
