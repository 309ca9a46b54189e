"""
Vonage Messages API v1: one POST per message, no idempotency key.

Shapes are those of its OpenAPI description 1.20.0 and of vonage-messages 1.8.1 (2026).
What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations.contents import LINK, caption, wordless
from sync.destinations.http import basic, is_no, safe_base_url, secret
from sync.destinations.message import (
    MessageDestination,
    answer_of,
    for_all,
    is_template,
    not_carried,
)
from sync.destinations.values import check, words
from sync.destinations.whatsapp import BSUID, PHONE
from sync.destinations.whatsapp_template import template_of
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.destinations.base import Answer
    from sync.messages import MessageRow

BASE_URL = "https://api.nexmo.com"
# Characters of a text, by channel.
LONGEST = {"whatsapp": 4096, "rcs": 3072, "sms": 3200}
NUMBER = r"[1-9][0-9]{6,14}"
SENDERS = {
    "whatsapp": NUMBER,
    "rcs": r"[A-Za-z0-9_&-]+",
    "sms": rf"{NUMBER}|[0-9]{{3,8}}|(?=.*[A-Za-z])[A-Za-z0-9 ]{{1,11}}",
}
MEDIA = frozenset({"image", "audio", "video"})
NAMESPACE = re.compile("[A-Za-z0-9_]{1,100}")
MESSAGE = re.compile("[0-9A-Za-z-]{1,100}")
# The code is the title, or stands behind the hash sign of the type's address.
TITLE = re.compile("[0-9]{3,6}")
FRAGMENT = re.compile("[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VonageDestination(MessageDestination):
    """
    One account, by its key and secret.

    Attributes:
        template_namespace: Put before a template's name that has none.
        webhook_url: Where statuses go; None is where the account's settings say.
    """

    name: ClassVar[str] = "vonage"
    model: ClassVar[str] = "sync_vonage"
    provider: ClassVar[str] = "vonage"
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {
            "whatsapp": frozenset({"text"}) | MEDIA,
            "rcs": frozenset({"text"}),
            "sms": frozenset({"text"}),
        }
    )

    api_key: str
    api_secret: str = field(repr=False)
    base_url: str = BASE_URL
    template_namespace: str = ""
    webhook_url: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_VONAGE_API_KEY and OTT_VONAGE_API_SECRET (or _FILE).

        Optional: _BASE_URL (a region's own), _TEMPLATE_NAMESPACE, _WEBHOOK_URL.
        """
        namespace = env.get("OTT_VONAGE_TEMPLATE_NAMESPACE", "").strip()
        if namespace and not NAMESPACE.fullmatch(namespace):
            raise ConfigError("OTT_VONAGE_TEMPLATE_NAMESPACE is none. Correct it.")
        return cls(
            api_key=secret(env, "OTT_VONAGE_API_KEY"),
            api_secret=secret(env, "OTT_VONAGE_API_SECRET"),
            base_url=safe_base_url(env, "OTT_VONAGE_BASE_URL") or BASE_URL,
            template_namespace=namespace,
            webhook_url=safe_base_url(env, "OTT_VONAGE_WEBHOOK_URL"),
        )

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row, or raise RowError; never with a failover."""
        (row,) = rows
        if row.channel not in LONGEST:
            raise not_carried(row.channel)
        ours = row.provider_account.removeprefix("+")
        body = {
            "channel": row.channel,
            "to": _recipient(row),
            "from": check(ours, SENDERS[row.channel], reason="sender_restricted"),
            **(self._template(row) if is_template(row) else self._free(row)),
            "client_ref": row.delivery_key,
            # Staging reads this version's statuses, whatever the account is set to.
            "webhook_version": "v1",
        }
        if self.webhook_url:
            body["webhook_url"] = self.webhook_url
        return httpx.Request(
            "POST",
            f"{self.base_url}/v1/messages",
            headers={"Authorization": basic(self.api_key, self.api_secret)},
            json=body,
        )

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a message's uuid, refused by a problem of Vonage's own."""
        return for_all(answer_of(response, _sent, _code), rows)

    def _free(self, row: MessageRow) -> dict[str, Any]:
        content = self.content(row)
        if content.kind == "text":
            text = words(content.body["text"], LONGEST[row.channel])
            return {"message_type": "text", "text": text}
        if content.kind not in self.carries[row.channel]:
            raise not_carried(f"{content.kind} on {row.channel}")
        # A sound has no caption.
        body = wordless(content.body) if content.kind == "audio" else content.body
        file = {"url": check(body["url"], LINK), **caption(body)}
        return {"message_type": content.kind, content.kind: file}

    def _template(self, row: MessageRow) -> dict[str, Any]:
        """
        Say a template by name and values, or as Meta's own object where it has more.

        Vonage's `template` knows the body's values in their order and nothing else;
        `custom` is passed on to WhatsApp as it is.
        """
        if row.channel != "whatsapp":
            raise not_carried(f"template on {row.channel}")
        namespace, _, name = (row.template_name or "").rpartition(":")
        namespace = namespace or self.template_namespace
        said = template_of(replace(row, template_name=name))
        if row.header_parameter or row.button_parameters or _is_named(row):
            own = {"namespace": namespace} if namespace else {}
            return {
                "message_type": "custom",
                "custom": said | {"template": own | said["template"]},
            }
        components = said["template"].get("components", [])
        values = [p["text"] for part in components for p in part["parameters"]]
        template: dict[str, Any] = {
            "name": f"{namespace}:{name}" if namespace else name
        }
        if values:
            template["parameters"] = values
        locale = said["template"]["language"]["code"]
        return {
            "message_type": "template",
            "template": template,
            "whatsapp": {"locale": locale, "policy": "deterministic"},
        }


def _is_named(row: MessageRow) -> bool:
    return row.parameter_format == "NAMED" and bool(row.body_parameters)


def _recipient(row: MessageRow) -> str:
    """Name the person by digits without a plus, or by WhatsApp's own user id."""
    if row.channel == "whatsapp" and row.address_type == "bsuid":
        return check(row.address, BSUID, reason="address_invalid")
    return check(row.address, PHONE, reason="address_invalid").removeprefix("+")


def _sent(body: object) -> str | None:
    match body:
        case {"message_uuid": str(uuid)} if MESSAGE.fullmatch(uuid):
            return uuid
    return None


def _code(response: httpx.Response, body: object) -> str | None:
    """Take the code of an RFC 7807 problem; the status where it names none."""
    match body:
        case {"type": str(kind), "title": str(title)} if is_no(response):
            fragment = kind.rpartition("#")[2] if "#" in kind else ""
            if TITLE.fullmatch(title):
                return title
            if FRAGMENT.fullmatch(fragment):
                return fragment.replace("-", "_")
            return f"http_{response.status_code}"
    return None


DESTINATIONS = (VonageDestination,)
