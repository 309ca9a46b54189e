"""What is unknown, settled by proof or by word; and the runs of a lost ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync import operator_stops
from sync.errors import ConfigError, TrustError
from sync.identity import check, forgotten, strange_runs
from sync.ledger_claims import KEPT
from sync.log import say
from sync.lookup import ask
from sync.messages import Outcome
from sync.writeback import write_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sync.desk import Desk
    from sync.warehouse import Session

SETTLEMENTS = "sync_settlements"
DECIDED = "sync_decided"
# A dead ledger's last word on a key, and what of it holds for the next ledger.
KEPT_EVENTS = ("accepted", "refused", "deferred", "unknown", "skipped", "held_out")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """
    What one call settled; `unknown` is what is left to look at.

    `listed` were found in the providers' own lists, `absent` are old enough to be
    called not sent because they are in none.
    """

    adopted_runs: int
    adopted_unknown: int
    proven: int
    listed: int
    absent: int
    told: int
    unknown: list[dict[str, Any]]


def reconcile(  # noqa: PLR0913 - one argument an option.
    at: Desk,
    *,
    adopt: bool,
    leave_addresses: bool = False,
    retell: bool = False,
    sent: Iterable[str] = (),
    not_sent: Iterable[str] = (),
) -> Reconciled:
    """
    Settle what can be settled.

    Raises:
        TrustError: The warehouse knows runs this ledger does not, and `adopt` is false;
            or it lost what it was told, and is not told again (`retell`).
        ConfigError: A key of `sent` or `not_sent` is not unknown, or it is in both;
            nothing was settled. Or stops by address that would be adopted are hashed
            with another key, and not to be left behind.
        LockedError: Somebody holds the warehouse; what was settled is kept.
    """
    runs = lost = 0
    if retell:
        _retell(at)
    if adopt:
        runs, lost = _adopt(at, leave_addresses=leave_addresses)
    else:
        check(at)
    words = [(key, Outcome("accepted", "reconciled_sent")) for key in sent]
    words += [(key, Outcome("refused", "reconciled_not_sent")) for key in not_sent]
    if words:
        _check_words(at, words)
    # What is proven here wins over a word.
    proven = _settle(at, list(_proven(at)))
    answers = ask(at)
    listed, absent = _settle(at, answers.found), _settle(at, answers.absent)
    told = _settle(at, words)
    write_back(at.ledger, at.warehouse, at.manifest, at.clock)
    unknown = [
        row | {"list": answers.fates.get(row["delivery_key"])}
        for row in at.ledger.deliveries.unknown()
    ]
    return Reconciled(runs, lost, proven, listed, absent, told, unknown)


def _retell(at: Desk) -> None:
    """Take what the warehouse lost for not yet told."""
    with at.warehouse.reading() as session:
        kept = forgotten(at, session)
    if kept:
        with at.ledger.transaction():
            at.ledger.recent.untell(kept)
        say(f"The warehouse is told again what it was told after {kept[:19]} UTC.")


def _check_words(at: Desk, words: list[tuple[str, Outcome]]) -> None:
    """Refuse keys that there is nothing to say of, or of which two things are said."""
    keys = {key for key, _ in words}
    if len(set(words)) > len(keys):
        raise ConfigError("A key is given to both --sent and --not-sent. Say one.")
    unknown = {row["delivery_key"] for row in at.ledger.deliveries.unknown()}
    if strange := keys - unknown:
        raise ConfigError(
            f"{len(strange)} of the keys given are not unknown. "
            "`ott reconcile` lists those that are."
        )


def _settle(at: Desk, found: list[tuple[str, Outcome]]) -> int:
    now, deliveries = at.clock.now(), at.ledger.deliveries
    with at.ledger.transaction():
        return sum(deliveries.reconcile(key, now, outcome) for key, outcome in found)


def _proven(at: Desk) -> Iterator[tuple[str, Outcome]]:
    """Ask the view of status webhooks for each unknown message."""
    unknown = {row["delivery_key"] for row in at.ledger.deliveries.unknown()}
    if not unknown:
        return
    query = (
        "select delivery_key, reason_code, provider_code, "  # noqa: S608
        f"provider_message_id from {_relation(at, SETTLEMENTS)}"
    )
    with at.warehouse.reading() as session:
        for key, reason, code, message in session.rows(query):
            if key in unknown:
                # A failed message was taken, too: a status proves that, never that
                # nothing was sent.
                yield key, Outcome("accepted", reason, code, message)


def _relation(at: Desk, model: str) -> str:
    if not (relation := at.manifest.model(model)):
        raise ConfigError(f"dbt knows no {model}. Run `dbt build` first.")
    return relation


def _adopt(at: Desk, *, leave_addresses: bool) -> tuple[int, int]:
    """
    Take over the runs of ledgers that are lost, and the stops they were told.

    What such a run wrote back is known. What it was to send and did not tell of is
    unknown from now on: nobody can say that it was not sent.
    """
    with at.warehouse.reading() as session:
        runs = strange_runs(at, session)
        if any(run["ours"] and run["owner"] != at.ledger.ledger_id for run in runs):
            raise TrustError(
                "Another ledger has taken over this one's runs. Use that ledger."
            )
        stops = operator_stops.told(at, session, leave_addresses=leave_addresses)
        told = [list(_told(at, session, run)) for run in runs]
        untold = [
            [] if run["closed"] else list(_untold(at, session, run)) for run in runs
        ]
    now, lost = at.clock.now(), 0
    with at.ledger.transaction():
        operator_stops.take_back(at, stops, now)
        for run, known, unknown in zip(runs, told, untold, strict=True):
            for values, outcome in known:
                at.ledger.deliveries.adopt(values, now, outcome, tell=False)
            for values in unknown:
                gone = Outcome("unknown", "ledger_lost")
                at.ledger.deliveries.adopt(values, now, gone)
            lost += len(unknown)
            at.ledger.adopt_run(run, now)
    return len(runs), lost


def _told(
    at: Desk, session: Session, run: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], Outcome]]:
    """Read a run's events, the last of each key's last."""
    names = [name for name in KEPT if name != "occurrence"]
    query = (
        f"select {', '.join(names)}, run_id, attempt, occurred_at, event, "  # noqa: S608
        f"reason_code from {at.manifest.source('raw_delivery_events')} "
        "where run_id = ? order by attempt, occurred_at"
    )
    for found in session.rows(query, run["run_id"]):
        values = dict(
            zip([*names, "run_id", "attempt", "decided_at"], found, strict=False)
        )
        event, reason = found[-2:]
        if event == "reconciled":
            event = "refused" if reason == "reconciled_not_sent" else "accepted"
        if event in KEPT_EVENTS:
            yield values, Outcome(event, reason)


def _untold(
    at: Desk, session: Session, run: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Name what a run was to send and never told of."""
    names = (*KEPT, "decided_at", "states")
    decided = _relation(at, DECIDED)
    events = at.manifest.source("raw_delivery_events")
    ordered = (run["build_id"], run["destination"])
    count = f"select count(*) from {decided} where build_id = ?"  # noqa: S608
    [(kept,)] = session.rows(count, run["build_id"])
    if not kept:
        raise TrustError(
            f"Nobody kept what build {run['build_id']} decided. Restore the ledger "
            "from a backup."
        )
    columns = ", ".join(f"decided.{name}" for name in names)
    query = (
        f"select {columns}, coalesce(max(events.attempt), 0) + 1 "  # noqa: S608
        f"from {decided} as decided left join {events} as events "
        "on decided.delivery_key = events.delivery_key "
        "where decided.build_id = ? and decided.destination = ? "
        "and not exists (select 1 "
        f"from {events} as told where told.delivery_key = decided.delivery_key "
        f"and told.run_id = ?) group by {columns}"
    )
    for found in session.rows(query, *ordered, run["run_id"]):
        yield dict(zip((*names, "attempt"), found, strict=True)) | {
            "run_id": run["run_id"]
        }
