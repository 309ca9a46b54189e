"""The model that the lapse score is compared with, on customers who are made by it."""

from __future__ import annotations

import numpy as np
import pytest
from bgnbd import WEEK, expected, fit

TRUE = (0.8, 6.0, 0.9, 2.5)
PEOPLE, AGE, AHEAD = 6000, 39 * WEEK, 13 * WEEK


def simulated(seed=7):
    """Days bought on after the first, the last of them, and bought in `AHEAD`."""
    draw = np.random.default_rng(seed)
    r, alpha, a, b = TRUE
    rows = []
    for rate, leaves in zip(
        draw.gamma(r, 1 / alpha, PEOPLE), draw.beta(a, b, PEOPLE), strict=True
    ):
        now, bought, last, later = 0.0, 0, 0.0, 0
        while (now := now + draw.exponential(1 / rate) * WEEK) <= AGE + AHEAD:
            if now <= AGE:
                bought, last = bought + 1, now
            else:
                later += 1
            if draw.random() < leaves:
                break
        rows.append((bought, last, later))
    return np.array(rows).T


def test_the_fit_finds_what_customers_were_made_by_and_expects_what_they_bought():
    bought, last, later = simulated()
    age = np.full(PEOPLE, float(AGE))

    found = fit(bought, last, age)

    assert found[:2] == pytest.approx(TRUE[:2], rel=0.15)
    assert found[2] / found[3] == pytest.approx(TRUE[2] / TRUE[3], rel=0.2)
    told = expected(found, bought, last, age, AHEAD)
    assert told.sum() == pytest.approx(later.sum(), rel=0.05)
    often = bought > 3
    assert told[often].sum() == pytest.approx(later[often].sum(), rel=0.1)
