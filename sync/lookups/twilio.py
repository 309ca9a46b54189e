"""
Twilio: GET Messages.json, a day at a time (twilio-oai, 2026-04-14).

The list of a day has everybody's messages, and is searched here: a filter by recipient
would put the number into the URL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from sync.destinations.http import basic, content_json
from sync.destinations.twilio import MESSAGE, TwilioDestination
from sync.lookups.base import Listed, Page, in_utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync.lookups.base import Lost

PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class TwilioLookup:
    """One account."""

    destination: ClassVar[str] = "twilio"
    # Thirteen months, says Twilio's page on message logs; a year is enough.
    kept_hours: ClassVar[int] = 365 * 24

    url: str
    authorization: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the adapter's settings."""
        adapter = TwilioDestination.from_env(env)
        path = f"2010-04-01/Accounts/{adapter.account_sid}/Messages.json"
        authorization = basic(adapter.username, adapter.password)
        return cls(f"{adapter.base_url}/{path}", authorization)

    def questions(self, lost: Sequence[Lost]) -> Mapping[str, Sequence[Lost]]:
        """Ask for each day, in UTC, on which one may have been sent."""
        days: dict[str, list[Lost]] = {}
        for one in lost:
            day = one.began.date()
            # What was taken before midnight may have left after it.
            while day <= (one.ended + timedelta(hours=1)).date():
                days.setdefault(day.isoformat(), []).append(one)
                day += timedelta(days=1)
        return days

    def request(self, question: str, following: str) -> httpx.Request:
        """Ask for one page of a day; `following` is the query of the next one."""
        query = following or f"DateSent={question}&PageSize={PAGE_SIZE}"
        return httpx.Request(
            "GET",
            f"{self.url}?{query}",
            headers={"Authorization": self.authorization},
        )

    def read(self, response: httpx.Response) -> Page | None:
        """Take a page; of the next one's address only the query, never the host."""
        match content_json(response) if response.is_success else None:
            case {"messages": [*messages], "next_page_uri": None}:
                following = None
            case {"messages": [*messages], "next_page_uri": str(uri)} if "?" in uri:
                following = uri.partition("?")[2]
            case _:
                return None
        ours = [one for one in messages if not _is_theirs(one)]
        listed = [m for m in map(_listed, ours) if m]
        # A message that cannot be read may be the one.
        return Page(listed, following) if len(listed) == len(ours) else None


def _is_theirs(message: Any) -> bool:
    """Whether it is one that came, or went out as an answer of Twilio's own."""
    match message:
        case {"direction": str(direction)}:
            return direction != "outbound-api"
    return False


def _listed(message: Any) -> Listed | None:
    match message:
        case {"sid": str(sid), "to": str(to), "date_created": str(created)} if (
            MESSAGE.fullmatch(sid) and (at := _instant(created))
        ):
            channel, _, address = to.rpartition(":")
            return Listed(sid, channel or "sms", address, at)
    return None


def _instant(text: object) -> datetime | None:
    """Read an instant of RFC 2822."""
    try:
        return in_utc(parsedate_to_datetime(str(text)))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
