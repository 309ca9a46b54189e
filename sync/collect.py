"""From the trusted table to the spool: what is due now, and what is known already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync import guard, inputs
from sync.clock import SystemClock
from sync.errors import ConfigError, GuardError, TrustError
from sync.messages import StateRow
from sync.stops import Stops
from sync.trust import Build, Claim, is_test, made_in, trusted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sync.desk import Desk
    from sync.destinations import Destination
    from sync.messages import SendRow
    from sync.spool import Spool
    from sync.warehouse import Session

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
        query = _query(at, session, build, kind, countries=countries)
        due = _fill(at, build, kind, spool, session.rows(query))
        if not build.rows:
            due = replace(due, judged=_count_judged(at, session, build))
        log = at.manifest.source(LOG)
        due = replace(due, inputs=inputs.read(at, session, kind, due, log))
        _read_stops(at, session, build, stops)
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


def _count_judged(at: Desk, session: Session, build: Build) -> int:
    """Count the decisions of the build: none sendable is not none judged."""
    if not (relation := _find(at, session, build, DECISIONS)):
        return 0
    [(count,)] = session.rows(f"select count(*) from {relation}")  # noqa: S608
    return int(count)


def _query(
    at: Desk,
    session: Session,
    build: Build,
    kind: type[Destination[Any]],
    *,
    countries: bool,
) -> str:
    """Ask for the table's columns, and for the country behind them."""
    names = [f"sent.{field.name}" for field in fields(kind.row)]
    log = at.manifest.source(LOG)
    decided = countries and made_in(session, log, build.build_id, DECISIONS)
    country = "decided.country_code" if decided else "null"
    query = f"select {', '.join(names)}, {country} from {build.relation} as sent"  # noqa: S608
    if decided:
        query += (
            f" left join {decided} as decided"
            " on sent.delivery_key = decided.delivery_key"
            " and sent.channel = decided.channel"
        )
    return query


def _fill(
    at: Desk,
    build: Build,
    kind: type[Destination[Any]],
    spool: Spool,
    rows: Iterator[tuple[Any, ...]],
) -> Due:
    due: Counter[str] = Counter()
    guarded: Counter[str] = Counter()
    total: Counter[str] = Counter()
    places: Counter[tuple[str, str, str | None, str]] = Counter()
    now = at.clock.now()
    for *values, country in rows:
        row = spool.read(tuple(values))
        if not kind.sends:
            # A holdout's rows name the destination they are held back from.
            row = replace(row, destination=kind.name)
        if row.build_id != build.build_id:
            raise TrustError(f"{build.relation} was built anew meanwhile. Try again.")
        if row.destination != kind.name:
            raise TrustError(f"{build.relation} has a row for another destination.")
        total[row.campaign_id] += 1
        state = _state(at, row, now)
        places[row.campaign_id, row.channel, country, state] += 1
        if state == "due":
            due[row.campaign_id] += 1
            takes_away = isinstance(row, StateRow) and row.is_withdrawal
            guarded[row.campaign_id] += not takes_away
            spool.add(row)
    known, later = (
        sum(n for place, n in places.items() if place[-1] == state)
        for state in ("known", "later")
    )
    return Due(build, due, guarded, total, known, later, build.rows, places)


def _state(at: Desk, row: SendRow, now: datetime) -> str:
    if row.send_not_before > now:
        return "later"
    return "known" if at.ledger.deliveries.known([row], now) else "due"
