"""
WhatsApp Cloud API: one POST per message, no idempotency key.

Payload shapes are those of Meta's "Send messages" page (2026-04-23) and OpenAPI file
v23.0 (2025-11-21). What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import quote

import httpx

from sync.destinations.base import Answer
from sync.destinations.contents import content_of
from sync.destinations.http import (
    content_json,
    is_no,
    retry_after,
    safe_base_url,
    secret,
)
from sync.destinations.values import Values, check
from sync.destinations.whatsapp_content import SAID, said
from sync.destinations.whatsapp_template import template_of
from sync.errors import ConfigError
from sync.messages import SendRow, WhatsAppRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.destinations.contents import Content

POLICIES = ("", "CLOUD_API_FALLBACK", "STRICT")
PHONE = r"\+[1-9][0-9]{7,14}"
BSUID = r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}"
# A held template is on its way; a paused one never leaves ("Template pacing",
# 2026-09-11). The answer names no code, so it gets the one the webhook would carry.
TEMPLATE_PAUSED = "132015"


@dataclass(frozen=True, slots=True)
class WhatsAppDestination:
    """One access token of one WhatsApp business account."""

    name: ClassVar[str] = "whatsapp"
    model: ClassVar[str] = "sync_whatsapp"
    provider: ClassVar[str] = "meta"
    row: ClassVar[type[SendRow]] = WhatsAppRow
    sends: ClassVar[bool] = True
    batch_size: ClassVar[int] = 1
    answers: ClassVar[Literal["per_row", "batch"]] = "per_row"
    dedupe_seconds: ClassVar[int] = 0
    keeps_state: ClassVar[bool] = False

    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"whatsapp": frozenset(SAID)}
    )

    token: str = field(repr=False)
    base_url: str = "https://graph.facebook.com/v25.0"
    # Empty is the Cloud API for all; else Marketing Messages, for marketing templates.
    product_policy: str = ""
    contents: Mapping[str, Content] = field(default_factory=dict, repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_WHATSAPP_TOKEN (or _FILE) and OTT_WHATSAPP_BASE_URL from `env`.

        OTT_WHATSAPP_MARKETING_MESSAGES (CLOUD_API_FALLBACK or STRICT) sends marketing
        templates by /marketing_messages; the business account has to be onboarded.
        """
        token = secret(env, "OTT_WHATSAPP_TOKEN")
        url = safe_base_url(env, "OTT_WHATSAPP_BASE_URL")
        policy = env.get("OTT_WHATSAPP_MARKETING_MESSAGES", "").strip()
        if policy not in POLICIES:
            raise ConfigError(
                "OTT_WHATSAPP_MARKETING_MESSAGES is CLOUD_API_FALLBACK or STRICT."
            )
        made = cls(token, url) if url else cls(token)
        return replace(made, product_policy=policy)

    def request(self, rows: Sequence[WhatsAppRow]) -> httpx.Request:
        """Say the one row as a template or as free text, or raise RowError."""
        (row,) = rows
        is_template = row.message_type == "template"
        content = template_of(row) if is_template else self._free_form(row)
        path = "messages"
        if is_template and row.purpose == "marketing" and self.product_policy:
            path, content["product_policy"] = "marketing_messages", self.product_policy
        return httpx.Request(
            "POST",
            _url(self.base_url, row.phone_number_id, path),
            headers={"Authorization": f"Bearer {self.token}"},
            json={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                **_recipient(row),
                **content,
                "biz_opaque_callback_data": row.delivery_key,
            },
        )

    def _free_form(self, row: WhatsAppRow) -> dict[str, Any]:
        return said(content_of(self.contents, row, Values.of(row.variables)))

    def read(
        self, response: httpx.Response, rows: Sequence[WhatsAppRow]
    ) -> list[Answer]:
        """Accepted only by a 200 with a message id, refused only by Meta's own code."""
        answer = _answer(response)
        return [answer for _ in rows]


@lru_cache
def _url(base_url: str, phone_number_id: str, path: str) -> httpx.URL:
    """Parse it once for all of a sender's messages."""
    return httpx.URL(f"{base_url}/{quote(phone_number_id, safe='')}/{path}")


def _recipient(row: WhatsAppRow) -> dict[str, str]:
    """
    Name the person by phone or by business-scoped user id.

    Without its `+` a number gets the business's own country code and reaches a
    stranger; where both keys are present `to` wins (Meta, 2026-05-05).
    """
    if row.address_type == "bsuid":
        return {"recipient": check(row.address, BSUID, reason="address_invalid")}
    return {"to": check(row.address, PHONE, reason="address_invalid")}


def _answer(response: httpx.Response) -> Answer:
    body = content_json(response)
    if response.status_code == httpx.codes.OK:
        return _success(body)
    wait = retry_after(response)
    if response.is_error and (code := _error_code(body)):
        return Answer("refused" if is_no(response) else "failed", code, None, wait)
    return Answer("unknown", retry_after=wait)


def _success(body: object) -> Answer:
    match body:
        case {"messages": [{"id": str(wamid)} as message, *_], **rest} if (
            wamid and "error" not in rest
        ):
            if message.get("message_status") == "paused":
                return Answer("refused", TEMPLATE_PAUSED, provider_message_id=wamid)
            return Answer("accepted", provider_message_id=wamid)
    return Answer("unknown")


def _error_code(body: object) -> str | None:
    match body:
        case {"error": {"code": int(code)}} if not isinstance(code, bool):
            return str(code)
    return None


DESTINATIONS = (WhatsAppDestination,)
