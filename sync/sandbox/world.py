"""Everything one running sandbox knows, and how it is set up."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sync.sandbox import webhooks
from sync.sandbox.braze import BrazeApi, Tracked, currents
from sync.sandbox.faults import Faults
from sync.sandbox.log import AcceptedLog, Landing
from sync.sandbox.people import People
from sync.sandbox.templates import Catalogue
from sync.sandbox.whatsapp import CloudApi, Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sync.sandbox.answers import Arrival

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox
DEFAULT_BRAZE_KEY = "sandbox-braze-key"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How this sandbox behaves.

    Attributes:
        directory: Where `accepted.jsonl` and `braze.jsonl` go.
        port: 0 takes any free one.
        templates: `raw_templates.jsonl`; without it no template exists.
        webhooks: `raw_whatsapp_webhooks.jsonl`, for open windows and stops.
        landing: Where WhatsApp's webhooks of what happens here are appended; those of
            the others go beside it.
        now: A frozen clock; None is the real one. Rate limits use the real one.
        faults: As `Fault.parse` reads them.
        numbers: Phone number ids that exist; empty is all of them.
        undelivered: Share of messages that fail by webhook after all.
        braze_campaigns: Braze campaigns that exist; empty is all of them.
        braze_people: External ids that exist; empty is all of them.
        braze_refused: External ids whose object is an error inside a 201.
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
    braze_key: str = field(default=DEFAULT_BRAZE_KEY, repr=False)
    braze_requests_per_second: int = 1000
    braze_campaigns: frozenset[str] = frozenset()
    braze_people: frozenset[str] = frozenset()
    braze_refused: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str:
        """Tell the secret `name` of the adapter's settings, as the sandbox wants it."""
        return self.secrets.get(name) or DEFAULT_TOKEN


@dataclass(frozen=True, slots=True)
class Accepted:
    """
    One message a provider took: for whom, and what was said.

    `said` is the request's own part for this person, so that a test can look at it.
    """

    provider: str
    delivery_key: str | None
    person: str
    said: Any = None


@dataclass(slots=True)
class World:
    """Everything one running sandbox knows."""

    api: CloudApi
    braze: BrazeApi
    faults: Faults
    log: AcceptedLog
    profiles: AcceptedLog
    landing: Landing
    frozen: datetime | None
    latency: float
    seed: int
    seen: dict[str, int] = field(default_factory=dict)
    landings: dict[str, Landing] = field(default_factory=dict)

    def now(self) -> datetime:
        """Read the sandbox's clock."""
        return self.frozen or datetime.now(UTC)

    def count(self, outcome: str) -> None:
        """Count one request by what it came to."""
        self.seen[outcome] = self.seen.get(outcome, 0) + 1

    async def accept(self, message: Message, arrival: Arrival) -> dict[str, Any]:
        """Put the message on its way: logged on disk first, webhooks after."""
        self.count("accepted")
        entry = self._entry(arrival, message.delivery_key, message.person)
        entry["to"] = message.given
        wamid = _wamid(f"{self.seed}:{entry['seq']}:{message.delivery_key}")
        await self.log.append(entry)
        if self.landing.path:
            fate, code = self.api.fate(message, self.seed)
            at = datetime.fromisoformat(entry["at"])
            await self.landing.append(webhooks.statuses(message, wamid, at, fate, code))
        return message.answer(wamid)

    async def take(self, arrival: Arrival, *messages: Accepted) -> list[int]:
        """Put messages on their way: on disk before the answer; tell their numbers."""
        self.count("accepted")
        entries = [self._entry(arrival, m.delivery_key, m.person) for m in messages]
        whole = [
            entry | {"provider": m.provider, "said": m.said}
            for entry, m in zip(entries, messages, strict=True)
        ]
        await self.log.append(*whole)
        return [entry["seq"] for entry in entries]

    async def land(self, table: str, payload: str, **columns: str) -> None:
        """Append one webhook to `raw_<table>_webhooks.jsonl`, if webhooks land."""
        if self.landing.path:
            path = self.landing.path.with_name(f"raw_{table}_webhooks.jsonl")
            at = self.now().isoformat().replace("+00:00", "Z")
            line = {"received_at": at, "payload": payload, "sender_id": None}
            landing = self.landings.setdefault(table, Landing(path))
            await landing.append([columns | line])

    def luck(self, *parts: str) -> float:
        """Draw a number from 0 to 1, always the same for the same parts."""
        text = "|".join((str(self.seed), *parts))
        return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32

    async def dispatch(
        self, recipients: list[dict[str, Any]], arrival: Arrival
    ) -> dict[str, Any]:
        """Put one batch of a campaign or Canvas on its way, logged on disk first."""
        self.count("accepted")
        entries = []
        for recipient in recipients:
            person = recipient["external_user_id"]
            entry = self._entry(arrival, _key_in(recipient), person)
            entries.append(entry | {"external_user_id": person})
        await self.log.append(*entries)
        sent = arrival.body.get("campaign_id") or arrival.body.get("canvas_id")
        text = f"{self.seed}:{self.log.count}:{sent}"
        dispatch = hashlib.sha256(text.encode()).hexdigest()[:32]
        if "campaign_id" in arrival.body:
            # A Canvas's steps are dispatches of their own, later.
            await self._tell(dispatch, [entry["to"] for entry in entries])
        return {"dispatch_id": dispatch, "message": "success"}

    async def _tell(self, dispatch: str, people: list[str]) -> None:
        """Push what became of a campaign's messages, two events for each person."""
        for person in people:
            failed = self.luck("braze", dispatch, person) < self.api.undelivered
            for word in ("Send", "Failure" if failed else "Delivery"):
                event = currents(person, dispatch, self.now(), word)
                await self.land("provider", event, provider="braze")

    def _entry(self, arrival: Arrival, key: object, person: str) -> dict[str, Any]:
        return {
            "seq": self.log.number(),
            "at": self.now().isoformat(),
            "path": arrival.path,
            "delivery_key": key,
            "to_hash": hashlib.sha256(person.encode()).hexdigest(),
            "to": person,
            "status": "accepted",
            "answered": arrival.answered,
            "arrived": arrival.at,
        }

    async def write(self, tracked: Tracked) -> dict[str, Any]:
        """Keep what users/track wrote, on disk before the answer."""
        self.count("tracked")
        await self._keep(tracked.writes, by="api")
        return tracked.answer

    async def stop_in_braze(self, person: str, group: str) -> None:
        """Let a person say stop on the platform itself."""
        groups = {group: "unsubscribed"}
        write = {"external_id": person, "attributes": {}, "subscription_groups": groups}
        self.braze.remember([write])
        await self._keep([write], by="platform")

    async def _keep(self, writes: list[dict[str, Any]], *, by: str) -> None:
        now = self.now().isoformat()
        lines = [
            {"seq": self.profiles.number(), "at": now, **w, "by": by} for w in writes
        ]
        await self.profiles.append(*lines)

    async def write_to_us(self, entry: dict[str, Any]) -> None:
        """Let a person's own message or stop happen."""
        self.api.people.hear(json.dumps(entry))
        await self.landing.append([entry])

    def close(self) -> None:
        """Let go of the files."""
        self.log.close()
        self.profiles.close()


def build(settings: Settings) -> World:
    """Read the files `settings` names and open the log."""
    people = People()
    people.read(settings.webhooks)
    people.read(settings.landing)
    faults = Faults(settings.seed)
    faults.set(settings.faults)
    profiles = AcceptedLog(settings.directory / "braze.jsonl")
    return World(
        api=CloudApi(
            token=settings.token,
            catalogue=Catalogue.read(settings.templates),
            people=people,
            numbers=settings.numbers,
            per_second=settings.messages_per_second,
            undelivered=settings.undelivered,
        ),
        braze=_braze(settings, profiles.entries()),
        faults=faults,
        log=AcceptedLog(settings.directory / "accepted.jsonl"),
        profiles=profiles,
        landing=Landing(settings.landing),
        frozen=settings.now,
        latency=settings.latency,
        seed=settings.seed,
    )


def _braze(settings: Settings, written: list[dict[str, Any]]) -> BrazeApi:
    """Start Braze with what it was told before."""
    people = set(settings.braze_people)
    api = BrazeApi(
        key=settings.braze_key,
        per_second=settings.braze_requests_per_second,
        campaigns=settings.braze_campaigns,
        # Who was written once exists; with nobody named, everybody does.
        people=people and people | {write["external_id"] for write in written},
        refused=set(settings.braze_refused),
    )
    api.remember(written)
    return api


def _wamid(text: str) -> str:
    return "wamid." + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _key_in(recipient: dict[str, Any]) -> object:
    """Find our key among a recipient's values, a campaign's or a Canvas's."""
    for name in ("trigger_properties", "canvas_entry_properties"):
        if isinstance(values := recipient.get(name), dict):
            return values.get("delivery_key")
    return None
