"""One account's whole list over HTTP, or none of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sync import lists
from sync.errors import StoppedError, SyncError
from sync.lists import IncompleteError
from sync.templates.base import Page, Refusal

if TYPE_CHECKING:
    import httpx

    from sync.clock import Clock
    from sync.templates.base import Catalogue, Payload


class Fetcher:
    """Asks one provider; again only so often."""

    def __init__(self, catalogue: Catalogue, http: httpx.Client, clock: Clock) -> None:
        """Ask for nothing yet."""
        self._catalogue = catalogue
        self._http = http
        self._clock = clock
        # The adapter whose token has a life, where there is one.
        self._tokens: Any = getattr(catalogue, "tokens", None)
        self._token = ""

    def fetch(self, account_id: str) -> list[Payload]:
        """
        Fetch every template of an account.

        Raises:
            StoppedError: The provider does not know us, or lets us see nothing.
            IncompleteError: A page was refused, unreadable or never came.
        """
        found: list[Payload] = []
        total = None
        for page in lists.pages(lambda following: self._page(account_id, following)):
            found += page.templates
            total = page.total
        if total is not None and total != len(found):
            raise IncompleteError(
                f"{len(found)} templates came and {total} were announced. "
                "Try again later."
            )
        return found

    def _page(self, account_id: str, following: str) -> Page:
        said: Page | Refusal | None = None
        for tries in range(lists.TRIES):
            if tries:
                time.sleep(_wait(said, tries))
            said = self._ask(account_id, following)
            match said:
                case Page():
                    return said
                case Refusal(helps="login", code=code):
                    raise StoppedError(
                        f"The provider refuses the login ({code}). "
                        "Check its credentials and what they may read."
                    )
                case Refusal(helps="nothing", code=code):
                    raise IncompleteError(
                        f"The provider refuses the list ({code}). Is "
                        "template_account_id of raw_senders right?"
                    )
                case Refusal(helps="token"):
                    self._token = ""
        raise _gave_up(said)

    def _ask(self, account_id: str, following: str) -> Page | Refusal | None:
        request = self._catalogue.request(account_id, following)
        if self._tokens:
            self._token = self._token or self._new_token()
            request = self._tokens.authorized(request, self._token)
        response = lists.send(self._http, request)
        return None if response is None else self._catalogue.read(response)

    def _new_token(self) -> str:
        for tries in range(lists.TRIES):
            if tries:
                time.sleep(lists.pause(None, tries))
            request = self._tokens.token_request(self._clock.now())
            response = lists.send(self._http, request)
            token = None if response is None else self._tokens.read_token(response)
            if token is not None:
                return str(token.value)
        raise StoppedError("The provider gives no access token. Check its credentials.")


def _wait(said: Page | Refusal | None, tries: int) -> float:
    named = said.wait if isinstance(said, Refusal) else None
    return lists.pause(named, tries)


def _gave_up(said: Page | Refusal | None) -> SyncError:
    match said:
        case Refusal(helps="token", code=code):
            return StoppedError(
                f"The provider takes no token of its own ({code}). "
                "Check its credentials."
            )
        case Refusal(code=code):
            return IncompleteError(f"The provider is busy ({code}). Try again later.")
    return IncompleteError(
        "No list came, or what came cannot be read. Try again later."
    )
