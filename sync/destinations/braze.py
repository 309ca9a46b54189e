"""
Braze: profiles by users/track, messages by campaigns/trigger/send.

Shapes and limits are those of Braze's pages "Track users", "User attributes object",
"Send campaigns via API-triggered delivery" and "API errors and responses" (copies of
2026). What a code means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.braze_answers import (
    dispatch_id,
    is_taken,
    not_taken,
    processed,
    row_errors,
)
from sync.destinations.http import content_json, rate_wait, safe_base_url, secret
from sync.destinations.values import INVALID, Values, check, names
from sync.errors import ConfigError
from sync.messages import BrazeProfileRow, BrazeTriggerRow, SendRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP = "subscription_group:"
BOOLEANS = {"true": True, "false": False}
ATTRIBUTE = r"[a-z][a-z0-9_]{0,254}"
EXTERNAL_ID = r"(?s)(?=.*\S)[^\ud800-\udfff]{1,987}"
# By these Braze finds a profile, or keeps what it holds for consent.
NOT_OURS = frozenset(
    {"braze_id", "email", "email_subscribe", "external_id", "phone"}
    | {"push_subscribe", "push_token_import", "push_tokens", "subscription_groups"}
    | {"user_alias"}
)


@dataclass(frozen=True, slots=True)
class _Braze:
    """One REST key of one Braze workspace. An instance knows its own keys only."""

    provider: ClassVar[str] = "braze"
    sends: ClassVar[bool] = True
    dedupe_seconds: ClassVar[int] = 0

    key: str = field(repr=False)
    base_url: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_BRAZE_API_KEY (or _FILE) and OTT_BRAZE_BASE_URL from `env`."""
        key = secret(env, "OTT_BRAZE_API_KEY")
        url = safe_base_url(env, "OTT_BRAZE_BASE_URL")
        if url is None:
            raise ConfigError(
                "No Braze instance. Set OTT_BRAZE_BASE_URL to its REST endpoint."
            )
        return cls(key, url)

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.base_url}/{path}"
        return httpx.Request("POST", url, headers=headers, json=body)


@dataclass(frozen=True, slots=True)
class BrazeProfilesDestination(_Braze):
    """
    Flags and subscription groups on profiles Braze already has.

    A profile is never created: who gets one is the decision of whoever runs Braze.
    """

    name: ClassVar[str] = "braze_profiles"
    model: ClassVar[str] = "sync_braze_profiles"
    row: ClassVar[type[SendRow]] = BrazeProfileRow
    batch_size: ClassVar[int] = 75
    answers: ClassVar[Literal["per_row", "batch"]] = "per_row"
    keeps_state: ClassVar[bool] = True

    def request(self, rows: Sequence[BrazeProfileRow]) -> httpx.Request:
        """Say each row as one attributes object, in order, or raise RowError."""
        return self._post("users/track", {"attributes": [_profile(r) for r in rows]})

    def read(
        self, response: httpx.Response, rows: Sequence[BrazeProfileRow]
    ) -> list[Answer]:
        """Accepted by a 2xx that says so and whose count and errors leave no doubt."""
        body, wait = content_json(response), rate_wait(response)
        if not is_taken(response, body):
            return not_taken(response, body, wait, rows)
        codes, clear = row_errors(body, "attributes", len(rows))
        others = {row.customer_id for i, row in enumerate(rows) if i not in codes}
        sure = clear and processed(body, len(others))
        rest = Answer("accepted" if sure else "unknown", retry_after=wait)
        return [
            Answer("refused", codes[i], retry_after=wait) if i in codes else rest
            for i in range(len(rows))
        ]


@dataclass(frozen=True, slots=True)
class BrazeTriggersDestination(_Braze):
    """
    An API-triggered campaign, to named people only.

    Never `broadcast`, an `audience` or somebody Braze does not know.
    """

    name: ClassVar[str] = "braze_triggers"
    model: ClassVar[str] = "sync_braze_triggers"
    row: ClassVar[type[SendRow]] = BrazeTriggerRow
    batch_size: ClassVar[int] = 50
    answers: ClassVar[Literal["per_row", "batch"]] = "batch"
    keeps_state: ClassVar[bool] = False
    path: ClassVar[str] = "campaigns/trigger/send"
    id_name: ClassVar[str] = "campaign_id"
    properties: ClassVar[str] = "trigger_properties"

    def request(self, rows: Sequence[BrazeTriggerRow]) -> httpx.Request:
        """Say the rows as recipients of their one campaign, or raise RowError."""
        campaigns = {row.provider_campaign_id for row in rows}
        if len(campaigns) != 1 or not all(campaigns):
            raise RowError(
                "The rows of one request need one Braze campaign. "
                "Complete provider_campaign_id.",
                reason_code="template_missing",
            )
        body = {
            self.id_name: campaigns.pop(),
            "broadcast": False,
            "recipients": [_recipient(row, self.properties) for row in rows],
        }
        return self._post(self.path, body)

    def read(
        self, response: httpx.Response, rows: Sequence[BrazeTriggerRow]
    ) -> list[Answer]:
        """
        One dispatch id for all. An error beside a success proves nothing unsent.

        Braze says what a message without an error meets, not what one with an error
        does; so that one is unknown, and all are where it is not said whose it is.
        """
        body, wait = content_json(response), rate_wait(response)
        if not is_taken(response, body):
            return not_taken(response, body, wait, rows)
        codes, clear = row_errors(body, "recipients", len(rows))
        rest = Answer("unknown", retry_after=wait)
        if clear:
            rest = Answer("accepted", None, dispatch_id(body), wait)
        return [
            Answer("unknown", codes[i], retry_after=wait) if i in codes else rest
            for i in range(len(rows))
        ]


@dataclass(frozen=True, slots=True)
class BrazeCanvasesDestination(BrazeTriggersDestination):
    """An API-triggered Canvas, entered by named people ("Send Canvas messages")."""

    name: ClassVar[str] = "braze_canvases"
    model: ClassVar[str] = "sync_braze_canvases"
    path: ClassVar[str] = "canvas/trigger/send"
    id_name: ClassVar[str] = "canvas_id"
    properties: ClassVar[str] = "canvas_entry_properties"


def _profile(row: BrazeProfileRow) -> dict[str, Any]:
    values = Values.of(row.states)
    attributes: dict[str, Any] = {}
    groups = []
    for name in values.by_name:
        if name.startswith(GROUP):
            groups.append(_group(name.removeprefix(GROUP), values[name]))
        elif name in NOT_OURS:
            raise RowError(
                f"{name!r} is not ours to set in Braze. Rename the attribute.",
                reason_code=INVALID,
            )
        else:
            value = values[name]
            attributes[check(name, ATTRIBUTE)] = BOOLEANS.get(value, value)
    return {
        "external_id": _external_id(row),
        "_update_existing_only": True,
        **attributes,
        **({"subscription_groups": groups} if groups else {}),
    }


def _group(group: str, value: str) -> dict[str, str]:
    """One subscription from its value; what follows `:` is our evidence, not theirs."""
    state = check(value.partition(":")[0], "subscribed|unsubscribed")
    group = check(group, r"[A-Za-z0-9-]{1,64}")
    return {"subscription_group_id": group, "subscription_state": state}


def _recipient(row: BrazeTriggerRow, properties: str) -> dict[str, Any]:
    values = Values.of(row.variables)
    return {
        "external_user_id": _external_id(row),
        "send_to_existing_only": True,
        properties: {
            **{name: values[name] for name in names(row.parameters)},
            "delivery_key": row.delivery_key,
        },
    }


def _external_id(row: SendRow) -> str:
    return check(row.customer_id, EXTERNAL_ID, reason="address_invalid")


DESTINATIONS = (
    BrazeProfilesDestination,
    BrazeTriggersDestination,
    BrazeCanvasesDestination,
)
