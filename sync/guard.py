"""Limits that stop a run before its first send, or while unknown outcomes pile up."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from sync.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUNS = 5
# Values are prolonged in waves some nights apart: the highest of many runs is usual.
STATE_RUNS = 50
FACTOR = 5
SMALL = 100
UNKNOWN_AFTER = 50
UNKNOWN_SHARE = 0.10
REFUSED_AFTER = 100
REFUSED_SHARE = 0.50


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator set for this run."""

    max_sends: int | None = None
    allow_change: bool = False


def check(
    due: Mapping[str, int],
    judged: int,
    usual_due: Mapping[str, Sequence[int]],
    usual_total: Mapping[str, Sequence[int]],
    limits: Limits,
) -> None:
    """
    Let a run begin, or not; the counts are by campaign.

    `judged` counts the decisions behind the table: an audience that had its message
    leaves an empty table, an audience that is lost leaves no decisions.

    Raises:
        GuardError: A limit tripped. Nothing was sent.
    """
    all_due = sum(due.values())
    if limits.max_sends is not None and all_due > limits.max_sends:
        raise GuardError(
            f"{all_due} rows are due, more than --max-sends {limits.max_sends}. "
            "Look at `ott plan`, then raise it."
        )
    if limits.allow_change:
        return
    for campaign, count in sorted(due.items()):
        _check_change(campaign, count, usual_due.get(campaign, ()))
    if (
        judged == 0
        and sum(median(seen) for seen in usual_total.values() if seen) > SMALL
    ):
        raise GuardError(
            "Nobody was judged where there usually are many rows. "
            "Look at the marts, then pass --allow-change."
        )


def _check_change(campaign: str, count: int, seen: Sequence[int]) -> None:
    if count > SMALL and seen and count > FACTOR * median(seen):
        raise GuardError(
            f"{campaign} has {count} rows due, usually {median(seen):g}. "
            "Look at `ott plan`, then pass --allow-change."
        )


def too_many_unknown(unknown: int, finished: int) -> bool:
    """Tell whether so many answers were lost that something is broken."""
    return finished >= UNKNOWN_AFTER and unknown > UNKNOWN_SHARE * finished


def too_many_refused(refused: int, finished: int) -> bool:
    """Tell whether so many were refused that the rest would be, too."""
    return finished >= REFUSED_AFTER and refused > REFUSED_SHARE * finished
