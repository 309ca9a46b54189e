"""
What it takes to bring a platform's profiles up to date: 10,000,000 values, 1 % changed.

    make bench-states
    python tests/bench/scale/states.py --states 1000000

dbt compares what should be there with what is known to be, `ott send` reads the
difference, sends it to a sandbox and writes it back. What the profiles should hold is
put in place by SQL; the comparison and all after it are ours.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from scale import NOW, ROOT, dbt, environment, project, run_sql, tell

sys.path.insert(0, str(ROOT))

from sync.sandbox.settings import settings_for

ATTRIBUTES = 4
DESIRED = """
    create or replace table ott_intermediate.int_profile_states_desired as
    select
        'c' || i as customer_id,
        null::varchar as subscription_group_id,
        'braze_profiles' as destination,
        null::varchar as flag_name,
        'attribute_' || k as attribute,
        'v' || (i % 7) as attribute_value,
        false as is_withdrawal,
        null::timestamp as granted_at
    from (select range as i from range({customers})), (select range as k from range(4));

    insert into raw.raw_sync_states
    select
        md5(i || '-' || k) || '-1', 'braze_profiles', 'c' || i, 'attribute_' || k,
        case when (i * 4 + k) % 100 = 0 then 'old' else 'v' || (i % 7) end,
        'accepted', timestamp '{now}' - to_days(1), timestamp '{now}' - to_days(1)
    from (select range as i from range({customers})), (select range as k from range(4));
"""


def prepare(customers: int, home: Path) -> None:
    """Make a world of customers alone, and what their profiles should hold."""
    project(home)
    database = home / "ott.duckdb"
    run_sql(database, "raw.sql", customers=1, now=NOW)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from raw.raw_customers")
        connection.execute(
            "insert into raw.raw_customers by name select 'c' || range as customer_id, "
            "'BR' as country_code, '2025-01-01 00:00:00' as received_at "
            f"from range({customers})"
        )
    dbt(home, "seed")
    dbt(home, "run", "--select", "+sync_braze_profiles", "+sync_stops")
    with duckdb.connect(str(database)) as connection:
        connection.execute(DESIRED.format(customers=customers, now=NOW))


def vouch(database: Path) -> None:
    """Call the tests that a bench leaves out passed."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update raw.ott_build_log set status = 'pass' where status = 'missing'"
        )


def send(home: Path) -> tuple[float, float, str]:
    """Send the difference to a sandbox; returns seconds, the peak in MB, and words."""
    now, env = NOW.replace(" ", "T"), environment(home)
    command = [sys.executable, "-m", "sync", "sandbox", "--port", "0"]
    command += ["--dir", str(home / "sandbox"), "--now", now + "+00:00"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().split()[-1]
            seconds, _, peak = tell(
                [
                    *(sys.executable, "-m", "sync", "send", "braze_profiles"),
                    *("--target", "test", "--allow-change", "--json"),
                ],
                home / "project",
                env | {"OTT_NOW": now + "Z", **settings_for(url)},
                keep=home / "sent.json",
            )
        finally:
            server.terminate()
    return seconds, peak, (home / "sent.json").read_text("utf-8").strip()


def main() -> None:
    """Print what the three steps took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=10_000_000)
    customers = parser.parse_args().states // ATTRIBUTES
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        home = Path(name)
        prepare(customers, home)
        compared = dbt(
            home,
            *("run", "--select", "int_profile_states_known"),
            *("int_profile_states_changed", "sync_braze_profiles", "sync_decided"),
        )
        vouch(home / "ott.duckdb")
        *sent, told = send(home)
    print(f"{customers * ATTRIBUTES:,} values, one in a hundred changed")
    print(f"compared in SQL  {compared[0]:>6.1f} s  peak {compared[2]:>6.0f} MB")
    print(f"ott send         {sent[0]:>6.1f} s  peak {sent[1]:>6.0f} MB")
    print(re.sub(r'"run_id": "\w+", ', "", told))


if __name__ == "__main__":
    main()
