"""
Infobip: GET /whatsapp/2/senders/{sender}/templates, all in one answer.

The path is that of Infobip's OpenAPI description, and its public SDKs read
`templates[].{id, name, language, status, category, structure}`. Not confirmed: that the
list never comes in pages; more fields. Templates of AlimTalk and RCS are not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.http import content_json
from sync.destinations.infobip import InfobipDestination
from sync.templates.base import Page, Refusal, objects, refusal_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.templates.base import Payload

SENDER = re.compile(r"\+?[0-9]{1,23}")


@dataclass(frozen=True, slots=True)
class InfobipCatalogue:
    """The senders of one Infobip account; an account here is a sender's number."""

    provider: ClassVar[str] = "infobip"
    senders: ClassVar[frozenset[str]] = frozenset({"infobip"})

    base_url: str
    api_key: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's OTT_INFOBIP_API_KEY (or _FILE) and _BASE_URL."""
        adapter = InfobipDestination.from_env(env)
        return cls(adapter.base_url, adapter.key)

    def serves(self, account_id: str) -> bool:
        """Whether it is a number; whether it is one of the account's, Infobip says."""
        return bool(SENDER.fullmatch(account_id))

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for all of a sender's templates."""
        _ = following
        return httpx.Request(
            "GET",
            f"{self.base_url}/whatsapp/2/senders/{account_id.lstrip('+')}/templates",
            headers={
                "Authorization": f"App {self.api_key}",
                "Accept": "application/json",
            },
        )

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take the list; one that says it goes on is not taken for the whole."""
        match content_json(response):
            case {"templates": [*_] as templates, **rest} if (
                response.is_success and "requestError" not in rest
            ):
                found, paging = objects(templates), rest.get("paging")
                total = paging.get("totalResults") if isinstance(paging, dict) else None
                if found is None:
                    return None
                return Page(found, total=total if isinstance(total, int) else None)
        return refusal_of(response)

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell a template by name and language."""
        return texts(template, "name", "language")


CATALOGUE = InfobipCatalogue
