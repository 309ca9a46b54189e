"""
What NHN Cloud's answers to a send say: one result a recipient, inside a 200 or not.

Shapes and codes are those of its guides and of "Error Code" (2026-06-23): a 200 may be
a failure, which `header` tells; of a partly failed request it tells success.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx

from sync.destinations.base import Answer
from sync.destinations.http import content_json, rate_wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.messages import MessageRow

# The whole request was refused for what may be the data of one recipient.
OF_ONE_ROW = frozenset(
    {4, -1028, -2000, -2001, -2002, -2003, -2004, -2005, -2019, -2032, -2035}
    | {-3004, -3048, -3301, -4019, -5000}
)
# No limit is published: this one is made of the status, with NHN's or any JSON in it.
TOO_MANY = "http_429"
NOT_A_DIGIT = re.compile("[^0-9]")


def read_results(response: httpx.Response, rows: Sequence[MessageRow]) -> list[Answer]:
    """Give one answer a row; what is no clear yes and no clear no is unknown."""
    body, wait = content_json(response), rate_wait(response)
    if response.is_server_error or not isinstance(body, dict):
        return [Answer("unknown", retry_after=wait) for _ in rows]
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return [Answer("refused", TOO_MANY, retry_after=wait) for _ in rows]
    match body:
        case {
            "header": {"isSuccessful": True, "resultCode": 0},
            "message": {"requestId": str(request), "sendResults": [*results]},
        } if response.is_success and request:
            return [_answer(result, request, wait) for result in _by_row(results, rows)]
        case {"header": {"isSuccessful": False, "resultCode": said}}:
            if code := _whole(said):
                return _refused(code, body.get("message"), wait, rows)
    return [Answer("unknown", retry_after=wait) for _ in rows]


def _refused(
    code: int, message: object, wait: float | None, rows: Sequence[MessageRow]
) -> list[Answer]:
    """
    Nobody gets anything; a row's own code says more than the request's.

    Who is called taken all the same is unknown, and so is who is not named beside them.
    """
    results: list[object] = []
    match message:
        case {"sendResults": [*found]}:
            results = found
    is_doubted = any(isinstance(one, dict) and _code(one) == 0 for one in results)
    if code in OF_ONE_ROW and not is_doubted:
        return [Answer("split", str(code), retry_after=wait) for _ in rows]
    codes = [_code(result) for result in _by_row(results, rows)]
    unnamed = Answer("refused", str(code), retry_after=wait)
    if is_doubted:
        unnamed = Answer("unknown", retry_after=wait)
    return [
        Answer("refused", str(own), retry_after=wait) if own else unnamed
        for own in codes
    ]


def _answer(
    result: Mapping[str, Any] | None, request: str, wait: float | None
) -> Answer:
    code, number = _code(result), _whole((result or {}).get("recipientSeq"))
    if code == 0 and number is not None:
        return Answer("accepted", None, f"{request}:{number}", wait)
    if code:
        return Answer("refused", str(code), retry_after=wait)
    return Answer("unknown", retry_after=wait)


def _by_row(
    results: Sequence[object], rows: Sequence[MessageRow]
) -> list[Mapping[str, Any] | None]:
    """
    Find each row's one result: by its key, or by its place and number.

    AlimTalk's guide has the keys in the answer, Brand Message's has not.
    """
    told = [result for result in results if isinstance(result, dict)]
    named = [str(result.get("recipientGroupingKey") or "") for result in told]
    if any(named):
        keys, found = Counter(named), dict(zip(named, told, strict=True))
        return [
            found.get(row.delivery_key) if keys[row.delivery_key] == 1 else None
            for row in rows
        ]
    if len(told) != len(rows):
        return [None for _ in rows]
    alone = len(rows) == 1
    return [
        result if _is_for(result, row, alone=alone) else None
        for result, row in zip(told, rows, strict=True)
    ]


def _is_for(result: Mapping[str, Any], row: MessageRow, *, alone: bool) -> bool:
    """Compare the numbers, however written; only a request for one may leave it out."""
    number = result.get("recipientNo")
    if number is None:
        return alone
    digits = NOT_A_DIGIT.sub("", str(number))
    return digits.removeprefix("82").removeprefix("0") == row.address.removeprefix(
        "+82"
    )


def _code(result: Mapping[str, Any] | None) -> int | None:
    return _whole((result or {}).get("resultCode"))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
