"""
What a build costs over many customers, whole and the next night.

    make bench-scale                     1,000,000 customers
    make bench-scale CUSTOMERS=10000000  some 45 GB of disk, and two hours
    make bench-scale MEMORY=15GB         what DuckDB may hold; more goes to the disk

The rows are made by `raw.sql`, the same each time. The whole build is `dbt build`
without its tests; `dbt parse`, done again only when the project changes, is measured
apart. `by_hand.sql` computes the same decisions from the same raw tables by one query,
in a process of its own, and both must agree row by row. `night.sql` then adds one in a
hundred of each kind of event, received since, and all is built again. A tenth of the
customers is measured first, so that one sees how cost grows. Figures are a machine's
own: use the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
ACCOUNT = HERE.parent / "account.py"
NOW = "2026-11-18 16:00:00"
NIGHT = "2026-11-19 16:00:00"
SHOWN = 12
# Both ways, as a query that left somebody out would agree with what it has.
UNEQUAL = """
    with decided as (
        select customer_id, campaign_id, is_sendable, reason_code
        from ott_marts.fct_campaign_decisions
    )
    select count(*) from (
        (from decided except all from by_hand)
        union all
        (from by_hand except all from decided)
    )
"""
CAMPAIGN = {
    "campaign_id": "winback_lapsed",
    "audience": "winback_lapsed",
    "purpose": "marketing",
    "priority": "100",
    "starts_at": "2026-01-01 00:00:00",
    "repeats": "once",
    "min_score": "0.7",
    "holdout_percent": "5",
    "holdout_salt": "winback-2026",
    "max_steps": "1",
}
MESSAGE = {
    "campaign_id": "winback_lapsed",
    "channel": "whatsapp",
    "message_type": "template",
    "sender_id": "wa_main",
    "destination": "whatsapp",
    "message_rank": "1",
    "template_name": "winback_offer",
    "body_parameters": '"first_name,offer"',
}


def seed(path: Path, row: dict[str, str]) -> None:
    """Leave one row in a seed."""
    header = path.read_text("utf-8").splitlines()[0]
    values = ",".join(row.get(name, "") for name in header.split(","))
    path.write_text(f"{header}\n{values}\n", "utf-8")


def profile() -> str:
    """Return the shipped profile, with what DuckDB may hold where that is said."""
    text = (ROOT / "profiles.example.yml").read_text("utf-8")
    if not (limit := os.environ.get("OTT_BENCH_MEMORY")):
        return text
    zone = "        TimeZone: UTC\n"
    # What is more goes beside the database: dbt-duckdb says the settings to every
    # cursor, and a temp_directory in use cannot be said again.
    return text.replace(zone, f"{zone}        memory_limit: {limit}\n")


def project(home: Path) -> Path:
    """Copy the project, with one campaign."""
    folder = home / "project"
    for name in ("models", "macros", "seeds", "docs/channels"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "dbt_project.yml", folder)
    (folder / "profiles.yml").write_text(profile(), "utf-8")
    seed(folder / "seeds/campaigns/campaigns.csv", CAMPAIGN)
    seed(folder / "seeds/campaigns/campaign_messages.csv", MESSAGE)
    flags = folder / "seeds/campaigns/profile_flags.csv"
    flags.write_text(flags.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    return folder


def run_sql(database: Path, name: str, **values: object) -> None:
    """Run one of our files on the database."""
    sql = (HERE / name).read_text("utf-8")
    for key, value in values.items():
        sql = sql.replace("{" + key + "}", str(value))
    with duckdb.connect(str(database)) as connection:
        connection.execute("set threads = 2")
        connection.execute("set TimeZone = 'UTC'")
        # It would write over what is printed.
        connection.execute("set enable_progress_bar = false")
        if limit := os.environ.get("OTT_BENCH_MEMORY"):
            connection.execute(f"set memory_limit = '{limit}'")
        connection.execute(sql)


def tell(
    command: list[str],
    folder: Path,
    env: dict[str, str],
    keep: Path = Path(os.devnull),
) -> tuple[float, float, float]:
    """Run a command; returns its seconds, processor seconds and peak in MB."""
    words = [sys.executable, "-S", str(ACCOUNT), str(keep), *command]
    told = json.loads(subprocess.check_output(words, cwd=folder, env=env))
    if told["code"]:
        sys.exit(f"{command[0]} ended with {told['code']}.")
    return told["seconds"], told["cpu"], told["peak_mb"]


def environment(home: Path) -> dict[str, str]:
    """Tell dbt and `ott` where the bench has its things."""
    return os.environ | {
        "OTT_DUCKDB_PATH": str(home / "ott.duckdb"),
        "OTT_LEDGER": str(home / "ledger.sqlite"),
        "DBT_PROFILES_DIR": str(home / "project"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONPATH": str(ROOT),
    }


def dbt(home: Path, *command: str, as_of: str = NOW) -> tuple[float, float, float]:
    """Run dbt; returns what `tell` does."""
    settings = f"{{as_of: '{as_of}', raw_location: '', channels: [whatsapp]}}"
    return tell(
        [
            str(Path(sys.executable).parent / "dbt"),
            *("--quiet", *command, "--target", "test", "--vars", settings),
        ],
        home / "project",
        environment(home),
    )


def build(home: Path, as_of: str) -> tuple[float, float, float]:
    """Build all models, without tests."""
    return dbt(
        home, *("build", "--exclude-resource-type", "test", "unit_test"), as_of=as_of
    )


def parse(home: Path, as_of: str) -> tuple[float, float, float]:
    """Read the project, as any change of it or of its vars demands."""
    return dbt(home, "parse", as_of=as_of)


def by_hand(home: Path) -> tuple[float, float, float]:
    """Decide by one query in a process of its own; both must decide alike."""
    asked = f"import scale, pathlib; scale.decide(pathlib.Path({str(home)!r}))"
    used = tell([sys.executable, "-c", asked], HERE, environment(home))
    with duckdb.connect(str(home / "ott.duckdb")) as connection:
        [(unequal,)] = connection.execute(UNEQUAL).fetchall()
    if unequal:
        sys.exit(f"The build and the query differ in {unequal} rows.")
    return used


def decide(home: Path) -> None:
    """Run the query; what a process of its own does."""
    run_sql(home / "ott.duckdb", "by_hand.sql", now=NOW)


def dearest(folder: Path) -> list[tuple[float, str]]:
    """Name the models of the last build that took longest."""
    results = json.loads((folder / "target/run_results.json").read_text("utf-8"))
    return sorted(
        (
            (found["execution_time"], found["unique_id"].rpartition(".")[2])
            for found in results["results"]
            if found["unique_id"].startswith("model.")
        ),
        reverse=True,
    )[:SHOWN]


def show(customers: int, name: str, used: tuple[float, float, float]) -> None:
    """Print what one step took."""
    wall, cpu, peak = used
    print(
        f"{customers:>10,} customers  {name:<10} {wall:>7.1f} s "
        f"{cpu:>7.1f} s of processor  peak {peak:>6.0f} MB",
        flush=True,
    )


def measure(customers: int, home: Path) -> tuple[float, float]:
    """Print what a world of so many customers costs; returns the build's two times."""
    database, folder = home / "ott.duckdb", project(home)
    run_sql(database, "raw.sql", customers=customers, now=NOW)
    show(customers, "parse", parse(home, NOW))
    whole = build(home, NOW)
    show(customers, "whole", whole)
    dear = dearest(folder)
    query = by_hand(home)
    show(customers, "by hand", query)
    print(
        f"           the build takes {whole[0] / query[0]:.2f} of the query's time and "
        f"{whole[1] / query[1]:.2f} of its processor, and decides alike"
    )
    run_sql(database, "night.sql", customers=customers, now=NIGHT)
    parse(home, NIGHT)
    night = build(home, NIGHT)
    show(customers, "next night", night)
    print(
        f"           the night takes {night[0] / whole[0]:.2f} of the whole's time and "
        f"{night[1] / whole[1]:.2f} of its processor"
    )
    for title, models in (("whole", dear), ("night", dearest(folder))):
        for seconds, model in models:
            print(f"           {title} {seconds:>7.1f} s {model}", flush=True)
    return whole[:2]


def main() -> None:
    """Measure a tenth of the customers, then all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--only", action="store_true", help="not the tenth before it")
    parser.add_argument("--memory", help="what DuckDB may hold, such as 16GB")
    given = parser.parse_args()
    if given.memory:
        # By the environment: the query runs in a process of its own.
        os.environ["OTT_BENCH_MEMORY"] = given.memory
    times = []
    for customers in (
        [given.customers]
        if given.only
        else [
            given.customers // 10,
            given.customers,
        ]
    ):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home:
            times.append(measure(customers, Path(home))[1])
    if len(times) > 1:
        print(
            f"A row of the larger costs {times[1] / times[0] / 10:.2f} of the other's "
            "processor."
        )


if __name__ == "__main__":
    main()
