"""What reading a provider's list has in common, whatever the list is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import httpx

from sync.errors import SyncError
from sync.exchange import CONNECT_SECONDS, READ_SECONDS
from sync.tls import trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRIES = 3
WAIT_SECONDS = 1.0
LONGEST_WAIT = 30.0
MOST_PAGES = 1000


class IncompleteError(SyncError):
    """A list could not be read to its end. Nothing may be concluded from its lack."""

    exit_code = 6


class Followed(Protocol):
    """A page; `following` is what to ask for next, None where the list ends."""

    @property
    def following(self) -> str | None:
        """Say what to ask for next."""
        ...


P = TypeVar("P", bound=Followed)


def client() -> httpx.Client:
    """Make the client of one call."""
    return httpx.Client(
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        verify=trusted(),
    )


def send(http: httpx.Client, request: httpx.Request) -> httpx.Response | None:
    """Send a request once; None where no answer came."""
    # `send` of a ready request sets no timeout by itself.
    request.extensions["timeout"] = http.timeout.as_dict()
    try:
        return http.send(request)
    except httpx.HTTPError:
        return None


def pause(named: float | None, tries: int) -> float:
    """Tell how many seconds to wait after so many tries; a provider may name them."""
    return min(named or WAIT_SECONDS * 2 ** (tries - 1), LONGEST_WAIT)


def pages(ask: Callable[[str], P]) -> Iterator[P]:
    """
    Ask for page after page; empty is the first.

    Raises:
        IncompleteError: A page came again, or too many, or the next has no address.
    """
    asked: set[str] = set()
    following: str | None = ""
    while following is not None:
        if following in asked or len(asked) >= MOST_PAGES:
            raise IncompleteError("The list has no end. Try again later.")
        asked.add(following)
        try:
            page = ask(following)
        except httpx.InvalidURL:
            raise IncompleteError("The next page cannot be asked for.") from None
        yield page
        following = page.following
