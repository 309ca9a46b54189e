"""What LINE's answers say: "Retrying API requests", "Error messages" (2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from sync.destinations.base import Answer
from sync.destinations.http import content_json
from sync.destinations.message import answer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sync.messages import SendRow

# LINE has one status for its two limits, and one for all that is wrong with a request;
# only the words differ.
MONTHLY_LIMIT = "monthly limit"
BEFORE = "already accepted"
REQUEST_ID = "x-line-request-id"
ACCEPTED_ID = "x-line-accepted-request-id"


def sent_before(response: httpx.Response) -> Answer | None:
    """Read a 409 of LINE's own: an earlier request with this retry key was taken."""
    if response.status_code != httpx.codes.CONFLICT:
        return None
    body = content_json(response)
    match body:
        case {"message": str(words)} if BEFORE in words:
            found = push_sent(body) or response.headers.get(ACCEPTED_ID)
            return Answer("accepted", None, found)
    return Answer("unknown")


def sent_now(
    response: httpx.Response,
    accepted: Callable[[object], str | None],
    rows: Sequence[SendRow],
) -> Answer:
    """Read any other answer; one wrong user id can fail a request for many."""
    if response.is_success and response.status_code != httpx.codes.OK:
        return Answer("unknown")
    answer = answer_of(response, accepted, _code)
    is_about_one = response.status_code == httpx.codes.BAD_REQUEST and not _is_content(
        content_json(response)
    )
    if answer.kind == "refused" and is_about_one and len(rows) > 1:
        return Answer("split", answer.code, None, answer.retry_after)
    return answer


def push_sent(body: object) -> str | None:
    """Give the message's id of a push that was taken."""
    match body:
        case {"sentMessages": [{"id": str(message_id)}, *_]} if message_id:
            return message_id
    return None


def many_sent(response: httpx.Response, body: object) -> str | None:
    """Give the request's id: all there is beside `{}` when a multicast was taken."""
    return response.headers.get(REQUEST_ID) or None if body == {} else None


def _code(response: httpx.Response, body: object) -> str | None:
    """Make a code of the status and, where LINE says more, of its words."""
    match body:
        case {"message": str(words)} if response.is_client_error:
            code = str(response.status_code)
        case _:
            return None
    if code in ("408", "409"):
        return None
    if code == "429" and MONTHLY_LIMIT in words:
        return "429_monthly_limit"
    if code == "400" and "'to'" in words:
        return "400_to"
    if code == "400" and words.startswith("Failed to send"):
        return "400_failed"
    return code


def _is_content(body: Any) -> bool:
    """Whether what is wrong is the message, which is the same for all."""
    match body:
        case {"details": [*details]} if details:
            return all(
                isinstance(detail, dict)
                and str(detail.get("property")).startswith("messages")
                for detail in details
            )
    return False
