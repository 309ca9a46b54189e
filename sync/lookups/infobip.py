"""
Infobip: GET /rcs/2/logs and /kakao-alim/1/logs, by the message's id, which is our key.

Their shapes are those of Infobip's OpenAPI description 3.210.0 (2026-07-23), as far as
they are read here. Logs, unlike reports, can be read again; they last for 48 hours. No
log of WhatsApp's messages is confirmed, so none is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations.http import content_json
from sync.destinations.infobip import InfobipDestination
from sync.lookups.base import Listed, Page, in_utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.lookups.base import Lost

PATHS = {"rcs": "rcs/2/logs", "kakao": "kakao-alim/1/logs"}
# A group of statuses: what was rejected was never taken.
REJECTED = 5


@dataclass(frozen=True, slots=True)
class InfobipLookup:
    """One API key."""

    destination: ClassVar[str] = "infobip"
    kept_hours: ClassVar[int] = 48

    base_url: str
    key: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's settings."""
        adapter = InfobipDestination.from_env(env)
        return cls(adapter.base_url, adapter.key)

    def questions(self, lost: Sequence[Lost]) -> Mapping[str, Sequence[Lost]]:
        """Ask for each message by itself."""
        return {
            f"{PATHS[one.channel]}?messageId={one.delivery_key}": [one]
            for one in lost
            if one.channel in PATHS
        }

    def request(self, question: str, following: str) -> httpx.Request:
        """Ask for a message's log, which has one page."""
        _ = following
        headers = {"Authorization": f"App {self.key}", "Accept": "application/json"}
        return httpx.Request("GET", f"{self.base_url}/{question}", headers=headers)

    def read(self, response: httpx.Response) -> Page | None:
        """Take what the log has of the message."""
        match content_json(response) if response.is_success else None:
            case {"results": [*results]}:
                channel = "rcs" if "/rcs/" in response.request.url.path else "kakao"
                taken = [one for one in results if not _is_rejected(one)]
                listed = [m for one in taken if (m := _listed(one, channel))]
                # An entry that cannot be read may be the one.
                return Page(listed) if len(listed) == len(taken) else None
        return None


def _is_rejected(result: Any) -> bool:
    match result:
        case {"status": {"groupId": int(group)}}:
            return group == REJECTED
    return False


def _listed(result: Any, channel: str) -> Listed | None:
    match result:
        case {"messageId": str(key), "status": {"groupId": int()}}:
            to = result.get("to") or result.get("destination")
            address = "+" + str(to).removeprefix("+")
            return Listed(key, channel, address, _instant(result.get("sentAt")), key)
    return None


def _instant(text: object) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(str(text)))
    except ValueError:
        return None
