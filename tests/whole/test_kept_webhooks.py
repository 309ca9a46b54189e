"""
What webhooks said is taken apart once: after ten nights with late rows the decisions
are those of a full refresh, and what came too late for that is told.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from conftest import AS_OF

# Two whole builds: `make long`.
pytestmark = pytest.mark.long

RAW = "raw.raw_whatsapp_webhooks"
MARTS = (
    "ott_marts.fct_campaign_decisions",
    "ott_marts.fct_channel_eligibility",
    "ott_marts.fct_reply_windows",
    "ott_marts.fct_campaign_results",
    "ott_sync.sync_whatsapp",
)
LEFT_BEHIND = "assert_no_webhook_is_left_behind"
NIGHTS = 10
# Days from one to the next: the demo's webhooks are of a quarter.
STEP = 9
# By its body, up to a minute less than three days after it was received.
LATE = "to_minutes((hash(payload) % 4320)::bigint)"


def rows(warehouse, table):
    """Every row as JSON, without what names the build."""
    found = []
    for (row,) in warehouse.ask(f"select to_json(t)::varchar from {table} as t"):
        columns = json.loads(row)
        columns.pop("build_id", None)
        found.append(json.dumps(columns, sort_keys=True))
    return sorted(found)


def load(warehouse, night):
    """Let the night's rows reach the warehouse, late ones among them."""
    warehouse.ask(
        f"insert into {RAW} select received_at, payload, sender_id from all_calls "
        f"where try_cast(received_at as timestamp) + {LATE} <= timestamp '{AS_OF}' "
        f"- to_days({STEP * (NIGHTS - night)}) "
        f"and payload not in (select payload from {RAW})"
    )


def test_ten_nights_decide_what_a_full_refresh_decides(spoilt):
    file = (spoilt.home / "raw/raw_whatsapp_webhooks.jsonl").rename(
        spoilt.home / "all_calls.jsonl"
    )
    spoilt.ask(
        "create table all_calls as select distinct on (payload) * from read_json("
        f"'{file}', format='newline_delimited', columns="
        "{received_at: 'VARCHAR', payload: 'VARCHAR', sender_id: 'VARCHAR'})"
    )
    spoilt.ask(f"drop view {RAW}")
    spoilt.ask(f"create table {RAW} as select * from all_calls limit 0")

    kept = []
    for night in range(1, NIGHTS + 1):
        load(spoilt, night)
        before = timedelta(days=STEP * (NIGHTS - night))
        as_of = str(datetime.fromisoformat(AS_OF) - before)
        first = ("--full-refresh",) if night == 1 else ()
        spoilt.dbt("run", "-s", "stg_whatsapp__kept", *first, as_of=as_of)
        [(count,)] = spoilt.ask("select count(*) from ott_staging.stg_whatsapp__kept")
        kept.append(count)
    spoilt.ask(
        f"insert into {RAW} select received_at, payload, sender_id from all_calls "
        f"where payload not in (select payload from {RAW})"
    )
    spoilt.dbt("run")
    nightly = {table: rows(spoilt, table) for table in MARTS}
    spoilt.dbt("test", "-s", LEFT_BEHIND)

    assert len(set(kept)) > NIGHTS / 2, "the nights kept nothing"
    spoilt.dbt("run", "--full-refresh")
    for table in MARTS:
        assert nightly[table], f"{table} is empty"
        assert nightly[table] == rows(spoilt, table), table

    # A row that says it came four days ago, and was not there then.
    spoilt.ask(
        f"insert into {RAW} select '2026-11-14 10:00:00', "
        "replace(payload, 'wamid.', 'wamid.LATE-'), sender_id "
        "from all_calls where payload like '%\"statuses\"%' limit 1"
    )
    with pytest.raises(AssertionError, match=LEFT_BEHIND):
        spoilt.dbt("test", "-s", LEFT_BEHIND)
    spoilt.dbt("run", "--full-refresh", "-s", "stg_whatsapp__kept")
    spoilt.dbt("test", "-s", LEFT_BEHIND)
