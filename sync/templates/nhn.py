"""
NHN Cloud: GET /alimtalk/v2.3/appkeys/{appkey}/senders/{senderKey}/templates.

Shapes are those of its guide "AlimTalk API v2.3", "List Templates". Brand Message has
templates of its own, which no campaign here names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import quote

import httpx

from sync.destinations.http import content_json
from sync.destinations.nhn import SENDER_KEY, keys
from sync.templates.base import Page, Refusal, objects, refusal_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.templates.base import Payload

PAGE_SIZE = 1000
# Keys or a sender profile that are not ours.
LOGIN = frozenset({-1000, -1001, -1006, -2017})


@dataclass(frozen=True, slots=True)
class NhnCatalogue:
    """The sender profiles of one appkey; an account here is a sender profile's key."""

    provider: ClassVar[str] = "nhn"
    senders: ClassVar[frozenset[str]] = frozenset({"nhn", "kakao"})

    base_url: str
    app_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's OTT_KAKAO_APP_KEY, _SECRET_KEY and _BASE_URL."""
        given = keys(env)
        return cls(given["base_url"], given["app_key"], given["secret_key"])

    def serves(self, account_id: str) -> bool:
        """Whether it looks like a sender key; whether it is ours, NHN Cloud says."""
        return bool(re.fullmatch(SENDER_KEY, account_id))

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for one page; `following` is its number."""
        path = f"alimtalk/v2.3/appkeys/{quote(self.app_key, safe='')}"
        return httpx.Request(
            "GET",
            f"{self.base_url}/{path}/senders/{quote(account_id, safe='')}/templates",
            params={"pageNum": following or "1", "pageSize": str(PAGE_SIZE)},
            headers={"X-Secret-Key": self.secret_key},
        )

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take a page; the last is the one that is not full."""
        match content_json(response):
            case {
                "header": {"isSuccessful": True},
                "templateListResponse": {
                    "templates": [*_] as templates,
                    "totalCount": int(total),
                },
            } if response.is_success:
                found = objects(templates)
                is_full = len(templates) >= PAGE_SIZE
                number = int(response.request.url.params.get("pageNum", "1"))
                following = str(number + 1) if is_full else None
                return None if found is None else Page(found, following, total)
            case {"header": {"isSuccessful": False, "resultCode": int(code)}}:
                if code in LOGIN:
                    return Refusal("login", str(code))
                return refusal_of(response) or Refusal("nothing", str(code))
        return refusal_of(response)

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell a template by its code."""
        return texts(template, "templateCode")


CATALOGUE = NhnCatalogue
