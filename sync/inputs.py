"""What a build read and decided, beside what is usual: asked before much is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING, Any

from sync.guard import FACTOR, RUNS, SMALL
from sync.trust import made_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.collect import Due, Options
    from sync.desk import Desk
    from sync.destinations import Destination
    from sync.warehouse import Session

Place = tuple[str, str, str]

# Fewer say little about a share; so many standard deviations are no accident.
HOLDOUT_SMALL = 200
DEVIATIONS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was looked at; `message` says what to do about one that trips.

    `usual` is what it is compared with, in the unit of `found`; None if there is none.
    """

    guard: str
    about: str
    found: float
    usual: float | None
    trips: bool
    message: str = ""


@dataclass(slots=True)
class Inputs:
    """
    What was asked of the warehouse; empty where there was no need, or no table.

    `ready` counts rows by campaign, channel and country. `held_out` has of each
    campaign how many are held out, how many are sendable, and the percent that is set.
    `granted` counts the yeses behind a table without rows.
    """

    ready: Counter[Place] = field(default_factory=Counter)
    held_out: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    granted: int | None = None


def read(
    at: Desk, session: Session, kind: type[Destination[Any]], due: Due, log: str
) -> Inputs:
    """Ask what the guards compare: only where there is nothing, or much."""
    inputs, build = Inputs(), due.build
    if not build.rows and (
        consents := made_in(session, log, build.build_id, "int_consent_states")
    ):
        query = f"select count(*) from {consents} where consent_status = 'granted'"  # noqa: S608
        [(granted,)] = session.rows(query)
        inputs.granted = int(granted)
    decisions = made_in(session, log, build.build_id, "fct_campaign_decisions")
    if decisions and kind.sends and sum(due.due.values()) > SMALL:
        inputs.ready = _ready(at, session, build.relation, decisions)
        inputs.held_out = _held_out(at, session, decisions)
    return inputs


def _ready(at: Desk, session: Session, relation: str, decisions: str) -> Counter[Place]:
    query = (
        "select sent.campaign_id, sent.channel, coalesce(decided.country_code, ''), "  # noqa: S608
        f"count(*) from {relation} as sent left join {decisions} as decided "
        "on sent.delivery_key = decided.delivery_key "
        "and sent.channel = decided.channel "
        "where sent.send_not_before <= ? group by 1, 2, 3"
    )
    return Counter({(*p,): n for *p, n in session.rows(query, at.clock.now())})


def _held_out(
    at: Desk, session: Session, decisions: str
) -> dict[str, tuple[int, int, float]]:
    if not (campaigns := at.manifest.relation("campaigns")):
        return {}
    query = (
        "select decided.campaign_id, "  # noqa: S608
        "sum(case when decided.is_held_out then 1 else 0 end), "
        "sum(case when decided.is_sendable then 1 else 0 end), "
        f"max(campaigns.holdout_percent) from {decisions} as decided "
        f"inner join {campaigns} as campaigns "
        "on decided.campaign_id = campaigns.campaign_id "
        "where campaigns.holdout_percent > 0 group by 1"
    )
    return {
        str(name): (int(held), int(sendable), float(percent))
        for name, held, sendable, percent in session.rows(query)
    }


def judge(
    at: Desk, kind: type[Destination[Any]], due: Due, o: Options
) -> list[Finding]:
    """Look at everything; nothing is raised."""
    seen = at.ledger.usual("total", kind.name, RUNS)
    found = [*_no_consent(due.inputs, seen)]
    if kind.sends and not kind.keeps_state:
        found += _first_runs(due.due, seen, o)
        usual = at.ledger.usual_places(kind.name, RUNS)
        for which, place in (("channel", 1), ("country", 2)):
            found += _places(which, place, due.inputs.ready, usual)
        found += _drifts(due.inputs.held_out, due.due)
    return found


def first_trip(found: Sequence[Finding], o: Options) -> str | None:
    """Say what stops the run; `--allow-change` lets all go but a first run."""
    for one in found:
        if one.trips and (one.guard == "first_run" or not o.allow_change):
            return one.message
    return None


def _no_consent(inputs: Inputs, seen: Mapping[str, Sequence[int]]) -> Iterator[Finding]:
    if inputs.granted is not None:
        usual = sum(median(counts) for counts in seen.values() if counts)
        yield Finding(
            "no_consent",
            "*",
            inputs.granted,
            None,
            trips=inputs.granted == 0 and usual > SMALL,
            message="The build knows no yes of anybody. Look at raw_consent_events, "
            "then pass --allow-change.",
        )


def _first_runs(
    due: Mapping[str, int], seen: Mapping[str, Sequence[int]], o: Options
) -> Iterator[Finding]:
    for campaign, count in sorted(due.items()):
        if not seen.get(campaign):
            yield Finding(
                "first_run",
                campaign,
                count,
                None,
                trips=count > o.first_run_above and not o.first_run,
                message=f"{campaign} has {count} rows due and was never sent by this "
                "destination. Look at `ott plan`, then pass --first-run.",
            )


def _places(
    which: str,
    place: int,
    ready: Mapping[Place, int],
    usual: Sequence[Mapping[Place, int]],
) -> Iterator[Finding]:
    """Compare each campaign's channels, or countries, with those of its last runs."""
    now = _summed(ready, place)
    earlier = [_summed(run, place) for run in usual]
    for (campaign, name), count in sorted(now.items()):
        runs = [run for run in earlier if any(key[0] == campaign for key in run)]
        if not runs:
            continue
        normal = median(run.get((campaign, name), 0) for run in runs)
        yield Finding(
            which,
            f"{campaign} {name or '-'}",
            count,
            normal,
            trips=count > SMALL and count > FACTOR * normal,
            message=f"{campaign} has {count} rows for {which} {name or '(none)'}, "
            f"usually {normal:g}. Look at `ott plan`, then pass --allow-change.",
        )


def _summed(places: Mapping[Place, int], place: int) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for key, count in places.items():
        found[key[0], key[place]] += count
    return found


def _drifts(
    held_out: Mapping[str, tuple[int, int, float]], due: Mapping[str, int]
) -> Iterator[Finding]:
    for campaign, (held, sendable, percent) in sorted(held_out.items()):
        people, share = held + sendable, percent / 100
        if people < HOLDOUT_SMALL or campaign not in due:
            continue
        off = abs(held - people * share)
        yield Finding(
            "holdout",
            campaign,
            round(100 * held / people, 2),
            percent,
            trips=off > DEVIATIONS * sqrt(people * share * (1 - share)),
            message=f"{campaign} holds back {100 * held / people:.1f} % of its people, "
            f"{percent:g} % is set. Send `holdout` too, or mend the salt; or pass "
            "--allow-change.",
        )
