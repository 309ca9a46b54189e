"""What adapters share about settings and HTTP answers, without connecting."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Longer than any wait a provider would mean; also keeps floats finite.
MAX_DIGITS = 9


def secret(env: Mapping[str, str], name: str) -> str:
    """
    Take the secret `name` from `env`, or from the file `name`_FILE points to.

    Raises:
        ConfigError: It is missing, unreadable, or no header could carry it.
    """
    value = env.get(name, "").strip() or _from_file(env, f"{name}_FILE")
    if not value:
        raise ConfigError(f"No access token. Set {name} or {name}_FILE.")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{name} holds characters no token has. Copy it again.")
    return value


def _from_file(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        return ""
    try:
        return Path(env[name]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"The file in {name} is unreadable. Correct it.") from None


def safe_base_url(env: Mapping[str, str], name: str) -> str | None:
    """
    Take a base URL from `env`; None when it is not set.

    Raises:
        ConfigError: The token would travel in the clear to another machine.
    """
    if not (text := env.get(name, "").strip().rstrip("/")):
        return None
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ConfigError(f"{name} is not a URL. Correct it.") from None
    encrypted = url.scheme == "https" and bool(url.host)
    local = url.scheme == "http" and url.host in LOOPBACK
    if not (encrypted or local) or url.userinfo or url.query or url.fragment:
        raise ConfigError(f"{name} must be https, or http on this machine. Correct it.")
    return text


def content_json(response: httpx.Response) -> object:
    """Read the body as JSON; None when it is not, or does not say it is."""
    kind = response.headers.get("content-type", "json").lower()
    if "json" not in kind and "javascript" not in kind:
        return None
    try:
        body: object = response.json()
    except (ValueError, RecursionError):
        return None
    return body


def retry_after(response: httpx.Response) -> float | None:
    """
    Read the provider's own wait in seconds (RFC 9110, 10.2.3).

    A date is measured from the answer's own `Date`, so no clock is read here.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        return float(text)
    until, now = _date(text), _date(response.headers.get("date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
