"""
What Braze's answers say: "API errors and responses" and "Track users" (copies of 2026).

Braze has no codes for most of its errors, so a stable one is made of its words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync.destinations.base import Answer
from sync.destinations.http import is_no

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from sync.messages import SendRow

# "queued" comes with a 202 in maintenance ("Queued Responses", older copies only).
TAKEN = ("success", "queued")
# These say more than the words that come with them.
NAMED_STATUS = frozenset({401, 403, 404, 413, 429})
CODE_LENGTH = 40
# Enough of an endless message to make a code of.
WORDS_LENGTH = 200


def is_taken(response: httpx.Response, body: object) -> bool:
    """A 2xx alone is not enough: it can carry another message."""
    match body:
        case {"message": str(message)}:
            return response.is_success and message in TAKEN
    return False


def not_taken(
    response: httpx.Response, body: object, wait: float | None, rows: Sequence[SendRow]
) -> list[Answer]:
    """Refused only by a 4xx in Braze's own shape: "no messages will be sent"."""
    status = response.status_code
    answer = Answer("unknown", retry_after=wait)
    match body:
        case {"message": str(words)} if is_no(response) and words:
            named = status in NAMED_STATUS
            code = _code("" if named else words, f"http_{status}")
            answer = Answer("refused", code, retry_after=wait)
    return [answer for _ in rows]


def _code(words: str, otherwise: str) -> str:
    """
    Make a stable code of Braze's words, which are all it gives.

    A word that could be an address or an id is left out.
    """
    kept = re.sub(r"\S*(@|[0-9]{5})\S*", " ", words[:WORDS_LENGTH].lower())
    slug = "_".join(re.findall("[a-z0-9]+", kept.replace("_", " ")))
    return slug[:CODE_LENGTH].strip("_") or otherwise


def row_errors(body: Any, array: str, rows: int) -> tuple[dict[int, str], bool]:
    """Codes by the row's place, and whether every error says whose it is."""
    errors = body.get("errors") or []
    if not isinstance(errors, list):
        return {}, False
    codes: dict[int, str] = {}
    clear = True
    for error in errors:
        match error:
            case {"index": int(index), **rest} if (
                not isinstance(index, bool)
                and 0 <= index < rows
                and rest.get("input_array", array) == array
            ):
                codes[index] = _code(str(rest.get("type") or ""), "error_without_type")
            case _:
                clear = False
    return codes, clear


def processed(body: Any, people: int) -> bool:
    """Whether Braze counts as many profiles as it should, if it counts at all."""
    count = body.get("attributes_processed", people)
    return isinstance(count, int) and not isinstance(count, bool) and count >= people


def dispatch_id(body: Any) -> str | None:
    """Braze's one id for all recipients of a request; a queued one has none."""
    found = body.get("dispatch_id")
    return found if isinstance(found, str) and found else None
