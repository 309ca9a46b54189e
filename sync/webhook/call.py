"""What a webhook call is, and what looking at it may come to."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A provider's clock may be ahead of ours by so many seconds.
SKEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request, its body whole and untouched.

    `target` is the path with its query as the provider wrote them, `rest` what stands
    behind the source's name in the path, `now` seconds since 1970.
    """

    method: str
    target: str = field(repr=False)
    rest: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    now: float

    def header(self, name: str) -> str:
        """Read a header; nothing where there is none."""
        return self.headers.get(name, "")

    @property
    def query(self) -> str:
        """Everything behind the question mark, undecoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """
    A genuine call: `payload` is to be kept, None where there is nothing to keep.

    `answer` is what the provider expects to read, with status 200.
    """

    payload: bytes | None = field(repr=False)
    answer: str = field(default="", repr=False)
    content_type: str = "text/plain"


class RefusedError(Exception):
    """A call that is not kept. Its words are ours alone, never the caller's."""

    def __init__(self, reason: str, status: int) -> None:
        """Say why, in a word or two that are counted, and with which HTTP status."""
        super().__init__(reason)
        self.reason = reason
        self.status = status


def unsigned() -> RefusedError:
    """Refuse what carries no proof at all."""
    return RefusedError("unsigned", 401)


def forged() -> RefusedError:
    """Refuse what carries a wrong proof."""
    return RefusedError("forged", 403)


def malformed() -> RefusedError:
    """Refuse what no provider sends."""
    return RefusedError("malformed", 400)


def same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing about where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(text: str) -> bytes:
    # A header may hold bytes that are no text; they come as surrogates.
    return text.encode("utf-8", "surrogatepass")


def proven(given: str, expected: Iterable[str]) -> None:
    """
    Ask that `given` is one of what we expect, which is made only if it is there.

    Raises:
        RefusedError: It is missing, or another.
    """
    if not given:
        raise unsigned()
    if not any(same(given, one) for one in expected):
        raise forged()


def recent(call: Call, said: float, max_age: float) -> None:
    """
    Ask that a call was signed at most `max_age` seconds ago, and not in the future.

    Raises:
        RefusedError: It was signed at another time, so it may be a replay.
    """
    if not call.now - max_age <= said <= call.now + SKEW_SECONDS:
        raise RefusedError("too old", 403)
