"""
Any raw rows give a build without an error, and nobody who may not be written to.

Each example is a world of people drawn by Hypothesis, built as a whole: the models and
their data tests. `make long` builds two; `make properties EXAMPLES=20` builds so many
others, and sets OTT_PROPERTY_EXAMPLES for it. A world takes about as long as a build of
the demo.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections import Counter, defaultdict

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from plain_oracle import Oracle, sums
from worlds import AS_OF, build_world, worlds

from sync.demo.files import write

# Several whole builds: `make long`.
pytestmark = pytest.mark.long

PEOPLE = 300
EXAMPLES = int(os.environ.get("OTT_PROPERTY_EXAMPLES") or 0)
AT = AS_OF.replace(tzinfo=None)
NUMBERS = itertools.count(1)

DECISIONS = """
    select
        decisions.*,
        sync_whatsapp.address
    from ott_marts.fct_campaign_decisions as decisions
    left join ott_sync.sync_whatsapp as sync_whatsapp
        on decisions.delivery_key = sync_whatsapp.delivery_key
        and decisions.channel = sync_whatsapp.channel
"""
SENT = """
    select delivery_key from ott_sync.sync_whatsapp
    union all
    select delivery_key from ott_sync.sync_braze_triggers
"""
MEMBERS = """
    select distinct
        campaigns.campaign_id,
        members.customer_id
    from ott_intermediate.int_campaigns as campaigns
    inner join ott_intermediate.int_audience_members as members
        on campaigns.audience = members.audience
    where
        (campaigns.min_score is null or members.score > campaigns.min_score)
        and campaigns.starts_at <= timestamp '{at}'
        and (campaigns.ends_at is null or campaigns.ends_at > timestamp '{at}')
"""


@pytest.fixture(scope="module")
def said(request):
    """Prints the figures, though the test is green and quiet."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(text):
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", end="")

    return say


@settings(
    max_examples=EXAMPLES or 1,
    # The two of every day are always the same; more are others each time.
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    # Shrinking would build for hours: `Phase.shrink` beside it switches it on.
    phases=[Phase.generate],
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(drawn=worlds(PEOPLE))
def test_whatever_the_raw_rows_say(drawn, seeded, tmp_path_factory, said):
    # A world in which little is wrong says little.
    assume(sum(bool(each.troubles) for each in drawn) > PEOPLE / 3)
    home = tmp_path_factory.mktemp("property") / f"world-{next(NUMBERS)}"
    warehouse = seeded.copy(home)
    world = build_world(drawn)
    write(world, home / "raw")
    with duckdb.connect(str(home / "ott.duckdb")) as connection:
        # The seeds came with empty raw tables; files never replace a table.
        connection.execute("drop schema raw cascade")

    began = time.monotonic()
    warehouse.dbt("build", "--exclude", "resource_type:unit_test", "resource_type:seed")
    took = time.monotonic() - began

    decisions = rows(warehouse, DECISIONS)
    sendable = [each for each in decisions if each["is_sendable"]]
    people = {each["customer_id"] for each in sendable}
    said(f"{home.name}: {len(people)} of {len(drawn)} sendable, {took:.0f} s")
    said(Counter(each["campaign_id"] for each in sendable).most_common())
    oracle = Oracle(world.tables, AT)
    complaints = [
        f"{each['campaign_id']} to {each['customer_id']}: {complaint}"
        for each in sendable
        for complaint in oracle.against(each)
    ]
    complaints += oracle.twice(sendable)
    complaints += sums(
        members(warehouse),
        decisions,
        rows(warehouse, "select * from ott_marts.fct_audience_waterfall"),
    )
    left = sorted(each["delivery_key"] for each in rows(warehouse, SENT))
    if left != sorted(each["delivery_key"] for each in sendable):
        complaints.append("what leaves is not what is sendable")
    assert not complaints, f"{home}:\n" + "\n".join(complaints)

    # Or the rest says nothing.
    assert len(people) >= 0.15 * len(drawn)
    shutil.rmtree(home)


def members(warehouse):
    found = defaultdict(set)
    for each in rows(warehouse, MEMBERS.format(at=AT)):
        found[each["campaign_id"]].add(each["customer_id"])
    return found


def rows(warehouse, query):
    with duckdb.connect(str(warehouse.home / "ott.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set file_search_path = '{warehouse.home}'")
        asked = connection.execute(query)
        names = [each[0] for each in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
