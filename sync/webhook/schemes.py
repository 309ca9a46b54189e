"""Proofs that several providers share: a MAC over the body, or a shared secret."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from sync.webhook.call import Call, Taken, malformed, proven, same

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[Call], Taken]

# What a provider may have us say back: never markup, never a header.
ECHO_LETTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
)
ECHO_LENGTH = 512


@dataclass(frozen=True, slots=True)
class BodyMac:
    """
    An HMAC-SHA256 over the raw body in the header `name`.

    `is_hex` writes it as hexadecimal digits, else it is base64.
    """

    keys: tuple[bytes, ...] = field(repr=False)
    name: str
    prefix: str = ""
    is_hex: bool = False

    def __call__(self, call: Call) -> Taken:
        """Take what is signed."""
        macs = (self._mac(key, call.body) for key in self.keys)
        proven(call.header(self.name), macs)
        return Taken(call.body)

    def _mac(self, key: bytes, body: bytes) -> str:
        digest = hmac.digest(key, body, "sha256")
        text = digest.hex() if self.is_hex else base64.b64encode(digest).decode()
        return self.prefix + text


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """
    A header that always says the same. It proves who calls, not what the body is.

    The provider signs nothing, so whoever learns the secret may say anything: HTTPS,
    and the provider's addresses alone, are the proxy's part.
    """

    values: tuple[str, ...] = field(repr=False)
    name: str

    def __call__(self, call: Call) -> Taken:
        """Take what carries the secret."""
        proven(call.header(self.name), self.values)
        return Taken(call.body)


@dataclass(frozen=True, slots=True)
class PathSecret:
    """A secret at the end of the path, for callers that can do no better."""

    values: tuple[str, ...] = field(repr=False)

    def __call__(self, call: Call) -> Taken:
        """Take what was called by the secret path."""
        proven(call.rest, self.values)
        return Taken(call.body)


@dataclass(frozen=True, slots=True)
class Every:
    """Several proofs, all of them asked."""

    checks: tuple[Check, ...]

    def __call__(self, call: Call) -> Taken:
        """Take what passes each."""
        return [check(call) for check in self.checks][-1]


@dataclass(frozen=True, slots=True)
class Answering:
    """A proof, and words of ours that the provider wants to read."""

    check: Check
    answer: str
    content_type: str = "text/plain"

    def __call__(self, call: Call) -> Taken:
        """Take what passes, and answer."""
        return Taken(self.check(call).payload, self.answer, self.content_type)


@dataclass(frozen=True, slots=True)
class MetaHandshake:
    """
    Meta's question whether the URL is ours (whatsapp.md 4, from pywa and copies).

    GET with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge`.
    """

    tokens: tuple[str, ...] = field(repr=False)

    def __call__(self, call: Call) -> Taken:
        """Give the challenge back to whoever knows the token."""
        asked = fields(call.query)
        if asked.get("hub.mode") != "subscribe":
            raise malformed()
        proven(asked.get("hub.verify_token", ""), self.tokens)
        return Taken(None, echo(asked.get("hub.challenge", "")))


def fields(query: str) -> dict[str, str]:
    """
    Take a query apart; the first of each name counts.

    Raises:
        RefusedError: There is too much of it.
    """
    try:
        parsed = parse_qs(query, keep_blank_values=True, max_num_fields=64)
    except ValueError:
        raise malformed() from None
    return {name: values[0] for name, values in parsed.items()}


def echo(text: str) -> str:
    """
    Pass on what a provider wants to read back.

    Raises:
        RefusedError: It is nothing that a provider would ask to hear.
    """
    if not 0 < len(text) <= ECHO_LENGTH or not ECHO_LETTERS.issuperset(text):
        raise malformed()
    return text


def decoded(text: str) -> bytes:
    """
    Read base64.

    Raises:
        RefusedError: It is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise malformed() from None


def bearer(call: Call) -> str:
    """Read the token of an Authorization header; nothing where there is none."""
    word, _, token = call.header("Authorization").partition(" ")
    return token.strip() if same(word.lower(), "bearer") else ""
