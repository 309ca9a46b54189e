"""What the model of the loop is about: people, campaigns, keys, and the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

DAY = 24
MAX_CLAIMS = 3
MAX_STEP = 1
IDS = "abcd"
# Two customers on one telephone, and nobody told us whether they are one person.
ADDRESS = {"a": "tel-1", "b": "tel-2", "c": "tel-3", "d": "tel-3"}
MESSAGED = ("accepted", "unknown", "held_out")


class Campaign(NamedTuple):
    destination: str
    is_marketing: bool
    is_recurring: bool
    drawn: str = ""  # who is held out

    def occurrence(self, at):
        return at // DAY if self.is_recurring else 0


# Two marketing campaigns that leave by different destinations, and one of service.
CAMPAIGNS = {
    "winback": Campaign("whatsapp", is_marketing=True, is_recurring=False, drawn="b"),
    "sale": Campaign("braze", is_marketing=True, is_recurring=False),
    "update": Campaign("whatsapp", is_marketing=False, is_recurring=True),
}


@dataclass(frozen=True)
class Guards:
    """The rules that keep the loop true. All of them are the design."""

    # A claim is durable before its request leaves.
    claim_durable_first: bool = True
    # A message of unknown fate is not tried again.
    unknown_never_resent: bool = True
    # No marketing to whom the ledger knows of a marketing message the build could not.
    decided_before_last: bool = True

    # The warehouse knows of a run before its first send ...
    open_before_send: bool = True
    # ... and is then asked again who else opened one.
    look_again_after_open: bool = True
    # A ledger sends only if it knows every run that the warehouse knows, ...
    refuse_strange_runs: bool = True
    # ... the end of each whose end the warehouse knows, ...
    closed_runs_must_be_known: bool = True
    # ... and every claim of its own runs that died: their lock files count them too.
    dead_runs_are_counted: bool = True
    # What an open run of a lost ledger did not tell of is unknown to whoever adopts it.
    adopt_marks_unknown: bool = True

    # What the ledger holds is written back before a run reads, or there is no run.
    write_back_before_read: bool = True
    # That is for every destination, with the claims of whichever run died.
    recover_every_destination: bool = True
    # A build asks for the history of a person, under all of their ids.
    canonical_history: bool = True
    # Customers of one address are one: in the history, a build and the view of stops.
    address_history: bool = True
    # A decision ends with its occurrence.
    occurrence_cut: bool = True

    # The view of stops has no `as_of`. It names rows of people who said stop since, ...
    stops_at_send: bool = True
    # of the build the run sends, even if a newer one has replaced it, ...
    stops_of_the_runs_build: bool = True
    # ... whose person, by today's merges, had a message the build could not count, ...
    live_already_messaged: bool = True
    # ... and rows of everybody merged since: the next build judges them anew.
    merged_rows_wait: bool = True


class Key(NamedTuple):
    """Accepted at most once. The next step follows only a proven failure."""

    name: str
    customer: str
    occurrence: int
    step: int

    @property
    def campaign(self):
        return CAMPAIGNS[self.name]

    def is_like(self, other):
        """Same campaign, same time round, whoever it is for."""
        return self[::2] == other[::2]


class Row(NamedTuple):
    """A line of a sync table."""

    key: Key
    decided_at: int
    not_after: int
    is_held_out: bool


class Build(NamedTuple):
    as_of: int
    rows: list[Row]


class Event(NamedTuple):
    """A line of raw_delivery_events."""

    key: Key
    event: str
    run: tuple
    at: int
    received_at: int = 0


class Sent(NamedTuple):
    """A line of the provider's own log."""

    key: Key
    address: str
    at: int


@dataclass
class Run:
    """What raw_sync_runs tells of a run."""

    build: Build
    destination: str
    is_closed: bool = False
    adopted_by: object = None


@dataclass
class Delivery:
    """What a ledger knows of a key."""

    state: str
    state_at: int
    decided_at: int
    run: tuple
    address: str | None
    claims: int
    written_at: int | None = None


@dataclass
class Ledger:
    ledger_id: int
    deliveries: dict[Key, Delivery] = field(default_factory=dict)
    ended: dict[tuple, bool] = field(default_factory=dict)  # each run it knows
    claims: Counter = field(default_factory=Counter)  # of each run
    unwritten: list[Event] = field(default_factory=list)
    untold: list[tuple] = field(default_factory=list)  # of raw_sync_runs


class Fault(NamedTuple):
    """What goes wrong in a run; `at` counts its rows, -1 is before it opens."""

    answer: str = "accepted"  # or refused, deferred, lost: sent, and nobody hears of it
    dies_at: int | None = None  # after the provider took it, before we noted that
    meanwhile: tuple = ()  # other steps
    at: int = -1
    is_locked_first: bool = False  # the warehouse, when the run begins
    is_locked_last: bool = False


class Look(NamedTuple):
    """One reading of the stops."""

    stopped: set[Key]
    at: int


class Killed(Exception):  # noqa: N818 - not an error of ours.
    pass
