"""A short run of the simulation; `make nights` has the long ones."""

from __future__ import annotations

import pytest
from nights import Asked, simulate
from quick import BUILT

# Whole builds, night after night: `make long`.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def simulation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nights")
    asked = Asked(seed=44, nights=2, people=90, quick=True, built=BUILT)
    return simulate(asked, folder / "home")


def test_nothing_is_violated(simulation):
    assert simulation.oracle.violations == []


def test_the_nights_were_no_quiet_ones(simulation):
    counts = simulation.counts

    assert counts["accepted"] > 100
    assert counts["held_out"] > 5
    assert counts["killed while sending"] == 1
    assert counts["refused: a lost ledger"] == 1
    assert counts["quiet nights"] == 1
    assert sum(counts[name] for name in counts if name.startswith("stop: ")) > 3
