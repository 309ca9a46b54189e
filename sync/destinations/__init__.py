"""The providers messages can go to, by the name the command line uses."""

from __future__ import annotations

from typing import Any

from sync.destinations.base import Answer, Destination, JobDestination, RowError
from sync.destinations.braze import BrazeProfilesDestination, BrazeTriggersDestination
from sync.destinations.holdout import HoldoutDestination
from sync.destinations.whatsapp import WhatsAppDestination

__all__ = [
    "DESTINATIONS",
    "Answer",
    "BrazeProfilesDestination",
    "BrazeTriggersDestination",
    "Destination",
    "HoldoutDestination",
    "JobDestination",
    "RowError",
    "WhatsAppDestination",
]

# In the order a run of all of them takes: what holds withdrawals goes first.
DESTINATIONS: dict[str, type[Destination[Any]]] = {
    kind.name: kind
    for kind in (
        BrazeProfilesDestination,
        WhatsAppDestination,
        BrazeTriggersDestination,
        HoldoutDestination,
    )
}
