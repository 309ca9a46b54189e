"""Everything one running sandbox knows, and how it is set up."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sync.sandbox import webhooks
from sync.sandbox.faults import Faults
from sync.sandbox.log import AcceptedLog, append_landing
from sync.sandbox.people import People
from sync.sandbox.templates import Catalogue
from sync.sandbox.whatsapp import CloudApi, Message

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How this sandbox behaves.

    Attributes:
        directory: Where `accepted.jsonl` goes.
        port: 0 takes any free one.
        templates: `raw_templates.jsonl`; without it no template exists.
        webhooks: `raw_whatsapp_webhooks.jsonl`, for open windows and stops.
        landing: Where webhooks of what happens here are appended.
        now: A frozen clock; None is the real one. Rate limits use the real one.
        faults: As `Fault.parse` reads them.
        numbers: Phone number ids that exist; empty is all of them.
        undelivered: Share of messages that fail by webhook after all.
    """

    directory: Path
    port: int = 0
    token: str = field(default=DEFAULT_TOKEN, repr=False)
    templates: Path | None = None
    webhooks: Path | None = None
    landing: Path | None = None
    now: datetime | None = None
    faults: tuple[str, ...] = ()
    seed: int = 0
    latency: float = 0.0
    messages_per_second: int = 80
    undelivered: float = 0.02
    numbers: frozenset[str] = frozenset()


@dataclass(slots=True)
class World:
    """Everything one running sandbox knows."""

    api: CloudApi
    faults: Faults
    log: AcceptedLog
    landing: Path | None
    frozen: datetime | None
    latency: float
    seed: int
    seen: dict[str, int] = field(default_factory=dict)

    def now(self) -> datetime:
        """Read the sandbox's clock."""
        return self.frozen or datetime.now(UTC)

    def count(self, outcome: str) -> None:
        """Count one request by what it came to."""
        self.seen[outcome] = self.seen.get(outcome, 0) + 1

    async def accept(self, message: Message, path: str, *, answered: bool) -> str:
        """Put the message on its way: logged on disk first, webhooks after."""
        seq, now = self.log.number(), self.now()
        wamid = _wamid(f"{self.seed}:{seq}:{message.delivery_key}")
        entry = {
            "seq": seq,
            "at": now.isoformat(),
            "path": path,
            "delivery_key": message.delivery_key,
            "to_hash": hashlib.sha256(message.person.encode()).hexdigest(),
            "to": message.given,
            "status": "accepted",
            "answered": answered,
        }
        await self.log.append(entry)
        fate, code = self.api.fate(message, self.seed)
        append_landing(self.landing, webhooks.statuses(message, wamid, now, fate, code))
        return wamid

    def write_to_us(self, entry: dict[str, Any]) -> None:
        """Let a person's own message or stop happen."""
        self.api.people.hear(json.dumps(entry))
        append_landing(self.landing, [entry])


def build(settings: Settings) -> World:
    """Read the files `settings` names and open the log."""
    people = People()
    people.read(settings.webhooks)
    people.read(settings.landing)
    faults = Faults(settings.seed)
    faults.set(settings.faults)
    return World(
        api=CloudApi(
            token=settings.token,
            catalogue=Catalogue.read(settings.templates),
            people=people,
            numbers=settings.numbers,
            per_second=settings.messages_per_second,
            undelivered=settings.undelivered,
        ),
        faults=faults,
        log=AcceptedLog(settings.directory / "accepted.jsonl"),
        landing=settings.landing,
        frozen=settings.now,
        latency=settings.latency,
        seed=settings.seed,
    )


def _wamid(text: str) -> str:
    return "wamid." + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
