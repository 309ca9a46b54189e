"""
Salesforce Marketing Cloud: entries into a journey.

Shapes are those of Salesforce's page "Insert contacts into a journey in bulk" (copy of
2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import httpx

from sync.destinations.base import Answer, RowError
from sync.destinations.http import content_json, retry_after
from sync.destinations.message import for_all
from sync.destinations.sfmc_account import SfmcAccount, contact_key
from sync.destinations.sfmc_answers import code_of, each_member
from sync.destinations.values import Values, check, names
from sync.messages import BrazeTriggerRow, SendRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcJourneyDestination(SfmcAccount):
    """Entries into a journey. Nothing is dropped as a repeat."""

    name: ClassVar[str] = "sfmc_journey"
    model: ClassVar[str] = "sync_sfmc_journey"
    row: ClassVar[type[SendRow]] = BrazeTriggerRow
    batch_size: ClassVar[int] = 100

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of all."""
        return cls(**cls.settings(env))

    def request(self, rows: Sequence[BrazeTriggerRow]) -> httpx.Request:
        """Say the rows as members of their one entry event, or raise RowError."""
        events = {row.provider_campaign_id for row in rows}
        if len(events) != 1 or not all(events):
            raise RowError(
                "The rows of one request need one entry event. "
                "Complete provider_campaign_id.",
                reason_code="template_missing",
            )
        body = {
            # A dot in the key is not taken ("Fire an entry event").
            "eventDefinitionKey": check(events.pop(), r"[^\s.]{1,200}"),
            "members": [_member(row) for row in rows],
        }
        url = f"{self.base_url}/interaction/v1/async/events"
        return httpx.Request("POST", url, json=body)

    def read(
        self, response: httpx.Response, rows: Sequence[BrazeTriggerRow]
    ) -> list[Answer]:
        """Accepted where the count says all are queued; else as each member says."""
        body = content_json(response)
        if response.is_success and (found := each_member(body, len(rows))):
            return found
        wait = retry_after(response)
        code = None if response.is_success else code_of(response, body)
        kind: Literal["refused", "unknown"] = "refused" if code else "unknown"
        return for_all(Answer(kind, code, retry_after=wait), rows)


def _member(row: BrazeTriggerRow) -> dict[str, Any]:
    values = Values.of(row.variables)
    data = {name: values[name] for name in names(row.parameters)}
    return {
        "contactKey": contact_key(row),
        "data": {**data, "delivery_key": row.delivery_key},
    }


DESTINATIONS = (SfmcJourneyDestination,)
