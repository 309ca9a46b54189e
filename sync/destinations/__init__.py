"""The providers messages can go to, by the name the command line uses."""

from __future__ import annotations

from typing import Any

from sync.destinations.base import Answer, Destination, JobDestination, RowError
from sync.destinations.holdout import HoldoutDestination
from sync.destinations.whatsapp import WhatsAppDestination

__all__ = [
    "DESTINATIONS",
    "Answer",
    "Destination",
    "HoldoutDestination",
    "JobDestination",
    "RowError",
    "WhatsAppDestination",
]

DESTINATIONS: dict[str, type[Destination[Any]]] = {
    kind.name: kind for kind in (WhatsAppDestination, HoldoutDestination)
}
