"""
Salesforce Marketing Cloud: single messages to LINE and WhatsApp.

Shapes are those of Salesforce's page "Send OTT messages" (copy of 2026). The body of a
WhatsApp message was not to be had: it is made after the page for SMS, unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.line import USER_ID
from sync.destinations.message import answer_of, for_all
from sync.destinations.sfmc_account import SfmcAccount, contact_key
from sync.destinations.sfmc_answers import code_of, sent_key
from sync.destinations.values import Values, check, names, words
from sync.destinations.whatsapp import PHONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.messages import MessageRow

KEY = r"[^\s/:]{1,200}"
LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcOttDestination(SfmcAccount):
    """
    Single messages: LINE by /ott/v1/send, WhatsApp by a send definition.

    The message key is unique in a business unit for two days, as the pages for SMS and
    e-mail say; for OTT it is not said, so nothing is repeated on its strength.
    """

    name: ClassVar[str] = "sfmc_ott"
    model: ClassVar[str] = "sync_sfmc_ott"
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"line": frozenset({"text"})}
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of all."""
        return cls(**cls.settings(env))

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row for its channel, or raise RowError."""
        (row,) = rows
        if row.channel == "line":
            return httpx.Request(
                "POST", f"{self.base_url}/ott/v1/send", json=self._line(row)
            )
        if row.channel == "whatsapp":
            url = f"{self.base_url}/messaging/v1/ott/messages/{row.delivery_key}"
            return httpx.Request("POST", url, json=_whatsapp(row))
        raise RowError(
            "Marketing Cloud sends to LINE and WhatsApp only. Choose another way.",
            reason_code="content_not_supported",
        )

    def _line(self, row: MessageRow) -> dict[str, Any]:
        content = self.content(row)
        if content.kind != "text":
            raise RowError(
                "Marketing Cloud sends text to LINE. Choose another content.",
                reason_code="content_not_supported",
            )
        return {
            "messageKey": row.delivery_key,
            "from": {"senderType": "line", "senderId": row.provider_account},
            "to": {"ottId": check(row.address, USER_ID, reason="address_invalid")},
            "message": {
                "subject": row.campaign_id,
                "contents": [
                    {"type": "text", "text": words(content.body["text"], LONGEST)}
                ],
            },
        }

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 2xx with a request id and no error beside it."""
        return for_all(answer_of(response, sent_key, code_of), rows)


def _whatsapp(row: MessageRow) -> dict[str, Any]:
    values = Values.of(row.variables)
    return {
        "definitionKey": check(row.template_name or "", KEY),
        "recipient": {
            "contactKey": contact_key(row),
            "to": check(row.address, PHONE, reason="address_invalid"),
            "attributes": {name: values[name] for name in names(row.body_parameters)},
        },
    }


DESTINATIONS = (SfmcOttDestination,)
