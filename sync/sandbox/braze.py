"""
What Braze does with profiles and triggered campaigns, without the HTTP around it.

Rules: "Track users", "Send campaigns via API-triggered delivery", "API errors and
responses", "Rate limits" (copies of 2026). Braze publishes neither the words of an
error of one object nor one form of its rate headers; nothing may depend on them.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from sync.sandbox.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aiohttp import web

OBJECTS = 75
ARRAYS = ("attributes", "events", "purchases")
RECIPIENTS = 50
EXTERNAL_ID_BYTES = 987
# Meta's code, which Braze passes on: the number takes no WhatsApp.
UNDELIVERABLE = "131026"
# Objects of one request that are not custom attributes.
NOT_ATTRIBUTES = frozenset(
    {"external_id", "_update_existing_only", "subscription_groups"}
)


class BrazeError(Refusal):
    """Braze's refusal of one whole request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"braze {status}", status, message)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What one users/track wrote, and what it says about the rest."""

    writes: list[dict[str, Any]]
    answer: dict[str, Any]


@dataclass(slots=True)
class BrazeApi:
    """
    Braze's side of the table.

    Attributes:
        campaigns: API-triggered campaigns that exist; empty is all of them.
        people: External ids that exist; empty is all of them.
        refused: External ids whose object is an error inside a 201.
        profiles: What is known of each external id that was ever written.
        limited_times: How often it said 429; each time in another form.
    """

    key: str = field(repr=False)
    per_second: int
    campaigns: frozenset[str] = frozenset()
    people: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    profiles: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    limited_times: int = 0
    _second: int = 0
    _used: int = 0

    def authenticate(self, request: web.Request) -> None:
        """Raise BrazeError unless the caller has the key."""
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise BrazeError(401, "Invalid API Key")

    def limited(self) -> BrazeError:
        """Say 429 in the next of the forms Braze or its users describe."""
        now, error = time.time(), BrazeError(429, "Rate Limited")
        limit = {"X-RateLimit-Limit": str(self.per_second)}
        limit["X-RateLimit-Remaining"] = "0"
        forms = (
            limit | {"X-RateLimit-Reset": str(int(now) + 1)},
            limit | {"X-RateLimit-Reset": "1"},
            {"X-Ratelimit-Retry-After": "1"},
            {"Retry-After": "1"},
            {"Retry-After": formatdate(now + 1, usegmt=True)},
        )
        error.headers = forms[self.limited_times % len(forms)]
        self.limited_times += 1
        return error

    def on_demand(self, value: int) -> BrazeError:
        """Refuse with `value` as the HTTP status, or with 400 if it is none."""
        status = value if value in range(400, 600) else 400
        return BrazeError(status, "Asked for by a fault of the sandbox")

    def limits(self) -> dict[str, str]:
        """Count one request of this second, or raise BrazeError."""
        second = int(time.time())
        if second != self._second:
            self._second, self._used = second, 0
        if self._used >= self.per_second:
            raise self.limited()
        self._used += 1
        return {
            "X-RateLimit-Limit": str(self.per_second),
            "X-RateLimit-Remaining": str(self.per_second - self._used),
            "X-RateLimit-Reset": str(second + 1),
        }

    def track(self, body: object) -> Tracked:
        """Judge each object of users/track by itself and keep what is good."""
        if not isinstance(body, dict):
            raise BrazeError(400, "Bad Request")
        if sum(len(_list(body, name)) for name in ARRAYS) > OBJECTS:
            raise BrazeError(400, "Max Input Length Exceeded")
        writes, errors = [], []
        for index, item in enumerate(_list(body, "attributes")):
            if problem := self._problem(item):
                error = {"type": problem, "input_array": "attributes", "index": index}
                errors.append(error)
            else:
                writes.append(item)
        # Documented as the number of external ids, not of objects.
        processed = len({item["external_id"] for item in writes})
        answer = {"message": "success", "attributes_processed": processed}
        kept = [write for item in writes if (write := self._keep(item))]
        return Tracked(kept, answer | ({"errors": errors} if errors else {}))

    def _problem(self, item: object) -> str | None:
        match item:
            case {"external_id": str(person), **rest} if person:
                groups = rest.get("subscription_groups") or []
            case _:
                return "'external_id' is required"
        if len(person.encode()) > EXTERNAL_ID_BYTES:
            return f"'external_id' must be fewer than {EXTERNAL_ID_BYTES + 1} bytes"
        if person in self.refused:
            return "BLACKLISTED_EXTERNAL_USER_ID"
        return None if _are_good(groups) else "Invalid subscription_groups"

    def _keep(self, item: dict[str, Any]) -> dict[str, Any] | None:
        """Write one good object; None when nobody has this id and none is made."""
        person = item["external_id"]
        if not self._knows(person):
            if item.get("_update_existing_only", False):
                return None
            self.people.add(person)
        groups = item.get("subscription_groups") or []
        write = {
            "external_id": person,
            "attributes": {k: v for k, v in item.items() if k not in NOT_ATTRIBUTES},
            "subscription_groups": {
                g["subscription_group_id"]: g["subscription_state"] for g in groups
            },
        }
        self.remember([write])
        return write

    def remember(self, writes: Iterable[dict[str, Any]]) -> None:
        """Let the last word win, one name at a time; null takes an attribute away."""
        for write in writes:
            empty: dict[str, Any] = {"attributes": {}, "subscription_groups": {}}
            profile = self.profiles.setdefault(write["external_id"], empty)
            profile["subscription_groups"].update(write["subscription_groups"])
            profile["attributes"].update(write["attributes"])
            for name in [n for n, v in profile["attributes"].items() if v is None]:
                del profile["attributes"][name]

    def trigger(self, body: object) -> list[dict[str, Any]]:
        """Judge a campaign's or a Canvas's call and give the recipients it reaches."""
        if not isinstance(body, dict):
            raise BrazeError(400, "Bad Request")
        if body.get("broadcast"):
            raise BrazeError(400, "The sandbox takes no broadcast")
        campaign = body.get("campaign_id") or body.get("canvas_id")
        if not campaign or (self.campaigns and campaign not in self.campaigns):
            kind = "Canvas" if "canvas_id" in body else "Campaign"
            raise BrazeError(400, f"Invalid {kind} ID")
        recipients = _list(body, "recipients")
        if not recipients:
            raise BrazeError(400, "No Recipients")
        if len(recipients) > RECIPIENTS:
            message = "The max number of external_ids and aliases per request was"
            raise BrazeError(400, f"{message} exceeded")
        for recipient in recipients:
            match recipient:
                case {"external_user_id": str(person)} if person:
                    continue
            raise BrazeError(400, "external_user_id is required")
        return [r for r in recipients if self._knows(r["external_user_id"])]

    def _knows(self, person: str) -> bool:
        return not self.people or person in self.people


def currents(person: str, dispatch: str, now: datetime, word: str) -> str:
    """
    Say what became of one person's message, as the HTTP connector of Currents does.

    Events "users.messages.whatsapp.Send", ".Delivery" and ".Failure" of Braze's message
    engagement glossary. Only Braze knows a campaign's channel: here it is WhatsApp.
    """
    properties = {"dispatch_id": dispatch}
    if word == "Failure":
        properties["provider_error_code"] = UNDELIVERABLE
    event = {
        "event_type": f"users.messages.whatsapp.{word}",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{dispatch}|{person}|{word}")),
        "time": int(now.timestamp()),
        "user": {"external_user_id": person},
        "properties": properties,
    }
    return json.dumps({"events": [event]})


def _are_good(groups: object) -> bool:
    return isinstance(groups, list) and all(
        isinstance(group, dict)
        and isinstance(group.get("subscription_group_id"), str)
        and group.get("subscription_state") in ("subscribed", "unsubscribed")
        for group in groups
    )


def _list(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise BrazeError(400, f"'{name}' is not an array")
    return value


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_BRAZE_BASE_URL": "{url}",
    "OTT_BRAZE_API_KEY": "sandbox-braze-key",
}
