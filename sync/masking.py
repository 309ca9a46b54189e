"""Addresses as they may be shown, and as they may be kept."""

from __future__ import annotations

import hmac

SHOWN_TAIL = 2
PUNCTUATION = str.maketrans("", "", " -().\u00a0")


def mask(address: str | None) -> str:
    """Show the country of a number and its last two digits: `+65*****67`."""
    if not address:
        return ""
    head = 3 if len(address) > SHOWN_TAIL * 4 else 0
    tail = address[-SHOWN_TAIL:] if head else ""
    return f"{address[:head]}{'*' * (len(address) - head - len(tail))}{tail}"


def normalise(address: str) -> str:
    """Write an address as staging does: no spaces or punctuation, `00` is `+`."""
    text = address.strip()
    digits = text.translate(PUNCTUATION)
    if not digits.lstrip("+").isdecimal():
        return text
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def keyed_hash(key: bytes, address: str | None) -> str | None:
    """Hash an address so that nobody without the key can try numbers against it."""
    if not address:
        return None
    return hmac.digest(key, normalise(address).encode(), "sha256").hex()


def person_hash(key: bytes, customer_id: str) -> str:
    """Hash a customer's id for a tombstone: no address has the same."""
    return hmac.digest(key, f"customer:{customer_id}".encode(), "sha256").hex()
