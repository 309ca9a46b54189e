"""
Infobip: WhatsApp, RCS and KakaoTalk's AlimTalk, many messages a request where it can.

Shapes and limits are those of Infobip's OpenAPI description 3.210.0 (2026-07-23): "Send
WhatsApp template message" and its siblings, "Send RCS messages", "Send Kakao Alim
messages". What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations import infobip_channels, infobip_whatsapp
from sync.destinations.base import RowError
from sync.destinations.http import safe_base_url, secret, whole_number
from sync.destinations.infobip_answers import answers_of
from sync.destinations.message import MessageDestination
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.destinations.base import Answer
    from sync.messages import MessageRow

TEMPLATES = "whatsapp/1/message/template"
RCS = "rcs/2/messages"
ALIM = "kakao-alim/1/messages"
ARRAYS = frozenset({TEMPLATES, RCS, ALIM})
# Infobip takes up to 48 hours. One is as late as a message may come after its time.
VALIDITY_MINUTES, LONGEST_MINUTES = 60, 2880


@dataclass(frozen=True, slots=True, kw_only=True)
class InfobipDestination(MessageDestination):
    """
    One API key of one Infobip account.

    Nobody has published whether a repeated `messageId` is dropped on these channels, so
    a lost answer stays lost. No call here falls back to SMS, shortens or counts a link.
    """

    name: ClassVar[str] = "infobip"
    model: ClassVar[str] = "sync_infobip"
    provider: ClassVar[str] = "infobip"
    # Infobip names no limit, RCS but 10 MB. One refused array costs so much.
    batch_size: ClassVar[int] = 100
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {
            "whatsapp": infobip_whatsapp.KINDS,
            "rcs": infobip_channels.RCS_KINDS,
            "kakao": infobip_channels.ALIM_KINDS,
        }
    )

    key: str = field(repr=False)
    validity_minutes: int = VALIDITY_MINUTES

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_INFOBIP_API_KEY (or _FILE) and OTT_INFOBIP_BASE_URL from `env`.

        OTT_INFOBIP_VALIDITY_MINUTES is how long Infobip may try RCS and AlimTalk.
        """
        key = secret(env, "OTT_INFOBIP_API_KEY")
        url = safe_base_url(env, "OTT_INFOBIP_BASE_URL")
        if url is None:
            raise ConfigError(
                "No Infobip account. Set OTT_INFOBIP_BASE_URL to its own URL."
            )
        name, span = "OTT_INFOBIP_VALIDITY_MINUTES", (1, LONGEST_MINUTES)
        minutes = whole_number(env, name, span) or VALIDITY_MINUTES
        return cls(key=key, base_url=url, validity_minutes=minutes)

    def fits(self, first: MessageRow, row: MessageRow) -> bool:
        """Whether both rows go to the same call, and it takes many messages."""
        try:
            return _path(first) == _path(row) and _path(row) in ARRAYS
        except RowError:
            return False

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say rows of one call, or raise RowError."""
        if len(rows) > 1 and not all(self.fits(rows[0], row) for row in rows):
            raise RowError(
                "These rows go to several calls of Infobip. Send them one by one.",
                reason_code="content_not_supported",
            )
        path = _path(rows[0])
        headers = {"Authorization": f"App {self.key}", "Accept": "application/json"}
        url = f"{self.base_url}/{path}"
        return httpx.Request("POST", url, headers=headers, json=self._body(path, rows))

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """One status a message, found by its id; a 200 can hold refusals."""
        return answers_of(response, rows)

    def _body(self, path: str, rows: Sequence[MessageRow]) -> dict[str, Any]:
        if path == TEMPLATES:
            return {"messages": [infobip_whatsapp.template(row) for row in rows]}
        if path not in ARRAYS:
            return infobip_whatsapp.free_form(rows[0], self.content(rows[0]))
        content = infobip_channels.rcs if path == RCS else infobip_channels.alim
        messages = [
            infobip_channels.message(
                row, content(row, self.content), self.validity_minutes
            )
            for row in rows
        ]
        more = {"options": infobip_channels.RCS_OPTIONS} if path == RCS else {}
        return {"messages": messages, **more}


def _path(row: MessageRow) -> str:
    if row.channel == "whatsapp":
        if row.message_type == "template":
            return TEMPLATES
        return infobip_whatsapp.path(row.content_kind if row.content else "text")
    if row.channel in ("rcs", "kakao"):
        return RCS if row.channel == "rcs" else ALIM
    raise RowError(
        "Infobip is not used for this channel here. Choose another destination.",
        reason_code="content_not_supported",
    )


DESTINATIONS = (InfobipDestination,)
