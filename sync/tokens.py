"""The token of a run: got once, kept for its life, renewed once for all workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from sync.errors import LockedError, StoppedError
from sync.exchange import exchange

if TYPE_CHECKING:
    from sync.clock import Clock
    from sync.destinations import TokenDestination
    from sync.exchange import Client

# Renewed when this much of its life is over, so that none dies on its way.
LIFE_USED = 0.8
TRIES = 3
WAIT_SECONDS = 0.5
BUSY = frozenset({408, 429})


class Tokens:
    """One provider's token, for all workers of a run."""

    def __init__(self, destination: TokenDestination[Any], clock: Clock) -> None:
        """Ask for none yet."""
        self._destination = destination
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value = ""
        self._until = 0.0

    async def get(self, http: Client) -> str:
        """
        Give the token, a new one when the old one is about to die.

        Raises:
            StoppedError: The provider gives none.
            LockedError: It cannot be reached, is busy or broken.
        """
        async with self._lock:
            if not self._value or self._clock.monotonic() >= self._until:
                await self._renew(http)
            return self._value

    def reject(self, value: str) -> None:
        """Give up `value`, which the provider no longer takes; only the first does."""
        if value == self._value:
            self._value = ""

    async def _renew(self, http: Client) -> None:
        is_heard = False
        for tries in range(TRIES):
            if tries:
                await self._clock.sleep(WAIT_SECONDS * 2**tries)
            asked = self._clock.monotonic()
            request = self._destination.token_request(self._clock.now())
            found = await exchange(http, request)
            if not isinstance(found, httpx.Response):
                continue
            if token := self._destination.read_token(found):
                self._value = token.value
                self._until = asked + token.seconds * LIFE_USED
                return
            is_heard = not found.is_server_error and found.status_code not in BUSY
            if is_heard and found.is_client_error:
                break
        if not is_heard:
            raise LockedError(
                "The provider gives no access token now. Try again later."
            )
        raise StoppedError(
            "The provider gives no access token. Check this destination's credentials."
        )
