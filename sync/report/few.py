"""Small counts: what is shown of a few people must not say who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def few(count: int, least: int) -> bool:
    """Whether `count` people are some, and fewer than `least`."""
    return 0 < count < least


def hidden(counts: Sequence[int], least: int) -> set[int]:
    """
    Choose which of `counts` not to show, where their sum is shown.

    Those of fewer than `least` people; and, as one left out alone is the sum less the
    others, the next smallest too until two are left out that make `least` together.

    Returns:
        Their places in `counts`.
    """
    chosen = {place for place, count in enumerate(counts) if few(count, least)}
    if not chosen:
        return chosen
    rest = sorted((n, place) for place, n in enumerate(counts) if n >= least)
    while rest and (len(chosen) == 1 or sum(counts[p] for p in chosen) < least):
        chosen.add(rest.pop(0)[1])
    return chosen


def shown(counts: Sequence[int], least: int) -> list[int | None]:
    """Give `counts` with None in the places of `hidden`."""
    out = hidden(counts, least)
    return [None if place in out else count for place, count in enumerate(counts)]
