"""
What Marketing Cloud's answers say ("REST errors", "Get results", copies of 2026).

A row's error in a job has words and often no number; a stable code is made of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx

from sync.destinations.base import Answer
from sync.destinations.http import is_no

if TYPE_CHECKING:
    from collections.abc import Mapping

# The page says Completed, the examples Complete.
OVER = frozenset({"complete", "completed", "error"})
CODE_LENGTH = 40
WORDS_LENGTH = 200
DEADLOCK = "rerun_the_transaction"
# An error in any other form than a number is no refusal, but no acceptance either.
NO_ERROR = (0, "0", "", None)
# With a 503 it says that nothing was looked at.
DOWN = "50300"


def request_id(body: object) -> str | None:
    """Find the id of what was queued."""
    match body:
        case {"requestId": str(found)} if found:
            return found
    return None


def sent_key(body: object) -> str | None:
    """Find the request id of a message that was taken without an error."""
    match body:
        case {"errorcode": code} if code not in NO_ERROR:
            return None
        case {"responses": [{"errorcode": code}, *_]} if code not in NO_ERROR:
            return None
    return request_id(body)


def code_of(response: httpx.Response, body: object) -> str | None:
    """Take the number of an error; of a 5xx it proves nothing, but for one."""
    status, found = response.status_code, None
    match body:
        case {"errorcode": int(code)} if code and not isinstance(code, bool):
            found = str(code)
        case {"responses": [{"errorcode": int(code)}, *_]} if code:
            found = str(code)
        case {"message": str(_)} if status in (401, 403, 404, 413, 429):
            found = f"http_{status}"
    is_down = status == httpx.codes.SERVICE_UNAVAILABLE and found == DOWN
    return found if response.is_success or is_no(response) or is_down else None


def is_over(body: object) -> bool:
    """Tell whether a job has ended; before it is picked up its status is missing."""
    return _word(body, "requestStatus") in OVER


def went_well(body: object) -> bool:
    """Tell whether every row of an ended job was written."""
    return _word(body, "requestStatus") != "error" and (
        _word(body, "resultStatus") == "ok"
    )


def each_row(body: object) -> list[Answer] | None:
    """Read a page of results, None where it is no such page."""
    match body:
        case {"items": [*items]}:
            return [_row(item) for item in items]
    return None


def each_member(body: object, members: int) -> list[Answer] | None:
    """Read the answer to a batch of entries, None where it is not about all of them."""
    match body:
        case {"requestId": str(found), "notQueuedCount": 0, "count": int(count)} if (
            count == members
        ):
            return [Answer("accepted", None, found)] * members
        case {"requestId": str(found), "members": [*told]} if len(told) == members:
            return [_member(one, found) for one in told]
    return None


def _row(item: object) -> Answer:
    match item:
        case {"status": str(status)} if status.lower() == "ok":
            return Answer("accepted")
        case {"status": str(status), **rest} if status.lower() == "error":
            return Answer("refused", _code(rest))
    return Answer("unknown")


def _member(one: object, request: str) -> Answer:
    match one:
        case {"errorcode": int(code)} if code:
            return Answer("refused", str(code))
        case {"eventInstanceId": str(instance), **rest} if (
            instance and rest.get("errorcode") in NO_ERROR
        ):
            return Answer("accepted", None, request)
    return Answer("unknown")


def _code(item: Mapping[Any, Any]) -> str:
    words = str(item.get("message") or item.get("errorCode") or "")[:WORDS_LENGTH]
    kept = re.sub(r"\S*(@|[0-9]{5})\S*", " ", words.lower())
    slug = "_".join(re.findall("[a-z0-9]+", kept))
    if DEADLOCK in slug:
        return DEADLOCK
    return slug[:CODE_LENGTH].strip("_") or "row_error"


def _word(body: object, name: str) -> str:
    match body:
        case {"status": {**status}}:
            return str(status.get(name) or "").lower()
    return ""
