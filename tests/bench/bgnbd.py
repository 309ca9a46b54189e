"""
BG/NBD by maximum likelihood, to compare the lapse score with; nothing ships it.

Fader, Hardie, Lee: "Counting Your Customers" the Easy Way, Marketing Science 24 (2005).
For each customer: `bought`, the days bought on after the first; `last`, the days from
the first to the last of them; `age`, the days from the first to now.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

# The unit of time in which likelihoods are well behaved: a week.
WEEK = 7.0


def log_likelihood(parameters, bought, last, age):
    """Give each customer's log-likelihood under r, alpha, a, b (equation 6)."""
    r, alpha, a, b = parameters
    shared = (
        *(gammaln(r + bought), -gammaln(r), r * np.log(alpha)),
        *(gammaln(a + b), gammaln(b + bought), -gammaln(b)),
        -gammaln(a + b + bought),
    )
    alive = -(r + bought) * np.log(alpha + age)
    gone = np.where(
        bought > 0,
        np.log(a)
        - np.log(b + np.maximum(bought, 1) - 1)
        - (r + bought) * np.log(alpha + last),
        -np.inf,
    )
    return sum(shared) + np.logaddexp(alive, gone)


def fit(bought, last, age):
    """Find r, alpha (in weeks), a, b; raises where the search does not converge."""

    def cost(logs):
        told = log_likelihood(np.exp(logs), bought, last / WEEK, age / WEEK)
        return -told.mean()

    found = minimize(cost, np.zeros(4), method="Nelder-Mead", options={"maxiter": 4000})
    if not found.success:
        raise RuntimeError(found.message)
    return np.exp(found.x)


def expected(parameters, bought, last, age, days):
    """Expect so many purchases of each customer in the next `days` (equation 10)."""
    r, alpha, a, b = parameters
    last, age, ahead = last / WEEK, age / WEEK, days / WEEK
    share = hyp2f1(
        r + bought, b + bought, a + b + bought - 1, ahead / (alpha + age + ahead)
    )
    years = ((alpha + age) / (alpha + age + ahead)) ** (r + bought)
    top = (a + b + bought - 1) / (a - 1) * (1 - years * share)
    gone = np.where(
        bought > 0,
        a
        / (b + np.maximum(bought, 1) - 1)
        * ((alpha + age) / (alpha + last)) ** (r + bought),
        0,
    )
    return top / (1 + gone)
