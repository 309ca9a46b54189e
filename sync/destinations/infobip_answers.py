"""
What Infobip's answers say, in both of its shapes.

Shapes: its OpenAPI description 3.210.0. Statuses: its page "Response status and error
codes" (2026). A code is the error's own word, or `status_` and a status's number: the
errors of delivery reports have numbers, too, and they mean something else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync.destinations.base import Answer
from sync.destinations.http import content_json, rate_wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from sync.messages import SendRow

# OK (or ACCEPTED), PENDING and DELIVERED.
TAKEN = frozenset({0, 1, 3})
REJECTED = 5
WORD = re.compile(r"[A-Za-z0-9_]{1,40}")
# An array is refused as one, and nobody says for which of its messages.
FOR_ALL = frozenset({400, 413, 422})
# A server's impatience, or a message it may have taken before.
UNPROVEN = frozenset({408, 409})


def answers_of(response: httpx.Response, rows: Sequence[SendRow]) -> list[Answer]:
    """Give each row the status with its id; a row without one is unknown."""
    body, wait = content_json(response), rate_wait(response)
    if response.is_success:
        unknown = Answer("unknown", retry_after=wait)
        found = _statuses(body, wait)
        return [found.get(row.delivery_key, unknown) for row in rows]
    answer = _refusal(response, body, wait)
    if answer.kind == "refused" and len(rows) > 1 and response.status_code in FOR_ALL:
        answer = Answer("split", answer.code, None, wait)
    return [answer for _ in rows]


def _statuses(body: Any, wait: float | None) -> dict[str, Answer]:
    """Answers by message id; two that differ for one id are none."""
    match body:
        case {"messages": [*messages]}:
            pass
        case {"messageId": _}:
            messages = [body]
        case _:
            return {}
    found: dict[str, Answer] = {}
    for message in messages:
        match message:
            case {"messageId": str(key), "status": {"groupId": group, "id": number}}:
                answer = _status(key, group, number, wait)
            case _:
                continue
        if found.setdefault(key, answer) != answer:
            found[key] = Answer("unknown", retry_after=wait)
    return found


def _status(key: str, group: object, number: object, wait: float | None) -> Answer:
    if not all(type(one) is int for one in (group, number)):
        return Answer("unknown", retry_after=wait)
    if group in TAKEN:
        return Answer("accepted", None, key, wait)
    code = f"status_{number}"[:40]
    return Answer("refused" if group == REJECTED else "unknown", code, None, wait)


def _refusal(response: httpx.Response, body: object, wait: float | None) -> Answer:
    """Refused only by a 4xx in one of Infobip's two shapes."""
    match body:
        case {"requestError": {"serviceException": {"messageId": str(code)}}}:
            pass
        case {"errorCode": str(code)}:
            pass
        case _:
            return Answer("unknown", retry_after=wait)
    if not WORD.fullmatch(code):
        code = f"http_{response.status_code}"
    is_sure = response.is_client_error and response.status_code not in UNPROVEN
    return Answer("refused" if is_sure else "unknown", code, None, wait)
