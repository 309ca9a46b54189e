"""
Twilio: GET /v2/ContentAndApprovals, page by page (twilio-oai content v2).

Templates of the whole account, approved for WhatsApp or not. They live on a host of
their own, https://content.twilio.com.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.http import basic, content_json, safe_base_url
from sync.destinations.twilio import TwilioDestination
from sync.errors import ConfigError
from sync.templates.base import Page, Refusal, objects, refusal_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.templates.base import Payload

BASE_URL = "https://content.twilio.com"
PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class TwilioCatalogue:
    """One account."""

    provider: ClassVar[str] = "twilio"
    senders: ClassVar[frozenset[str]] = frozenset({"twilio"})

    base_url: str
    account_sid: str
    authorization: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take the adapter's settings, and OTT_TWILIO_CONTENT_BASE_URL.

        Who moves the one host moves the other: else a test would ask the real one.
        """
        adapter = TwilioDestination.from_env(env)
        url = safe_base_url(env, "OTT_TWILIO_CONTENT_BASE_URL")
        if url is None and safe_base_url(env, "OTT_TWILIO_BASE_URL"):
            raise ConfigError(
                "OTT_TWILIO_BASE_URL is set and OTT_TWILIO_CONTENT_BASE_URL is not. "
                f"Set it too; Twilio's own is {BASE_URL}."
            )
        authorization = basic(adapter.username, adapter.password)
        return cls(url or BASE_URL, adapter.account_sid, authorization)

    def serves(self, account_id: str) -> bool:
        """Whether it is OTT_TWILIO_ACCOUNT_SID."""
        return account_id == self.account_sid

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for one page; `following` is the query of the next one."""
        _ = account_id
        query = following or f"PageSize={PAGE_SIZE}"
        return httpx.Request(
            "GET",
            f"{self.base_url}/v2/ContentAndApprovals?{query}",
            headers={"Authorization": self.authorization},
        )

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take a page; of the next one's address only the query, never the host."""
        match content_json(response):
            case {"contents": [*_] as contents, "meta": {"next_page_url": None}}:
                following = None
            case {"contents": [*_] as contents, "meta": {"next_page_url": str(url)}}:
                following = url.partition("?")[2] or None
                if following is None:
                    return None
            case _:
                return refusal_of(response)
        found = objects(contents)
        if found is None or not response.is_success:
            return None
        # A subaccount's templates would be taken for this one's.
        if any(one.get("account_sid") != self.account_sid for one in found):
            return Refusal("nothing", "another account_sid")
        return Page(found, following)

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell a template by its sid: each language has one of its own."""
        return texts(template, "sid")


CATALOGUE = TwilioCatalogue
