"""Small counts: what is shown of a few people must not say who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def few(count: int, least: int) -> bool:
    """Whether `count` people are some, and fewer than `least`."""
    return 0 < count < least


def tells(part: int, whole: int, least: int) -> bool:
    """Whether a part of a whole that is shown tells of few: itself, or the rest."""
    return few(part, least) or few(whole - part, least)


def hidden(counts: Sequence[int], least: int, chosen: Collection[int] = ()) -> set[int]:
    """
    Choose which of `counts` not to show, where their sum is shown.

    Those of fewer than `least` people and those `chosen` already; and, as one left out
    alone is the sum less the others, the next smallest too until two are left out that
    make `least` together.

    Returns:
        Their places in `counts`.
    """
    out = {place for place, count in enumerate(counts) if few(count, least)}
    out |= set(chosen)
    if not out:
        return out
    rest = sorted(
        (n, place) for place, n in enumerate(counts) if n >= least and place not in out
    )
    while rest and (len(out) == 1 or sum(counts[place] for place in out) < least):
        out.add(rest.pop(0)[1])
    return out


def shown(counts: Sequence[int], least: int) -> list[int | None]:
    """Give `counts` with None in the places of `hidden`."""
    out = hidden(counts, least)
    return [None if place in out else count for place, count in enumerate(counts)]
