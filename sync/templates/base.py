"""What every provider's list of templates offers; pure, as the adapters are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from sync.destinations.http import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

Payload = dict[str, Any]
LOGIN_STATUS = frozenset({401, 403})
BUSY_STATUS = frozenset({408, 429})


@dataclass(frozen=True, slots=True)
class Page:
    """
    One page of a list.

    Attributes:
        templates: As the provider lists them.
        following: What to ask for next; None where the list ends.
        total: How many there are on all pages, where the provider says so.
    """

    templates: list[Payload]
    following: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    No list, and what may help.

    Attributes:
        helps: `nothing`, `time` (busy, limits), or another `token` than the one used;
            `login` is a person's work.
        code: The provider's own, or the HTTP status.
        wait: The provider's own wait, in seconds.
    """

    helps: Literal["nothing", "time", "token", "login"]
    code: str
    wait: float | None = None


class Catalogue(Protocol):
    """
    One provider's templates, as pure functions around one HTTP exchange.

    Attributes:
        provider: The command line's PROVIDER, and `raw_templates.provider`.
        senders: What `raw_senders.provider` calls it.
    """

    provider: ClassVar[str]
    senders: ClassVar[frozenset[str]]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of this provider's adapter, or raise ConfigError."""
        ...

    @property
    def base_url(self) -> str:
        """Where requests go."""
        ...

    def serves(self, account_id: str) -> bool:
        """Whether the settings are those of this account."""
        ...

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for a page; empty is the first."""
        ...

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take a page; None is an answer that is neither page nor refusal."""
        ...

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell what makes two versions one template; None where it is not said."""
        ...


def refusal_of(response: httpx.Response) -> Refusal | None:
    """Judge an answer without a list by its status; None may be another next time."""
    status, code = response.status_code, str(response.status_code)
    if status in LOGIN_STATUS:
        return Refusal("login", code)
    if status in BUSY_STATUS:
        return Refusal("time", code, retry_after(response))
    return Refusal("nothing", code) if response.is_client_error else None


def objects(value: object) -> list[Payload] | None:
    """Return a list of objects; None where it is anything else."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    return None


def texts(template: Payload, *names: str) -> tuple[str, ...] | None:
    """Return the texts under `names`; None where one is missing or empty."""
    found = [template.get(name) for name in names]
    kept = tuple(text for text in found if isinstance(text, str) and text)
    return kept if len(kept) == len(names) else None
