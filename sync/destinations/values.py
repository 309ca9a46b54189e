"""The values of a row's template parameters, checked before they are sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Never, Self

from sync.destinations.base import RowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

INVALID = "template_params_invalid"
# Meta refuses the whole message for a newline, a tab or more than four spaces in a
# value (132018). A lone surrogate has no UTF-8 bytes at all.
UNSENDABLE = re.compile("[\t\n\v\f\r\x85\u2028\u2029\ud800-\udfff]| {5}")


def _reject(_: str) -> Never:
    raise ValueError


READER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_reject)


@dataclass(frozen=True, slots=True)
class Values:
    """The row's flat `variables`; a name that cannot be sent raises RowError."""

    by_name: Mapping[str, object] = field(repr=False)

    @classmethod
    def of(cls, variables: str | None) -> Self:
        """Parse the JSON object; numbers keep the very digits SQL wrote."""
        try:
            parsed = READER.decode(variables or "{}")
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise RowError(
                "The row's variables are not a JSON object. Correct the sync table.",
                reason_code=INVALID,
            )
        return cls(parsed)

    def __getitem__(self, name: str) -> str:
        value = self.by_name.get(name)
        if not isinstance(value, str) or not value.strip() or UNSENDABLE.search(value):
            raise RowError(
                f"The value of {name!r} is missing or cannot be sent. "
                "Complete the customer's data.",
                reason_code=INVALID,
            )
        return value


def names(text: str | None) -> list[str]:
    """Take a list with commas apart, as the parameter columns have it."""
    return [name for name in (text or "").split(",") if name]


@lru_cache
def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


def check(text: str, pattern: str, *, reason: str = INVALID) -> str:
    """Return `text` if all of it matches, or raise RowError without repeating it."""
    if not _matches(pattern)(text):
        raise RowError(
            "A value or address of the row has the wrong shape. Correct the data.",
            reason_code=reason,
        )
    return text


def words(text: str, most: int) -> str:
    """Return `text` if it says something in at most `most` characters, or raise."""
    return check(text, rf"(?s)(?=.*\S)[^\ud800-\udfff]{{1,{most}}}")


def some(items: Sequence[Any], least: int, most: int) -> Sequence[Any]:
    """Return `items` if the provider takes as many, or raise RowError."""
    if not least <= len(items) <= most:
        raise RowError(
            f"The provider takes {least} to {most} of these here. Change the content.",
            reason_code="content_not_supported",
        )
    return items
