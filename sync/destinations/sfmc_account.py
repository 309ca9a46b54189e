"""
One installed package of Salesforce Marketing Cloud Engagement, and who a row is about.

Shapes are those of Salesforce's pages (copies of 2026). What a code means is
`seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import httpx

from sync.destinations.base import RowError
from sync.destinations.http import safe_base_url, secret
from sync.destinations.message import BearerDestination
from sync.destinations.values import check
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync.messages import SendRow

# Put into a host name: anything else would take the secret to another machine.
SUBDOMAIN = r"[a-zA-Z0-9-]+"
CONTACT_KEY = r"(?s)(?=.*\S)[^\ud800-\udfff]{1,255}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcAccount(BearerDestination):
    """
    One installed package of one business unit.

    Its tokens live 20 minutes. Without the account id they would be the parent's.
    """

    provider: ClassVar[str] = "sfmc"

    client_id: str
    client_secret: str = field(repr=False)
    account_id: str
    auth_url: str

    @classmethod
    def settings(cls, env: Mapping[str, str]) -> dict[str, Any]:
        """Take OTT_SFMC_CLIENT_ID, _CLIENT_SECRET, _ACCOUNT_ID and _SUBDOMAIN."""
        base = safe_base_url(env, "OTT_SFMC_BASE_URL")
        auth = safe_base_url(env, "OTT_SFMC_AUTH_URL")
        subdomain = env.get("OTT_SFMC_SUBDOMAIN", "").strip()
        if not (base and auth):
            try:
                check(subdomain, SUBDOMAIN)
            except RowError:
                message = "Set OTT_SFMC_SUBDOMAIN to the tenant's own subdomain."
                raise ConfigError(message) from None
        host = f"https://{subdomain}.%s.marketingcloudapis.com"
        return {
            "client_id": secret(env, "OTT_SFMC_CLIENT_ID"),
            "client_secret": secret(env, "OTT_SFMC_CLIENT_SECRET"),
            "account_id": secret(env, "OTT_SFMC_ACCOUNT_ID"),
            "base_url": base or host % "rest",
            "auth_url": auth or host % "auth",
        }

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for an access token of the business unit."""
        _ = now
        body = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "account_id": self.account_id,
        }
        return httpx.Request("POST", f"{self.auth_url}/v2/token", json=body)


def contact_key(row: SendRow) -> str:
    """Give the contact key, or raise RowError."""
    return check(row.customer_id, CONTACT_KEY, reason="address_invalid")
