"""
Google's proof for RCS (channels.md 4.6; the guide on webhooks, copy of 2026-09).

What is signed is the decoded `message.data`, so that is what is kept.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from sync.webhook.call import Call, Taken, malformed, proven
from sync.webhook.schemes import decoded, echo


@dataclass(frozen=True, slots=True)
class Rcs:
    """Google's webhooks for one agent or partner; a client token each."""

    tokens: tuple[str, ...] = field(repr=False)

    def __call__(self, call: Call) -> Taken:
        """Take an event; answer the question with which a webhook is set up."""
        match _parsed(call.body):
            case {"message": {"data": str(data)}}:
                event = decoded(data)
            case {"clientToken": str(token), "secret": str(secret)}:
                proven(token, self.tokens)
                return Taken(None, echo(secret))
            case _:
                raise malformed()

        macs = (hmac.digest(token.encode(), event, "sha512") for token in self.tokens)
        expected = (base64.b64encode(mac).decode() for mac in macs)
        proven(call.header("X-Goog-Signature"), expected)
        return Taken(event)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise malformed() from None
