"""
Build the demo at each hour of a week, count whom there is to send to, and by whom.

Not a part of `make test`. The first hour is a whole `dbt build`; the others run the
very SQL that dbt compiled for it, with their own instant in place of the first.
`python tests/whole/every_hour.py [HOURS]`
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import home_profile
from conftest import Warehouse

from sync.demo.generate import generate
from sync.destinations import DESTINATIONS

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
COUNTS = """
    select
        (select count(*) from ott_sync.sync_whatsapp),
        (select count(*) from ott_sync.sync_holdout),
        (select count(distinct reason_code) from ott_marts.fct_campaign_decisions)
"""
# Whose people are awake: a destination with messages due at this very moment.
AWAKE = " union all ".join(
    f"select '{name}' where exists (select 1 from ott_sync.{kind.model} "
    "where send_not_before <= decided_at)"
    for name, kind in DESTINATIONS.items()
    if kind.sends and not kind.keeps_state
)


def judged_at(hour: int) -> str:
    """Four minutes past, as a build would be."""
    return f"{MONDAY + timedelta(hours=hour, minutes=4):%Y-%m-%d %H:%M:%S}"


def statements(target: Path) -> list[str]:
    """Read what dbt compiled, in the order of its graph."""
    manifest = json.loads((target / "manifest.json").read_text())
    models = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    order = TopologicalSorter(
        {
            name: [each for each in node["depends_on"]["nodes"] if each in models]
            for name, node in models.items()
        }
    ).static_order()
    return [
        f"create or replace {models[name]['config']['materialized']} "
        f"{models[name]['relation_name']} as {models[name]['compiled_code']}"
        for name in order
    ]


def main(hours: int = 168) -> None:
    fewest, without = None, []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        warehouse = Warehouse(home)
        home_profile.write(home / "profiles.yml")
        generate(MONDAY, home / "raw")
        warehouse.dbt("build", as_of=judged_at(0))
        compiled = statements(home / "target")
        connection = duckdb.connect(str(home / "ott.duckdb"))
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set file_search_path = '{home}'")
        for hour in range(hours):
            generate(MONDAY + timedelta(hours=hour), home / "raw")
            for statement in compiled if hour else ():
                connection.execute(statement.replace(judged_at(0), judged_at(hour)))
            due, held, reasons = connection.execute(COUNTS).fetchone()
            awake = sorted(name for (name,) in connection.execute(AWAKE).fetchall())
            told = f"due {due} held back {held} reasons {reasons} now {' '.join(awake)}"
            print(f"{judged_at(hour)} {told}", flush=True)
            fewest = due if fewest is None else min(fewest, due)
            without += [] if due else [judged_at(hour)]
    print(f"{hours} hours, fewest due {fewest}, nobody due at {without or 'none'}")
    if without:
        sys.exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
