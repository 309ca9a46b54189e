"""What every list of sent messages offers; pure, as the adapters are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import httpx


@dataclass(frozen=True, slots=True)
class Lost:
    """
    A message of unknown fate, as the ledger knows it.

    Attributes:
        address_hash: Keyed; None for one taken over from a lost ledger.
        began: When its run began, naive UTC.
        ended: When it became unknown.
    """

    delivery_key: str
    channel: str
    address_hash: str | None
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A message in a provider's list.

    Attributes:
        address: As `raw_contact_points` spells it.
        at: When the provider took it, naive UTC; None where it does not say.
        delivery_key: Our key, where the provider keeps it.
    """

    message_id: str
    channel: str
    address: str = field(repr=False)
    at: datetime | None
    delivery_key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `following` is what to ask for next, None where the list ends."""

    messages: list[Listed]
    following: str | None = None


def in_utc(when: datetime) -> datetime | None:
    """Write an instant as naive UTC; None where it names no zone."""
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else None


class Lookup(Protocol):
    """
    One provider's list, as pure functions around one HTTP exchange.

    No URL has an address in it: proxies and the provider itself keep those.

    Attributes:
        destination: The command line's DESTINATION.
        kept_hours: So long the provider keeps its list.
    """

    destination: ClassVar[str]
    kept_hours: ClassVar[int]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of this provider's adapter, or raise ConfigError."""
        ...

    def questions(self, lost: Sequence[Lost]) -> Mapping[str, Sequence[Lost]]:
        """Say what to ask for whom; whom nothing can be asked for is left out."""
        ...

    def request(self, question: str, following: str) -> httpx.Request:
        """Ask for a page; empty is the first."""
        ...

    def read(self, response: httpx.Response) -> Page | None:
        """Take a page; None is an answer that is none."""
        ...
