"""Addresses as they may be shown, and as they may be kept."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN_TAIL = 2
# The digits of other scripts, Arabic, Persian and full-width, and a full-width plus.
SCRIPTS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋"  # noqa: RUF001 - meant.
DIGITS = str.maketrans(SCRIPTS, "0123456789" * 3 + "+")
# Blanks, marks of direction and dashes that nobody sees are copied along.
PUNCTUATION = str.maketrans(
    "",
    "",
    " -()./\t\n\r\u00a0\u2007\u2009\u200b\u200c\u200d\u200e\u200f\u2010\u2011\u2012"
    "\u2013\u2014\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2066\u2067\u2068\u2069"
    "\u2212\u3000\ufeff",
)
# A number that was kept as a decimal.
DECIMAL = re.compile(r"([+]?[0-9]+)[.]0", re.ASCII)
EXTENSION = re.compile(
    r"([+]?[0-9]+)(?:;?ext=?|x|#)[0-9]{1,7}", re.ASCII | re.IGNORECASE
)
DIALLED = re.compile(r"[+]?[0-9]+", re.ASCII)
INTERNATIONAL = re.compile(r"[+][0-9]{8,15}", re.ASCII)
KEY_NAME = b"ott"
# How one number is spelled otherwise: as in `macros/other_form_of_address.sql`, and in
# Korea, where NHN Cloud says numbers as they are dialled.
OTHER_FORMS = (
    (r"\+521([2-9][0-9]{9})", r"+52\1"),
    (r"\+52([2-9][0-9]{9})", r"+521\1"),
    (r"\+549([1-8][0-9]{9})", r"+54\1"),
    (r"\+54([1-8][0-9]{9})", r"+549\1"),
    (r"\+55([1-9][0-9])9([6-9][0-9]{7})", r"+55\1\2"),
    (r"\+55([1-9][0-9])([6-9][0-9]{7})", r"+55\g<1>9\2"),
    (r"\+82([1-9][0-9]{7,9})", r"0\1"),
)


def mask(address: str | None) -> str:
    """Show the country of a number and its last two digits: `+65*****67`."""
    if not address:
        return ""
    head = 3 if len(address) > SHOWN_TAIL * 4 else 0
    tail = address[-SHOWN_TAIL:] if head else ""
    return f"{address[:head]}{'*' * (len(address) - head - len(tail))}{tail}"


def normalise(address: str) -> str:
    """
    Write an address as `macros/normalise_address.sql` does.

    A number has no blanks, no punctuation, no (0) dialled at home and no extension, and
    `00` is `+`. Which channel it is of is not known here: ids of other kinds stay.
    """
    text = address.strip()
    bare = text.translate(DIGITS)
    if decimal := DECIMAL.fullmatch(bare):
        bare = decimal[1]
    bare = bare.replace("(0)", "").translate(PUNCTUATION)
    # No id of a platform's begins so.
    if bare.startswith(("+", "00")) and (dialled := EXTENSION.fullmatch(bare)):
        bare = dialled[1]
    if bare.startswith("00"):
        number = f"+{bare[2:]}"
        return number if INTERNATIONAL.fullmatch(number) else text
    return bare if DIALLED.fullmatch(bare) else text


def spellings(address: str) -> Iterator[str]:
    """Write an address in each way a provider may."""
    yield (known := normalise(address))
    for shape, other in OTHER_FORMS:
        if found := re.fullmatch(shape, known):
            yield found.expand(other)


def keyed_hash(key: bytes, address: str | None) -> str | None:
    """Hash an address so that nobody without the key can try numbers against it."""
    if not address:
        return None
    return hmac.digest(key, normalise(address).encode(), "sha256").hex()


def person_hash(key: bytes, customer_id: str) -> str:
    """Hash a customer's id for a tombstone: no address has the same."""
    return hmac.digest(key, f"customer:{customer_id}".encode(), "sha256").hex()


def key_check(key: bytes) -> str:
    """Name a key without telling it: another key has another name."""
    return hmac.digest(key, KEY_NAME, "sha256").hex()
