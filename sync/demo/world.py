"""The tables of a made-up world, and what is the same for all who fill them."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

WABA = "waba-1001"
OTHER_WABA = "waba-2002"
MAIN_NUMBER = "106540352242922"
SUPPORT_NUMBER = "106540352242923"
LINE_BOT = "Ubf1f6d9d3a1c4a7e8f0b2c4d6e8f0a1b"
AGENT = "agent@rbm.goog"

# Country, language, zone, number without its last digits, digits to add, channel that
# most people use.
COUNTRIES = (
    ("BR", "pt-BR", "America/Sao_Paulo", "+55119", 8, "whatsapp"),
    ("IN", "en-IN", "Asia/Kolkata", "+9198", 8, "whatsapp"),
    ("GB", "en-GB", "Europe/London", "+4474", 8, "whatsapp"),
    ("DE", "de", "Europe/Berlin", "+49151", 8, "whatsapp"),
    ("MX", "es-MX", "America/Mexico_City", "+5255", 8, "whatsapp"),
    ("ID", "id", "Asia/Jakarta", "+62812", 8, "whatsapp"),
    ("ES", "es", "Europe/Madrid", "+346", 8, "whatsapp"),
    ("IT", "it", "Europe/Rome", "+39347", 7, "whatsapp"),
    ("FR", "fr", "Europe/Paris", "+336", 8, "whatsapp"),
    ("NL", "nl", "Europe/Amsterdam", "+316", 8, "whatsapp"),
    ("ZA", "en", "Africa/Johannesburg", "+2782", 7, "whatsapp"),
    ("CO", "es", "America/Bogota", "+57310", 7, "whatsapp"),
    ("SG", "en", "Asia/Singapore", "+659", 7, "whatsapp"),
    ("AE", "en", "Asia/Dubai", "+97150", 7, "whatsapp"),
    ("HK", "en", "Asia/Hong_Kong", "+8529", 7, "whatsapp"),
    ("AU", "en", "Australia/Sydney", "+614", 8, "whatsapp"),
    ("CA", "en", "America/Toronto", "+1416", 7, "rcs"),
    ("US", "en", "America/New_York", "+1212", 7, "rcs"),
    ("JP", "ja", "Asia/Tokyo", "+8190", 8, "line"),
    ("TW", "zh-TW", "Asia/Taipei", "+8869", 8, "line"),
    ("TH", "th", "Asia/Bangkok", "+668", 8, "line"),
    ("KR", "ko", "Asia/Seoul", "+8210", 8, "kakao"),
    ("CN", "zh-CN", "Asia/Shanghai", "+86138", 8, "wechat"),
)
FIRST_NAMES = (
    *("Ana", "Ben", "Chloe", "Daan", "Emma", "Farid", "Grace", "Hugo", "Ines"),
    *("Jonas", "Kenji", "Lena", "Mei", "Noah", "Olga", "Pablo", "Qing", "Rosa"),
    *("Sofia", "Tomas", "Uma", "Vera", "Wei", "Ximena", "Yuki", "Zoe"),
)
# Twilio's account, and the content of its own that says what `winback_offer` says.
TWILIO = "AC" + "0a" * 16
TWILIO_OFFER = "HX" + "0b" * 16
# Where WhatsApp goes by a provider, from a number of its own. Each has a country of the
# east and one of the west: it is day in one of them at most hours.
BY_PROVIDER = {
    **dict.fromkeys(("AU", "ZA"), "wa_twilio"),
    **dict.fromkeys(("HK", "MX"), "wa_vonage"),
    **dict.fromkeys(("AE", "BR"), "wa_infobip"),
}
# Who thanks for a purchase there: Marketing Cloud, from its own number.
THANKS_BY = "wa_sfmc"
SENDERS = {
    "line": "line_main",
    "kakao": "kakao_main",
    "wechat": "wechat_main",
    "rcs": "rcs_main",
}


def template_id(name: str, language: str) -> int:
    """Give a template's id: a text in the catalogue, a number in webhooks."""
    digest = hashlib.md5(f"{name}|{language}".encode(), usedforsecurity=False)
    return 10**15 + int(digest.hexdigest()[:12], 16)


def instant(when: datetime) -> str:
    """Write an instant as the raw tables hold it."""
    return when.strftime("%Y-%m-%d %H:%M:%S")


@dataclass(slots=True)
class World:
    """Rows by raw table, filled one call after the other."""

    now: datetime
    seed: int = 7
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take an instant without a zone for UTC, never for this machine's zone."""
        zone = self.now.tzinfo
        self.now = self.now.astimezone(UTC) if zone else self.now.replace(tzinfo=UTC)

    def add(self, table: str, **row: Any) -> None:
        """Add a row; instants are written as text, nothing as an empty field."""
        self.tables.setdefault(table, []).append(row)

    def chance(self, *key: object) -> random.Random:
        """Draw for one person and question, whoever else there is."""
        return random.Random(f"{self.seed}|{'|'.join(map(str, key))}")  # noqa: S311

    def ago(self, **length: float) -> datetime:
        """Give the instant this long before now."""
        return self.now - timedelta(**length)

    def webhook(
        self, body: object, received_at: datetime, channel: str = "whatsapp"
    ) -> None:
        """Add a webhook call; a text is taken as the body itself, broken or not."""
        payload = (
            body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        )
        self.add(
            f"raw_{channel}_webhooks",
            received_at=instant(received_at),
            payload=payload,
            sender_id="",
        )
