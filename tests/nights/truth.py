"""
What the simulation itself knows: who is who, who said stop, and when that was known.

It is written by the harness as it lets things happen, and never read from our tables.
"Known" is the moment a fact was in a raw table, or `ott stop` had returned.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EPOCH = datetime.fromisoformat("1970-01-01")
STARTS = datetime.fromisoformat("2026-10-01")

DAY = timedelta(days=1)
ALL = "*"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of the simulation's campaigns; each has a number of its own."""

    campaign_id: str
    audience: str
    purpose: str
    sender_id: str
    number: str = ""
    destination: str = "whatsapp"
    message_type: str = "template"
    template: str = ""
    parameters: str = "first_name"
    free_text: str = ""
    priority: int = 50
    starts_at: datetime = STARTS
    repeats: str = "once"
    cooldown_days: int | None = None
    min_score: str = ""
    holdout_percent: int = 0
    holdout_salt: str = ""
    max_steps: int = 1
    # As the platform numbers it, where a platform sends.
    provider_campaign_id: str = ""

    def occurrence(self, at):
        if self.repeats == "once":
            return "once"
        return str((at - self.starts_at) // (self.cooldown_days * DAY))

    def holds_out(self, customer):
        text = f"{self.holdout_salt}|{customer}".encode()
        digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
        return int(digest[:8], 16) % 10000 < self.holdout_percent * 100

    def key(self, customer, occurrence, step):
        text = f"{self.campaign_id}|{customer}|{occurrence}|{step}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Stop:
    """
    Somebody said stop, or must not be written to.

    Attributes:
        known: When it was in a raw table, or `ott stop` had returned.
        said: When it was said.
        customer: Whom it is about; with an address alone, nobody in particular.
        address: The address it is about.
        purpose: What it stops; `*` is everything.
        sender: The only sender it stops; None is every one.
        lifted_by: "grant", "resume", "end" or "" (for good).
        ends: When it is over, for "end".
    """

    kind: str
    known: datetime
    said: datetime
    customer: str | None = None
    address: str | None = None
    purpose: str = ALL
    sender: str | None = None
    lifted_by: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes, or the end of a platform's stop (`sender` is given then)."""

    known: datetime
    said: datetime
    customer: str
    purpose: str
    sender: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    known: datetime
    dated: datetime
    lost: str
    kept: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history, for whoever has to understand a violation."""

    at: datetime
    text: str
    customers: tuple[str, ...] = ()


@dataclass(slots=True)
class Truth:
    """Everything that happened."""

    campaigns: dict[str, Campaign] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    countries: dict[str, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    yeses: list[Yes] = field(default_factory=list)
    history: list[Happened] = field(default_factory=list)
    # Who ever had an address, since when it was known.
    owners: dict[str, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Statuses `failed` that are in the raw table, by delivery key.
    failures: dict[str, datetime] = field(default_factory=dict)

    def note(self, at, text, *customers):
        self.history.append(Happened(at, text, customers))

    def owns(self, at, customer, address):
        self.owners[address].append((at, customer))

    def canonical(self, customer, at):
        """Name the person behind an id, by the merges known at `at`."""
        following = {
            merge.lost: merge.kept for merge in self.merges if merge.known <= at
        }
        while customer in following:
            customer = following[customer]
        return customer

    def ids(self, customer, at):
        """Every id of the person."""
        person = self.canonical(customer, at)
        involved = {merge.lost for merge in self.merges if merge.known <= at}
        return {person} | {
            each for each in involved if self.canonical(each, at) == person
        }

    def owners_of(self, address, at):
        return {who for since, who in self.owners[address] if since <= at}

    def merged_at(self, customer, at):
        """The last merge on the way from this id to its person."""
        dated = [
            merge.dated
            for merge in self.merges
            if merge.known <= at and merge.lost in self.ids(customer, at)
        ]
        return max(dated, default=EPOCH)

    def standing(self, customer, address, campaign, at):
        """Name the stops that forbid a message of `campaign` now."""
        ids = self.ids(customer, at) if customer else set()
        return [
            stop
            for stop in self.stops
            if stop.known <= at
            and (stop.customer in ids or (address and stop.address == address))
            and stop.purpose in (ALL, campaign.purpose)
            and stop.sender in (None, campaign.sender_id)
            and not self._is_lifted(stop, ids, campaign, at)
        ]

    def _is_lifted(self, stop, ids, campaign, at):
        if stop.lifted_by == "end":
            return stop.ends is not None and stop.ends <= at
        return bool(stop.lifted_by) and any(
            yes.known <= at
            and yes.said > stop.said
            and yes.purpose == campaign.purpose
            and self._lifts(yes, stop, ids, at)
            for yes in self.yeses
        )

    def _lifts(self, yes, stop, ids, at):
        if stop.lifted_by == "resume":
            return yes.sender == stop.sender and yes.address == stop.address
        if yes.sender is not None or yes.customer not in ids:
            return False
        # Across a merge only a yes that was given after it counts; but what was said
        # from an address may be lifted by anybody who has it, for themselves.
        return (
            yes.customer == stop.customer
            or stop.address is not None
            or yes.said > self.merged_at(stop.customer, at)
        )

    def about(self, customers, at):
        """The history of some people, and of whoever they are."""
        wanted = set().union(*(self.ids(each, at) for each in customers))
        return [each for each in self.history if wanted & set(each.customers)]
