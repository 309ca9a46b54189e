"""How many people the senders of a portfolio may write to in a moving day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sync.desk import Desk
    from sync.messages import SendRow
    from sync.warehouse import Session

# Meta's page "Messaging limits" (2026): unique people in a moving 24 hours, for what
# the business begins; an answer inside a window counts for nothing.
DAY = timedelta(hours=24)
REASON = "sender_limit"


@dataclass(frozen=True, slots=True)
class Quota:
    """
    Who had a message in the last day, beside the limit of each portfolio.

    Nobody leaves it while a run lasts: it never lets more go than it may.

    Attributes:
        portfolios: The portfolio of each sender that has a limit.
        limits: People a day, by portfolio.
        answers: Channel, purpose and type of messages that need an open window.
        people: Customers, by portfolio.
    """

    portfolios: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    answers: frozenset[tuple[str, str, str]] = frozenset()
    people: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def reasons(self, rows: Iterable[SendRow]) -> dict[str, str]:
        """Tell of which rows' keys there is no place now."""
        if not self.portfolios:
            return {}
        return {row.delivery_key: REASON for row in rows if not self._has_place(row)}

    def take(self, rows: Iterable[SendRow]) -> dict[str, str]:
        """Give each row's person a place; tell of which keys there is none."""
        if not self.portfolios:
            return {}
        full: dict[str, str] = {}
        for row in rows:
            if not self._has_place(row):
                full[row.delivery_key] = REASON
            elif self._counts(row):
                self.people[self.portfolios[row.sender_id]].add(row.customer_id)
        return full

    def _counts(self, row: SendRow) -> bool:
        return row.sender_id in self.portfolios and _kind(row) not in self.answers

    def _has_place(self, row: SendRow) -> bool:
        if not self._counts(row):
            return True
        portfolio = self.portfolios[row.sender_id]
        people = self.people[portfolio]
        return row.customer_id in people or len(people) < self.limits[portfolio]


def read(
    at: Desk, session: Session, senders: str | None, policies: str | None
) -> Quota:
    """
    Read the limits of the senders, and from the ledger who had a message.

    The decisions have counted, too; but not what was sent while they were being made.
    """
    portfolios = dict(_portfolios(session, senders)) if senders else {}
    limits: dict[str, int] = {}
    for portfolio, limit in portfolios.values():
        if limit is not None:
            limits[portfolio] = min(limit, limits.get(portfolio, limit))
    limited = {s: p for s, (p, _) in portfolios.items() if p in limits}
    if not limited:
        return Quota()
    answers, only_answers = _answers(session, policies)
    people: defaultdict[str, set[str]] = defaultdict(set)
    for one in at.ledger.recent.recipients(at.clock.now() - DAY):
        counts = (one["channel"], one["purpose"]) not in only_answers
        if one["sender_id"] in limited and counts:
            people[limited[one["sender_id"]]].add(one["customer_id"])
    return Quota(limited, limits, answers, people)


def _portfolios(
    session: Session, senders: str
) -> Iterable[tuple[str, tuple[str, int | None]]]:
    query = (
        "select sender_id, coalesce(portfolio_id, sender_id), messaging_limit "  # noqa: S608
        f"from {senders}"
    )
    for sender_id, portfolio, limit in session.rows(query):
        yield sender_id, (portfolio, None if limit is None else int(limit))


def _answers(
    session: Session, policies: str | None
) -> tuple[frozenset[tuple[str, str, str]], set[tuple[str, str]]]:
    """Name what needs a window, and the purposes of which everything does."""
    if not policies:
        return frozenset(), set()
    query = f"select channel, purpose, message_type, needs_window from {policies}"  # noqa: S608
    found = {(c, p, kind): bool(needs) for c, p, kind, needs in session.rows(query)}
    begun = {(c, p) for (c, p, _), needs in found.items() if not needs}
    answers = frozenset(key for key, needs in found.items() if needs)
    return answers, {(c, p) for c, p, _ in answers} - begun


def _kind(row: SendRow) -> tuple[str, str, str]:
    return row.channel, row.purpose, row.message_type
