"""What adapters share about settings and HTTP answers, without connecting."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_PORT = 65535
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Longer than any wait a provider would mean; also keeps floats finite.
MAX_DIGITS = 9
# The longest limit a provider here has is by the hour.
LONGEST_QUIET = 3600.0
# When a limit ends "now", or at an instant no clock is given for.
SHORTEST_QUIET = 1.0
# A limit that is counted anew sooner is waited for when it is used up: a reset in whole
# seconds says too little about what is left of so short a time.
SHORTEST_WINDOW = 10.0
# A number as large is an instant, in seconds since 1970, not a wait; or one in
# milliseconds, as in the example of Vonage's description.
EPOCH = 1e9
EPOCH_MS = 1e12
NUMBER = re.compile(r"[0-9]{1,13}(\.[0-9]{1,6})?")
# A proxy's or a server's impatience: the request may have been taken.
UNPROVEN_STATUS = frozenset({408, 499})


def secret(env: Mapping[str, str], name: str) -> str:
    """
    Take the secret `name` from `env`, or from the file `name`_FILE points to.

    Raises:
        ConfigError: It is missing, unreadable, or no header could carry it.
    """
    value = secret_text(env, name)
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{name} holds characters no token has. Copy it again.")
    return value


def secret_text(env: Mapping[str, str], name: str) -> str:
    """
    Take a secret of more than one line, such as a key, from where `secret` looks.

    Raises:
        ConfigError: It is missing or unreadable.
    """
    value = env.get(name, "").strip() or _from_file(env, f"{name}_FILE")
    if not value:
        raise ConfigError(f"No access token. Set {name} or {name}_FILE.")
    return value


def _from_file(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        return ""
    try:
        return Path(env[name]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"The file in {name} is unreadable. Correct it.") from None


def basic(username: str, password: str) -> str:
    """Make the header of HTTP Basic (RFC 7617)."""
    pair = f"{username}:{password}".encode()
    return f"Basic {b64encode(pair).decode()}"


def flag(env: Mapping[str, str], name: str) -> bool:
    """
    Take a yes or no from `env`; not set is no.

    Raises:
        ConfigError: It is neither `true` nor `false`.
    """
    value = env.get(name, "").strip().lower()
    if value not in ("", "true", "false"):
        raise ConfigError(f"{name} is neither true nor false. Correct it.")
    return value == "true"


def whole_number(
    env: Mapping[str, str], name: str, span: tuple[int, int]
) -> int | None:
    """
    Take a number from `env`, both ends of `span` included; None when it is not set.

    Raises:
        ConfigError: It is none, or outside.
    """
    if not (text := env.get(name, "").strip()):
        return None
    low, high = span
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    if not is_number or not low <= int(text) <= high:
        raise ConfigError(f"{name} is no number from {low} to {high}. Correct it.")
    return int(text)


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
        # A name no network has is found out only when it is asked for.
        host = url.host
    except (httpx.InvalidURL, ValueError):
        raise ConfigError(f"{name} is not a URL. Correct it.") from None
    if url.port is not None and not 0 < url.port <= LAST_PORT:
        raise ConfigError(f"{name} has a port no machine has. Correct it.")
    encrypted = url.scheme == "https" and bool(host)
    local = url.scheme == "http" and host in LOOPBACK
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
    Read the provider's own wait in seconds (RFC 9110, 10.2.3), an hour at most.

    Who is to wait longer hears it again then. A date is measured from the answer's own
    `Date`, so no clock is read here.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        return min(float(text), LONGEST_QUIET)
    until, now = _date(text), _date(response.headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), LONGEST_QUIET)


def rate_wait(response: httpx.Response) -> float | None:
    """
    Read how long no further request is welcome, in any form we are told of.

    Braze's pages (2026) give the end of a used-up limit in `X-RateLimit-Reset` as an
    instant, others as seconds; for a 429 others name `X-Ratelimit-Retry-After`.
    """
    named = (retry_after(response), _number(response, "x-ratelimit-retry-after"))
    waits = [wait for wait in named if wait is not None]
    used_up = _number(response, "x-ratelimit-remaining") == 0
    if not waits and (used_up or response.status_code == httpx.codes.TOO_MANY_REQUESTS):
        waits = [wait for wait in [_until_reset(response)] if wait is not None]
    return min(max(waits), LONGEST_QUIET) if waits else None


def rate_left(response: httpx.Response) -> float | None:
    """
    Read how many requests a second are left until a limit is counted anew.

    `X-RateLimit-Remaining` by the time to `X-RateLimit-Reset`; None where that is near.
    """
    left, seconds = _number(response, "x-ratelimit-remaining"), _until_reset(response)
    if not left or seconds is None or seconds < SHORTEST_WINDOW:
        return None
    return left / seconds


def is_no(response: httpx.Response) -> bool:
    """Whether the status is one of a request that was looked at and not taken."""
    return response.is_client_error and response.status_code not in UNPROVEN_STATUS


def _until_reset(response: httpx.Response) -> float | None:
    reset = _number(response, "x-ratelimit-reset")
    if reset is not None and reset > EPOCH_MS:
        reset /= 1000
    if reset is None or reset <= EPOCH:
        return reset if reset is None else max(SHORTEST_QUIET, reset)
    now = _date(response.headers.get("date", ""))
    return max(SHORTEST_QUIET, reset - now.timestamp()) if now else SHORTEST_QUIET


def _number(response: httpx.Response, name: str) -> float | None:
    text = response.headers.get(name, "").strip()
    return float(text) if NUMBER.fullmatch(text) else None


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
