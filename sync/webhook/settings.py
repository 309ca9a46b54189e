"""What the receiver is told by the environment: secrets, and where it is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync.destinations.http import LOOPBACK, secret_text, whole_number
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


# Seconds. With less what was signed just now is refused, with more no replay is.
AGES = (60, 31_536_000)


class ClosedError(Exception):
    """A source that nothing is set for; the words say what is missing."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is set in the environment, or in files it names."""

    env: Mapping[str, str] = field(repr=False)

    def several(self, name: str) -> tuple[str, ...]:
        """
        Take the secrets `name`: one, or one for each account, apart by blanks.

        Several are also how a secret is changed: both count until the old one is gone.

        Raises:
            ClosedError: There is none.
            ConfigError: The file cannot be read, or no header could carry it.
        """
        found = self.optional(name)
        if not found:
            raise ClosedError(f"{name} is not set")
        return found

    def optional(self, name: str) -> tuple[str, ...]:
        """Take the same; nothing where there is none."""
        if not (self.env.get(name, "").strip() or self.env.get(f"{name}_FILE")):
            return ()
        found = tuple(secret_text(self.env, name).split())
        if not all(one.isascii() and one.isprintable() for one in found):
            raise ConfigError(f"{name} holds characters no secret has. Copy it again.")
        return found

    def seconds(self, default: float) -> float:
        """
        Take OTT_WEBHOOK_MAX_AGE, in seconds.

        Raises:
            ConfigError: It is no number, or one that would refuse all or nothing.
        """
        return whole_number(self.env, "OTT_WEBHOOK_MAX_AGE", AGES) or default

    def url(self) -> str:
        """
        Take OTT_WEBHOOK_URL, where the providers find us.

        Raises:
            ClosedError: It is not set.
            ConfigError: It is none that a provider would call.
        """
        text = self.env.get("OTT_WEBHOOK_URL", "").strip().rstrip("/")
        if not text:
            raise ClosedError("OTT_WEBHOOK_URL is not set")
        if not _is_found_at(text):
            raise ConfigError("OTT_WEBHOOK_URL is no https URL. Correct it.")
        return text


def _is_found_at(text: str) -> bool:
    """Tell whether a provider would call this URL, every part of it read once."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or host in LOOPBACK
    return bool(is_safe and host and port != 0) and not (parts.query or parts.fragment)
