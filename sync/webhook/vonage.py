"""
Vonage's proof (providers.md 4; the page on signed webhooks, and vonage-jwt).

A JWT in the Authorization header, by the account's signature secret. It names the hash
of the body, which is asked always: without it a token is good for any body.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, field

import jwt

from sync.webhook.call import (
    SKEW_SECONDS,
    Call,
    RefusedError,
    Taken,
    forged,
    recent,
    same,
    unsigned,
)
from sync.webhook.schemes import bearer

ALGORITHM = "HS256"
# The secret's length is chosen in Vonage's settings, not here.
warnings.filterwarnings("ignore", category=jwt.InsecureKeyLengthWarning)
NEEDED = ["iat", "payload_hash"]


@dataclass(frozen=True, slots=True)
class Vonage:
    """One account's signature secrets. `max_age` is in seconds."""

    secrets: tuple[str, ...] = field(repr=False)
    max_age: float

    def __call__(self, call: Call) -> Taken:
        """Take what a token vouches for."""
        token = bearer(call)
        if not token:
            raise unsigned()
        for secret in self.secrets:
            try:
                claims = jwt.decode(
                    token,
                    secret,
                    [ALGORITHM],
                    {"require": NEEDED, "verify_aud": False},
                    leeway=SKEW_SECONDS,
                )
            except jwt.ExpiredSignatureError:
                raise RefusedError("too old", 403) from None
            except (jwt.PyJWTError, ValueError, ArithmeticError, RecursionError):
                continue
            recent(call, int(claims["iat"]), self.max_age)
            hashed = hashlib.sha256(call.body).hexdigest()
            if same(str(claims["payload_hash"]).lower(), hashed):
                return Taken(call.body)
        raise forged()
