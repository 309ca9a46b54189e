"""
Google's service account: its key, and what a token is asked for with.

"Using OAuth 2.0 for Server to Server Applications" (developers.google.com, 2026): a
JWT signed with RS256 is good for an hour at most, and so is the token given for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import jwt

from sync.destinations.http import safe_base_url, secret_text
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPE = "https://www.googleapis.com/auth/rcsbusinessmessaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ALGORITHM = "RS256"
SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What Google's JSON key file holds, as far as it is needed."""

    email: str
    token_url: str
    key_id: str
    private_key: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """
        Take OTT_RCS_KEY (the file's text) or OTT_RCS_KEY_FILE, and OTT_RCS_TOKEN_URL.

        Raises:
            ConfigError: The key is missing, or nothing can be signed with it.
        """
        match _parsed(secret_text(env, "OTT_RCS_KEY")):
            case {"client_email": str(email), "private_key": str(key), **rest}:
                pass
            case _:
                raise ConfigError(
                    "OTT_RCS_KEY is no JSON key of a service account. Download it anew."
                )
        given = safe_base_url(env, "OTT_RCS_TOKEN_URL")
        found = {"token_uri": str(rest.get("token_uri") or "")}
        url = given or safe_base_url(found, "token_uri")
        if url is None:
            raise ConfigError("The key has no token_uri. Set OTT_RCS_TOKEN_URL.")
        made = cls(
            email=email,
            token_url=url,
            key_id=str(rest.get("private_key_id", "")),
            private_key=key,
        )
        made.assertion(datetime(1970, 1, 2, tzinfo=UTC))
        return made

    def assertion(self, now: datetime) -> str:
        """
        Sign who we are and what for; `now` is UTC, naive or not.

        Raises:
            ConfigError: The key is none, or PyJWT is not installed.
        """
        began = int(now.replace(tzinfo=UTC).timestamp())
        claims = {
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.token_url,
            "iat": began,
            "exp": began + SECONDS,
        }
        try:
            signed: str = jwt.encode(
                claims, self.private_key, ALGORITHM, {"kid": self.key_id}
            )
        except Exception:  # noqa: BLE001 - it may hold a part of the key.
            raise ConfigError(
                "Nothing can be signed with the private key in OTT_RCS_KEY. "
                "Download it anew."
            ) from None
        return signed


def _parsed(text: str) -> object:
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed
