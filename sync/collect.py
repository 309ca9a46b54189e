"""From the trusted table to the spool: what is due now, and what is known already."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from sync import guard, inputs
from sync import quota as quotas
from sync.clock import SystemClock
from sync.errors import ConfigError, GuardError, TrustError
from sync.messages import StateRow
from sync.stops import Stops
from sync.trust import Build, Claim, is_test, made_in, trusted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.desk import Desk
    from sync.destinations import Destination
    from sync.messages import SendRow
    from sync.spool import Spool
    from sync.warehouse import Session

# Keys asked of the ledger, and rows read for those that are open, at once; more keys
# after a page of which all was known, since no rows are held then.
PAGE = 10_000
KNOWN_PAGE = 50_000
# Rows held at once while they are put into the spool.
FEW = 1_000
LOG = "ott_build_log"
DECISIONS = "fct_campaign_decisions"


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator may set for a run; times in seconds, age in hours."""

    max_age: float = 24.0
    max_sends: int | None = None
    allow_change: bool = False
    wait: float = 60.0
    in_flight: int = 64
    stops_every: float = 120.0
    max_stop_age: float = 900.0
    tolerate_refused: float = 0.02
    first_run: bool = False
    first_run_above: int = 100


@dataclass(frozen=True, slots=True)
class Due:
    """
    What a build has for now, by campaign; `total` counts the known and later too.

    `judged` counts what the build decided on, sendable or not. `guarded` leaves out
    what only takes away. `places` counts by campaign, channel, country where it was
    asked for, and `due`, `later` or `known`.
    """

    build: Build
    due: Counter[str]
    guarded: Counter[str]
    total: Counter[str]
    known: int
    later: int
    judged: int
    places: Counter[tuple[str, str, str | None, str]]
    inputs: inputs.Inputs = field(default_factory=inputs.Inputs)
    quota: quotas.Quota = field(default_factory=quotas.Quota)


def collect(  # noqa: PLR0913 - what is read, from where, and for whom.
    at: Desk,
    kind: type[Destination[Any]],
    spool: Spool,
    stops: Stops,
    options: Options,
    *,
    countries: bool = False,
) -> Due:
    """
    Judge the table, spool its due rows and read the stops, on one connection.

    `countries` asks the decisions where each customer lives, for the plan.

    Raises:
        TrustError: The table or the ledger cannot be trusted.
        LockedError: Somebody holds the warehouse.
    """
    # A reading that broke off has spooled some rows.
    spool.empty()
    with at.warehouse.reading() as session:
        build = trusted(
            session,
            Claim(
                at.manifest.source(LOG),
                kind.model,
                kind.row,
                at.config.profile.target,
            ),
            at.clock.now(),
            timedelta(hours=options.max_age),
        )
        names = [f"sent.{field.name}" for field in fields(kind.row)]
        sent = _sent(at, session, build, countries=countries)
        due = _Filling(at, session, build, kind, spool).fill(sent, names)
        if not build.rows:
            due = replace(due, judged=_count_judged(at, session, build))
        elif kind.sends:
            _check_watched(at, session, build, kind.name)
        log = at.manifest.source(LOG)
        due = replace(due, inputs=inputs.read(at, session, kind, due, log))
        _read_stops(at, session, build, stops)
        if due.due and kind.sends and not kind.keeps_state:
            senders = _find(at, session, build, "int_senders")
            policies = _find(at, session, build, "message_policies")
            due = replace(due, quota=quotas.read(at, session, senders, policies))
    return due


def check_target(build: Build, destination: Destination[Any], *, sandbox: bool) -> None:
    """
    Keep a test target's frozen decisions away from people.

    Raises:
        TrustError: They were about to leave this machine.
    """
    if is_test(build.target) and destination.sends and not sandbox:
        raise TrustError(
            f"Target {build.target} may go only to the sandbox. Build another target."
        )


def check_limits(at: Desk, kind: type[Destination[Any]], due: Due, o: Options) -> None:
    """
    Compare what is due with the limits and with the usual.

    Raises:
        GuardError: A limit tripped.
    """
    runs = guard.STATE_RUNS if kind.keeps_state else guard.RUNS
    usual_due = at.ledger.usual("due", kind.name, runs)
    if kind.keeps_state:
        usual_due = {name: [max(seen, default=0)] for name, seen in usual_due.items()}
    usual_total = at.ledger.usual("total", kind.name, guard.RUNS)
    limits = guard.Limits(o.max_sends, o.allow_change)
    guard.check(due.guarded, due.judged, usual_due, usual_total, limits)
    if message := inputs.first_trip(inputs.judge(at, kind, due, o), o):
        raise GuardError(message)


def new_stops(options: Options) -> Stops:
    """Make the stops of one call; the build says where they are read."""
    return Stops(
        None, SystemClock(), every=options.stops_every, max_age=options.max_stop_age
    )


def _find(at: Desk, session: Session, build: Build, model: str) -> str | None:
    log = at.manifest.source(LOG)
    return made_in(session, log, build.build_id, model) or at.manifest.model(model)


def _read_stops(at: Desk, session: Session, build: Build, stops: Stops) -> None:
    relation = _find(at, session, build, "sync_stops")
    if not relation:
        raise ConfigError("dbt knows no sync_stops. Run `dbt build` first.")
    if not stops.is_known(relation):
        stops.relation = relation
        stops.read(session)


def _check_watched(at: Desk, session: Session, build: Build, name: str) -> None:
    """Refuse rows that no stop is asked for: `sync_decided` does not have them."""
    decided = _find(at, session, build, "sync_decided")
    query = f"select count(*) from {decided} "  # noqa: S608
    query += "where build_id = ? and destination = ?"
    [(watched,)] = session.rows(query, build.build_id, name)
    if watched < build.rows:
        raise TrustError(
            f"No stop is asked for what is in {build.relation}. Name it in the var "
            "message_tables, trigger_tables or state_tables, and run `dbt build`."
        )


def _count_judged(at: Desk, session: Session, build: Build) -> int:
    """Count the decisions of the build: none sendable is not none judged."""
    if not (relation := _find(at, session, build, DECISIONS)):
        return 0
    [(count,)] = session.rows(f"select count(*) from {relation}")  # noqa: S608
    return int(count)


def _sent(at: Desk, session: Session, build: Build, *, countries: bool) -> _Sent:
    """Say where the table's rows are, and the country behind each."""
    log = at.manifest.source(LOG)
    decided = countries and made_in(session, log, build.build_id, DECISIONS)
    if not decided:
        return _Sent(f"{build.relation} as sent", "cast(null as varchar(2))")
    return _Sent(
        f"{build.relation} as sent left join {decided} as decided"
        " on sent.delivery_key = decided.delivery_key"
        " and sent.channel = decided.channel",
        "decided.country_code",
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """What comes after `from`, and the column of the country."""

    relation: str
    country: str


class _Filling:
    """
    Fills the spool, a page at a time.

    The warehouse counts all rows, and names the keys of those whose time has come. The
    ledger says which of these are open, and only they are read whole: a table that was
    sent yesterday costs its keys.
    """

    def __init__(
        self,
        at: Desk,
        session: Session,
        build: Build,
        kind: type[Destination[Any]],
        spool: Spool,
    ) -> None:
        self._at, self._session, self._build = at, session, build
        self._kind, self._spool = kind, spool
        self._now = at.clock.now()
        self._due: Counter[str] = Counter()
        self._guarded: Counter[str] = Counter()
        self._places: Counter[tuple[str, str, str | None, str]] = Counter()

    def fill(self, sent: _Sent, names: list[str]) -> Due:
        """Spool what is due; count the rest."""
        total = self._count(sent)
        keys = self._session.rows(
            f"select sent.delivery_key from {self._build.relation} as sent "  # noqa: S608
            "where sent.send_not_before is null or sent.send_not_before <= ?",
            self._now,
        )
        query = (
            f"select {', '.join(names)}, {sent.country} from {sent.relation} "  # noqa: S608
            f"where sent.delivery_key in (select {self._session.each})"
        )
        for still_open in self._open(keys):
            for first in range(0, len(still_open), PAGE):
                some = still_open[first : first + PAGE]
                rows = self._session.rows(query, some)
                self._spool.add(self._taken(rows, len(set(some))))
        known, later = (
            sum(n for place, n in self._places.items() if place[-1] == state)
            for state in ("known", "later")
        )
        return Due(
            self._build,
            self._due,
            self._guarded,
            total,
            known,
            later,
            self._build.rows,
            +self._places,
        )

    def _open(self, keys: Iterator[tuple[str]]) -> Iterator[list[str]]:
        """Ask the ledger about two pages while the warehouse gives the next two."""
        with (
            ExitStack() as opened,
            ThreadPoolExecutor(2, thread_name_prefix="ledger") as threads,
        ):
            ledgers, size = [self._at.ledger], PAGE
            pages = _two_pages(keys, size)
            while pages:
                if len(pages) > len(ledgers):
                    another = self._at.another_ledger()
                    ledgers.append(opened.enter_context(another))
                asked = [
                    threads.submit(ledger.deliveries.open, page)
                    for ledger, page in zip(ledgers, pages, strict=False)
                ]
                pages = _two_pages(keys, size)
                found = [one.result() for one in asked]
                size = PAGE if any(found) else KNOWN_PAGE
                # Nobody asks the ledger while what is open is looked at.
                yield from found

    def _count(self, sent: _Sent) -> Counter[str]:
        """Count all rows by campaign; call known what is not found due later on."""
        total: Counter[str] = Counter()
        counts = self._session.rows(
            "select sent.campaign_id, sent.channel, sent.build_id, "  # noqa: S608
            f"sent.destination, {sent.country}, count(*), "
            "sum(case when sent.send_not_before > ? then 1 else 0 end) "
            f"from {sent.relation} "
            "group by sent.campaign_id, sent.channel, sent.build_id, "
            f"sent.destination, {sent.country}",
            self._now,
        )
        for campaign, channel, build_id, destination, country, count, later in counts:
            self._judge(build_id, destination)
            total[campaign] += count
            self._places[campaign, channel, country, "later"] += int(later)
            self._places[campaign, channel, country, "known"] += count - int(later)
        return total

    def _judge(self, build_id: str, destination: str) -> None:
        relation = self._build.relation
        if build_id != self._build.build_id:
            raise TrustError(f"{relation} was built anew meanwhile. Try again.")
        # A holdout's rows name the destination they are held back from.
        if self._kind.sends and destination != self._kind.name:
            raise TrustError(f"{relation} has a row for another destination.")

    def _taken(
        self, found: Iterator[tuple[Any, ...]], expected: int
    ) -> Iterator[SendRow]:
        """Count those of `found` that are due, and pass them on, a few at a time."""
        keys: set[str] = set()
        while some := list(islice(found, FEW)):
            countries = {}
            rows = []
            for *values, country in some:
                row = self._row(tuple(values))
                countries[row.delivery_key] = country
                rows.append(row)
            keys |= countries.keys()
            yield from self._due_of(rows, countries)
        if len(keys) != expected:
            raise TrustError(
                f"{self._build.relation} was built anew meanwhile. Try again."
            )

    def _row(self, values: tuple[Any, ...]) -> SendRow:
        row = self._spool.read(values)
        self._judge(row.build_id, row.destination)
        return row if self._kind.sends else replace(row, destination=self._kind.name)

    def _due_of(
        self, rows: list[SendRow], countries: dict[str, str | None]
    ) -> Iterator[SendRow]:
        known = self._at.ledger.deliveries.known(rows, self._now)
        for row in rows:
            if row.delivery_key in known:
                continue
            place = (row.campaign_id, row.channel, countries[row.delivery_key])
            self._places[*place, "known"] -= 1
            self._places[*place, "due"] += 1
            self._due[row.campaign_id] += 1
            takes_away = isinstance(row, StateRow) and row.is_withdrawal
            self._guarded[row.campaign_id] += not takes_away
            yield row


def _two_pages(keys: Iterator[tuple[str]], size: int) -> list[list[str]]:
    """Take up to two pages; none of them is empty."""
    return [page for _ in range(2) if (page := _page(keys, size))]


def _page(keys: Iterator[tuple[str]], size: int) -> list[str]:
    page = [key for (key,) in islice(keys, size)]
    if None in page:
        raise TrustError("A row has no delivery_key. Mend the model, build again.")
    return page
