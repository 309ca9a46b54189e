"""
WeChat: GET /cgi-bin/template/get_all_private_template, all in one answer.

Shapes are those of the page "Get a list of selected templates"
(developers.weixin.qq.com/doc/service, 2026). Developers there report that templates of
the newer kind, chosen by category, are not in the list: what is missing from it is not
approved here. Subscription notices have another list, and no template of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from sync.destinations.http import content_json
from sync.destinations.wechat import WeChatDestination
from sync.templates.base import Page, Refusal, objects, refusal_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.templates.base import Payload

# Neither is a token that lives, or a limit that passes.
TOKEN = frozenset({40001, 40014, 41001, 42001})
LOGIN = frozenset({40013, 40125, 40164, 48001, 50002})
BUSY = frozenset({-1, 45009, 45011})


@dataclass(frozen=True, slots=True)
class WeChatCatalogue:
    """One service account; its account id here is its appid."""

    provider: ClassVar[str] = "wechat"
    senders: ClassVar[frozenset[str]] = frozenset({"wechat"})

    tokens: WeChatDestination

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's OTT_WECHAT_APP_ID, _APP_SECRET and _BASE_URL."""
        return cls(WeChatDestination.from_env(env))

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self.tokens.base_url

    def serves(self, account_id: str) -> bool:
        """Whether it is OTT_WECHAT_APP_ID."""
        return account_id == self.tokens.app_id

    def request(self, account_id: str, following: str) -> httpx.Request:
        """Ask for all; the token is put in later."""
        _ = account_id, following
        path = "cgi-bin/template/get_all_private_template"
        return httpx.Request("GET", f"{self.base_url}/{path}")

    def read(self, response: httpx.Response) -> Page | Refusal | None:
        """Take the list; HTTP is 200 whatever happened."""
        match content_json(response):
            case {"template_list": [*_] as templates, **rest} if (
                response.is_success and rest.get("errcode", 0) == 0
            ):
                found = objects(templates)
                return None if found is None else Page(found)
            case {"errcode": int(code)} if code:
                return _refusal(code)
        return refusal_of(response)

    def key(self, template: Payload) -> tuple[str, ...] | None:
        """Tell a template by its id."""
        return texts(template, "template_id")


def _refusal(code: int) -> Refusal:
    if code in TOKEN:
        return Refusal("token", str(code))
    if code in LOGIN:
        return Refusal("login", str(code))
    return Refusal("time" if code in BUSY else "nothing", str(code))


CATALOGUE = WeChatCatalogue
