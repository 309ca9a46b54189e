"""
How long a report over a million decisions takes, and how large it is.

The million is made by SQL in a copy of the demo that `make tested` built: each decision
again under other ids, counted by the mart's own statement.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
BUILT = Path(os.environ.get("OTT_BUILT", ROOT / "target/test"))
DECISIONS = 1_000_000
SECONDS, BYTES = 20, 5_000_000
MAKE = """
    insert into ott_marts.{table}
    select rows.* replace (rows.customer_id || '-' || copies.number as customer_id)
    from ott_marts.{table} as rows cross join range(1, {copies}) as copies(number)
"""
# Nights of a year, counted already, as the builds of a year leave them.
NIGHTS = """
    insert into ott_marts.fct_waterfall_history
    select history.* replace (
        'build-' || ago as build_id,
        history.decided_at - to_days(ago::integer) as decided_at
    )
    from ott_marts.fct_waterfall_history as history
    cross join range(1, 365) as nights(ago)
"""


def enlarge(home):
    """Make the copy's decisions a million; returns how many there are."""
    waterfall = next((home / "target/compiled").rglob("fct_audience_waterfall.sql"))
    with duckdb.connect(str(home / "ott.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set file_search_path = '{home}'")

        def count(table):
            query = f"select count(*) from ott_marts.{table}"
            return connection.execute(query).fetchall()[0][0]

        copies = -(-DECISIONS // count("fct_campaign_decisions"))
        for table in (
            *("fct_campaign_decisions", "fct_channel_eligibility"),
            "fct_reply_windows",
        ):
            connection.execute(MAKE.format(table=table, copies=copies))
        connection.execute(
            f"create table counted as {waterfall.read_text(encoding='utf-8')}"
        )
        connection.execute("delete from ott_marts.fct_audience_waterfall")
        connection.execute(
            "insert into ott_marts.fct_audience_waterfall select * from counted"
        )
        connection.execute(NIGHTS)
        return count("fct_campaign_decisions")


def main():
    """Print seconds, processor seconds and bytes; returns 1 where they are too many."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(BUILT, home)
        decisions = enlarge(home)
        env = os.environ | {
            "DBT_PROFILES_DIR": str(home),
            "DBT_TARGET_PATH": str(home / "target"),
            "OTT_DUCKDB_PATH": str(home / "ott.duckdb"),
        }
        began = time.monotonic()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "sync", "report", "--target", "test"),
                *("--out", str(home / "report.html"), "--json"),
            ],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = json.loads(done.stdout)["bytes"]
    print(f"{decisions:,} decisions, 365 nights of them counted")
    print(f"{seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor)")
    print(f"{size:,} bytes, {used.ru_maxrss / 1024:.0f} MB of memory")
    return int(seconds > SECONDS or size > BYTES)


if __name__ == "__main__":
    sys.exit(main())
