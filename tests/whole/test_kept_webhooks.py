"""
What webhooks said is taken apart once, and what was sent is found once: after ten
nights with late rows the decisions are those of a full refresh, and what came too late
for that is told.
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
    "ott_intermediate.int_delivery_states",
    "ott_intermediate.int_contact_caps",
    "ott_sync.sync_whatsapp",
)
SENT = "raw.raw_delivery_events"
KEPT = ("stg_whatsapp__kept", "stg_sync__deliveries_kept")
LEFT_BEHIND = "assert_no_webhook_is_left_behind"
EVENT_LEFT_BEHIND = "assert_no_delivery_event_is_left_behind"
NIGHTS = 10
# Days from one to the next: the demo's webhooks are of a quarter.
STEP = 9
# By what it is, up to a minute less than three days after it was received.
LATE = "to_minutes((hash({of}) % 4320)::bigint)"
# What the demo sent, each four days before the last; each third event is written again
# eight days later.
EVENTS = """
    create table all_events as
    select events.* replace (
        md5(delivery_event_id || back) as delivery_event_id,
        md5(delivery_key || back // 2) as delivery_key,
        occurred_at - to_days(4 * back) as occurred_at,
        received_at - to_days(4 * back) + to_days(8 * again) as received_at
    )
    from raw.raw_delivery_events as events
    cross join range(24) as steps (back)
    cross join range(2) as copies (again)
    where again = 0 or back % 3 = 2
"""


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
    until = f"timestamp '{AS_OF}' - to_days({STEP * (NIGHTS - night)})"
    warehouse.ask(
        f"insert into {RAW} select received_at, payload, sender_id from all_calls "
        f"where try_cast(received_at as timestamp) + {LATE.format(of='payload')} "
        f"<= {until} and payload not in (select payload from {RAW})"
    )
    warehouse.ask(
        f"insert into {SENT} select * from all_events "
        f"where received_at + {LATE.format(of='all_events')} <= {until} "
        f"and not exists (select 1 from {SENT} as there where "
        "there.delivery_event_id = all_events.delivery_event_id "
        "and there.received_at = all_events.received_at)"
    )


def count(warehouse, table):
    """How many rows it has."""
    [(rows_there,)] = warehouse.ask(f"select count(*) from {table}")
    return rows_there


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
    spoilt.ask(EVENTS)
    spoilt.ask(f"delete from {SENT}")

    kept = []
    for night in range(1, NIGHTS + 1):
        load(spoilt, night)
        before = timedelta(days=STEP * (NIGHTS - night))
        as_of = str(datetime.fromisoformat(AS_OF) - before)
        first = ("--full-refresh",) if night == 1 else ()
        spoilt.dbt("run", "-s", *KEPT, *first, as_of=as_of)
        kept.append([count(spoilt, f"ott_staging.{table}") for table in KEPT])
    spoilt.ask(
        f"insert into {RAW} select received_at, payload, sender_id from all_calls "
        f"where payload not in (select payload from {RAW})"
    )
    spoilt.dbt("run")
    nightly = {table: rows(spoilt, table) for table in MARTS}
    spoilt.dbt("test", "-s", LEFT_BEHIND, EVENT_LEFT_BEHIND)

    for table, counts in zip(KEPT, zip(*kept, strict=True), strict=True):
        assert len(set(counts)) > NIGHTS / 2, f"the nights kept nothing in {table}"
    spoilt.dbt("run", "--full-refresh")
    for table in MARTS:
        assert nightly[table], f"{table} is empty"
        assert nightly[table] == rows(spoilt, table), table

    # Rows that say they came four days ago, and were not there then.
    spoilt.ask(
        f"insert into {RAW} select '2026-11-14 10:00:00', "
        "replace(payload, 'wamid.', 'wamid.LATE-'), sender_id "
        "from all_calls where payload like '%\"statuses\"%' limit 1"
    )
    with pytest.raises(AssertionError, match=LEFT_BEHIND):
        spoilt.dbt("test", "-s", LEFT_BEHIND)
    spoilt.ask(
        f"insert into {SENT} select * replace ('late' as delivery_event_id, "
        "timestamp '2026-11-14 10:00:00' as received_at) from all_events limit 1"
    )
    with pytest.raises(AssertionError, match=EVENT_LEFT_BEHIND):
        spoilt.dbt("test", "-s", EVENT_LEFT_BEHIND)
    spoilt.dbt("run", "--full-refresh", "-s", *KEPT)
    spoilt.dbt("test", "-s", LEFT_BEHIND, EVENT_LEFT_BEHIND)

    # As a version kept them that could not read what was said.
    spoilt.ask("update ott_staging.stg_whatsapp__kept set message_text = null")
    with pytest.raises(AssertionError, match=LEFT_BEHIND):
        spoilt.dbt("test", "-s", LEFT_BEHIND)
