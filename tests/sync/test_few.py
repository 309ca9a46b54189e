"""Small counts are hidden, and cannot be worked out from those that are shown."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sync.report.few import hidden, shown

WITHOUT_CHARTS = """
import sys
sys.modules["altair"] = None
from sync.cli import main
main(["report"])
"""


def test_few_people_are_hidden_and_the_next_smallest_with_them():
    assert shown([151, 52, 4, 9, 0], 5) == [151, 52, None, None, 0]


def test_several_that_make_enough_together_are_hidden_alone():
    assert shown([151, 4, 4, 9], 5) == [151, None, None, 9]


def test_enough_people_are_shown():
    assert shown([5, 0, 6], 5) == [5, 0, 6]


@given(st.lists(st.integers(0, 20), max_size=8), st.integers(1, 6))
def test_no_hidden_number_is_the_sum_less_the_others(counts, least):
    out = hidden(counts, least)

    assert {place for place, n in enumerate(counts) if 0 < n < least} <= out
    if out and sum(n > 0 for n in counts) > 1:
        assert len(out) > 1
    if sum(counts) >= least:
        assert not out or sum(counts[place] for place in out) >= least


def test_without_the_charts_the_report_says_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_CHARTS],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert done.stderr == (
        "Error: The report needs its charts. "
        "Run `pip install -c requirements.lock -e '.[report]'`.\n"
    )
