"""Providers whose list of sent messages can be asked, by the name of a destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.lookups.infobip import InfobipLookup
from sync.lookups.twilio import TwilioLookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.lookups.base import Lookup

LOOKUPS: Mapping[str, type[Lookup]] = {
    kind.destination: kind for kind in (InfobipLookup, TwilioLookup)
}
