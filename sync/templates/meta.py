"""
Meta: GET /{WABA}/message_templates, page by page.

Fields are those pywa 4.5.0 asks for, as far as the models read them. An account is a
WhatsApp business account, and the token needs `whatsapp_business_management`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import quote

import httpx

from sync.destinations.http import content_json
from sync.destinations.whatsapp import WhatsAppDestination
from sync.templates.base import Page, Refusal, objects, refusal_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.templates.base import Payload

FIELDS = (
    "id,name,language,status,category,components,parameter_format,"
    "correct_category,previous_category,quality_score,rejected_reason"
)
PAGE_SIZE = 100
# whatsapp.md: the token; permissions; limits of requests and of management calls.
LOGIN = frozenset({0, 3, 10, 102, 104, 190, *range(200, 300)})
BUSY = frozenset({1, 2, 4, 17, 32, 613, 80007, 80008, 130429})


@dataclass(frozen=True, slots=True)
class MetaCatalogue:
    """The business accounts one token may read."""

    provider: ClassVar[str] = "meta"
    senders: ClassVar[frozenset[str]] = frozenset({"meta"})

    base_url: str
    token: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's OTT_WHATSAPP_TOKEN (or _FILE) and _BASE_URL."""
        adapter = WhatsAppDestination.from_env(env)
        return cls(adapter.base_url, adapter.token)

    def serves(self, account_id: str) -> bool:
        """Whether it is a number; whether the token may read it, Meta says."""
        return account_id.isascii() and account_id.isdecimal()

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for one page; `following` is a cursor."""
        asked = {"fields": FIELDS, "limit": str(PAGE_SIZE)}
        return httpx.Request(
            "GET",
            f"{self.base_url}/{quote(account_id, safe='')}/message_templates",
            params=asked | ({"after": following} if following else {}),
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take a page; the link to the next has the token in it, its cursor has not."""
        match content_json(response):
            case {"data": [*_] as data, **rest} if (
                response.is_success and "error" not in rest
            ):
                return _page(objects(data), rest.get("paging"))
            case {"error": {"code": int(code)}}:
                if code in LOGIN:
                    return Refusal("login", str(code))
                return Refusal("time" if code in BUSY else "nothing", str(code))
        return refusal_of(response)

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell a template by name and language."""
        return texts(template, "name", "language")


def _page(found: list[Payload] | None, paging: object) -> Page | None:
    """Read where the next page begins; one that cannot be found is no end."""
    if found is None:
        return None
    match paging:
        case {"next": str(), "cursors": {"after": str(after)}} if after:
            return Page(found, after)
        case {"next": str()}:
            return None
    return Page(found)


CATALOGUE = MetaCatalogue
