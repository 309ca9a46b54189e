"""The nights that are kept: each build's decisions, for as long as the var says."""

from __future__ import annotations

import json

import pytest
from conftest import AS_OF

pytestmark = pytest.mark.long

NEXT_NIGHT = "2026-11-19 10:05:00"
# 400 days and a second after the first night; the second is 399 days old then.
LAST_NIGHT = "2027-12-23 10:05:01"
DECIDING = (
    "int_candidates_ranked",
    "int_decision_confidences",
    "fct_campaign_decisions",
    "fct_decision_history",
    "fct_waterfall_history",
)


def nights(warehouse):
    return [
        (str(night), builds, rows)
        for night, builds, rows in warehouse.ask(
            "select decided_at, count(distinct build_id), count(*) "
            "from ott_marts.fct_decision_history group by all order by all"
        )
    ]


def test_each_night_is_kept_once_and_for_its_time(spoilt):
    [(audience,)] = spoilt.ask("select count(*) from ott_marts.fct_campaign_decisions")
    spoilt.dbt("run", "--select", *DECIDING, as_of=NEXT_NIGHT)
    [(sendable,)] = spoilt.ask(
        "select customer_id from ott_marts.fct_decision_history "
        f"where is_sendable and decided_at = '{AS_OF}' order by send_rank limit 1"
    )
    spoilt.ask(
        "update ott_marts.fct_decision_history set reason_codes = 'as kept' "
        f"where decided_at = '{AS_OF}' and customer_id = '{sendable}'"
    )

    past = spoilt.ott("why", sendable, "--night", AS_OF[:10], "--json")
    tonight = spoilt.ott("why", sendable, "--night", NEXT_NIGHT[:10], "--json")

    assert past.returncode == tonight.returncode == 0, past.stderr + tonight.stderr
    assert {found["reason_codes"] for found in json.loads(past.stdout)} == {"as kept"}
    assert "as kept" not in tonight.stdout
    kept = [(AS_OF, 1, audience), (NEXT_NIGHT, 1, audience)]
    assert nights(spoilt) == kept

    spoilt.dbt("run", "--select", *DECIDING[-2:], as_of=NEXT_NIGHT)
    assert nights(spoilt) == kept, "what was not decided anew is not added again"
    assert spoilt.ask(
        "select decided_at::varchar, count(distinct build_id), sum(customer_count) "
        "from ott_marts.fct_waterfall_history group by all order by all"
    ) == spoilt.ask(
        "select decided_at::varchar, count(distinct build_id), count(*) "
        "from ott_marts.fct_decision_history where is_first_channel "
        "group by all order by all"
    ), "the counted nights are the kept ones"

    spoilt.dbt(
        "run", "--full-refresh", "--select", "fct_decision_history", as_of=NEXT_NIGHT
    )
    assert nights(spoilt) == kept, "a full refresh wipes nothing"

    spoilt.dbt("run", "--select", *DECIDING, as_of=LAST_NIGHT)
    assert [night for night, _, _ in nights(spoilt)] == [NEXT_NIGHT, LAST_NIGHT]
    forgotten = spoilt.ott("why", sendable, "--night", AS_OF[:10])
    assert forgotten.returncode == 4
    assert f"from {NEXT_NIGHT[:10]} to {LAST_NIGHT[:10]}" in forgotten.stderr


def test_days_that_are_no_number_forget_no_night(spoilt):
    kept = nights(spoilt)

    with pytest.raises(AssertionError, match="decision_history_days is a whole number"):
        spoilt.dbt(
            *("run", "--select", *DECIDING[-2:]),
            as_of=LAST_NIGHT,
            more=", decision_history_days: forever",
        )

    assert nights(spoilt) == kept
