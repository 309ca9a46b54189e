"""What was decided about one customer, by which evidence, and what came since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sync.errors import SyncError, TrustError
from sync.log import say

if TYPE_CHECKING:
    from datetime import date

    from sync.desk import Desk
    from sync.warehouse import Session

REPLAY_SUFFIX = "_replay"
STOPS, DECIDED = "sync_stops", "sync_decided"
DECISIONS = "fct_campaign_decisions"
HISTORY = "fct_decision_history"
LIVE_ONLY = (HISTORY, STOPS, DECIDED)
# Mart, the columns a decision joins it on, and what it adds as evidence.
EVIDENCE = (
    (
        "fct_consent_states",
        ("customer_id", "channel", "purpose", "sender_id", "brand_id"),
        ("consent_event_id", "consent_status", "decided_by_event_at", "expires_at"),
    ),
    (
        "fct_reply_windows",
        ("customer_id", "channel", "sender_id"),
        ("last_inbound_message_id", "last_inbound_at", "window_closes_at", "is_open"),
    ),
    (
        "dim_templates",
        ("template_id", "template_name", "language_code"),
        ("template_id", "template_version", "template_status", "fetched_at"),
    ),
)


def why(
    at: Desk, customer: str, campaign: str | None, *, replay: bool
) -> list[dict[str, Any]]:
    """
    Tell each decision about `customer`, with the evidence the marts hold.

    Of the live build's also what has stopped it since, and what became of the message.

    Raises:
        TrustError: The marts are missing.
    """
    with at.warehouse.reading() as session:
        relation = _relation(at, DECISIONS, replay=replay)
        wanted = {"customer_id": customer, "campaign_id": campaign}
        decisions = _select(session, relation, wanted)
        if not decisions:
            raise TrustError(_unnamed(customer, campaign))
        for decision in decisions:
            language = decision.get("template_language_code")
            decision.setdefault("language_code", language)
            for mart, keys, adds in EVIDENCE:
                where = _relation(at, mart, replay=replay)
                _add(session, decision, where, keys, adds)
    due = [one for one in decisions if _is_due(one) and not replay]
    if due:
        names = [one["delivery_key"] for one in due]
        stopped, ends = _stopped(at, names), at.ledger.recent.states(names)
        for decision in due:
            key = decision["delivery_key"]
            decision["stopped_since"] = stopped.get((key, decision["decided_at"]))
            end = ends.get(key, (None, None))
            decision["delivery_state"], decision["delivery_state_at"] = end
    return [_plain(decision) for decision in sorted(decisions, key=_place)]


def _is_due(decision: dict[str, Any]) -> bool:
    return bool(decision.get("is_sendable") and decision.get("delivery_key"))


def _stopped(at: Desk, keys: list[str]) -> dict[tuple[Any, Any], str]:
    """Say by key and night what was heard since; nothing where it cannot be asked."""
    try:
        stops, decided = (
            _relation(at, model, replay=False, folder="sync")
            for model in (STOPS, DECIDED)
        )
        with at.warehouse.reading() as session:
            # A newer build may have judged what stops an older one's row.
            query = (
                "select stops.delivery_key, decided.decided_at, stops.reason_code "  # noqa: S608
                f"from {stops} as stops inner join {decided} as decided "
                "on stops.delivery_key = decided.delivery_key "
                "and stops.build_id = decided.build_id "
                f"where stops.delivery_key in (select {session.each})"
            )
            return {(key, night): why for key, night, why in session.rows(query, keys)}
    except SyncError as error:
        say(f"What was heard since the build is not known: {error}")
        return {}


def why_then(
    at: Desk, customer: str, campaign: str | None, night: date
) -> list[dict[str, Any]]:
    """
    Tell each decision about `customer` of the last build of `night` that names them.

    What was kept is all there is: today's marts are no evidence of that night.

    Raises:
        TrustError: That night is not kept, or none of its builds names the customer.
    """
    begins = datetime(night.year, night.month, night.day)  # noqa: DTZ001 - naive UTC.
    with at.warehouse.reading() as session:
        relation = _relation(at, HISTORY, replay=False)
        wanted = {"customer_id": customer, "campaign_id": campaign}
        found = [
            decision
            for decision in _select(session, relation, wanted)
            if begins <= decision["decided_at"] < begins + timedelta(days=1)
        ]
        if not found:
            unnamed = _unnamed(customer, campaign, f"{night:%Y-%m-%d}")
            raise TrustError(_not_kept(session, relation, begins) or unnamed)
    last = max((row["decided_at"], row["build_id"]) for row in found)
    kept = [row for row in found if (row["decided_at"], row["build_id"]) == last]
    return [_plain(row) for row in sorted(kept, key=_place)]


def _place(decision: dict[str, Any]) -> tuple[str, bool, str]:
    """Order decisions: of each campaign, the channel it comes by is first."""
    first = decision.get("is_first_channel") is True
    return str(decision.get("campaign_id")), not first, str(decision.get("channel"))


def _unnamed(customer: str, campaign: str | None, night: str = "") -> str:
    of = "".join(f" of {one}" for one in (campaign, night) if one)
    what = "the id and the campaign" if campaign else "the id"
    return (
        f"No decision{of} names {customer}. Check {what}"
        ": whoever is in no audience has none, whoever was merged has the other id's."
    )


def _not_kept(session: Session, relation: str, begins: datetime) -> str | None:
    kept = "count(case when decided_at >= ? and decided_at < ? then 1 end)"
    query = f"select min(decided_at), max(decided_at), {kept} from {relation}"  # noqa: S608
    ends = begins + timedelta(days=1)
    [(first, last, number)] = session.rows(query, begins, ends)
    night = f"{begins:%Y-%m-%d}"
    if number:
        return None
    if first is None:
        return f"The night of {night} is not kept, nor any other. Run `dbt build`."
    return (
        f"The night of {night} is not kept. "
        f"Ask for one from {first:%Y-%m-%d} to {last:%Y-%m-%d}."
    )


def _relation(at: Desk, mart: str, *, replay: bool, folder: str = "marts") -> str:
    # What a replay lacks is found beside its marts: the manifest may be a replay's.
    known = DECISIONS if mart in LIVE_ONLY else mart
    if not (relation := at.manifest.model(known)):
        raise TrustError(f"dbt knows no {mart}. Run `dbt build` first.")
    # Spark's names are not quoted.
    mark = '"' if relation.startswith('"') else ""
    parts = relation.strip(mark or None).split(f"{mark}.{mark}")
    # The manifest may be of the replay or of the live build; the schema is ours.
    schema = at.config.profile.schema + (REPLAY_SUFFIX if replay else "")
    name = mart if mart in LIVE_ONLY else parts[-1]
    places = (*parts[:-2], f"{schema}_{folder}", name)
    return ".".join(f"{mark}{part}{mark}" for part in places)


def _select(
    session: Session, relation: str, wanted: dict[str, Any]
) -> list[dict[str, Any]]:
    names = [name for name, _ in session.columns(relation)]
    asked = {
        name: value
        for name, value in wanted.items()
        if name in names and value is not None
    }
    where = " and ".join(f"{name} = ?" for name in asked)
    query = f"select * from {relation} where {where}"  # noqa: S608
    rows = session.rows(query, *asked.values())
    return [dict(zip(names, row, strict=True)) for row in rows]


def _add(
    session: Session,
    decision: dict[str, Any],
    relation: str,
    keys: tuple[str, ...],
    adds: tuple[str, ...],
) -> None:
    wanted = {key: decision.get(key) for key in keys}
    if wanted[keys[0]] is None:
        return
    for row in _select(session, relation, wanted)[:1]:
        for name in adds:
            if name in row and decision.get(name) is None:
                decision[name] = row[name]


# A decision's own columns; anything else, such as an address or a text, stays inside.
SHOWN = (
    "campaign_id",
    "channel",
    "sender_id",
    "purpose",
    "country_code",
    "is_sendable",
    "is_held_out",
    "is_first_channel",
    "reason_code",
    "reason_codes",
    "marketer_label",
    "stopped_since",
    "delivery_state",
    "delivery_state_at",
    "message_type",
    "destination",
    "score",
    "build_id",
    "policy_hash",
    "lowest_rule_confidence",
    "decided_at",
    "send_not_before",
    "send_not_after",
    "next_allowed_at",
    "delivery_key",
    "consent_event_id",
    "consent_status",
    "decided_by_event_at",
    "expires_at",
    "last_inbound_message_id",
    "last_inbound_at",
    "window_closes_at",
    "is_open",
    "template_name",
    "language_code",
    "template_language_code",
    "template_id",
    "template_version",
    "template_status",
    "template_category",
    "template_fetched_at",
    "fetched_at",
)


def _plain(decision: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(decision[name]) if decision[name] is not None else None
        for name in SHOWN
        if name in decision
    }
