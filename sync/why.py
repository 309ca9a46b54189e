"""What was decided about one customer, by which rules and which evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.errors import TrustError

if TYPE_CHECKING:
    from sync.desk import Desk
    from sync.warehouse import Session

REPLAY_SUFFIX = "_replay"
DECISIONS = "fct_campaign_decisions"
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
        ("template_name", "language_code", "template_id"),
        ("template_id", "template_version", "template_status", "fetched_at"),
    ),
)


def why(
    at: Desk, customer: str, campaign: str | None, *, replay: bool
) -> list[dict[str, Any]]:
    """
    Tell each decision about `customer`, with the evidence the marts hold.

    Raises:
        TrustError: The marts are missing.
    """
    with at.warehouse.reading() as session:
        relation = _relation(at, DECISIONS, replay=replay)
        wanted = {"customer_id": customer, "campaign_id": campaign}
        decisions = _select(session, relation, wanted)
        if not decisions:
            raise TrustError(f"No decision names {customer}. Check the id.")
        for decision in decisions:
            language = decision.get("template_language_code")
            decision.setdefault("language_code", language)
            for mart, keys, adds in EVIDENCE:
                where = _relation(at, mart, replay=replay)
                _add(session, decision, where, keys, adds)
    return [_plain(decision) for decision in decisions]


def _relation(at: Desk, mart: str, *, replay: bool) -> str:
    if not (relation := at.manifest.model(mart)):
        raise TrustError(f"dbt knows no {mart}. Run `dbt build` first.")
    parts = [part.strip('"') for part in relation.split('"."')]
    # The manifest may be of the replay or of the live build; the schema is ours.
    schema = at.config.profile.schema + (REPLAY_SUFFIX if replay else "") + "_marts"
    return ".".join(f'"{part}"' for part in (*parts[:-2], schema, parts[-1]))


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
    "message_type",
    "destination",
    "score",
    "decided_at",
    "send_not_before",
    "send_not_after",
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
