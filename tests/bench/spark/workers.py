"""
What a second worker is worth to a build on Spark.

    make bench-spark                    100,000 customers
    make bench-spark CUSTOMERS=50000 SELECT="+int_consent_states"

The same raw rows, made by the generator of `make bench-scale`, are built without tests
on a cluster of one worker and then of two, each a process with one core; the driver is
a process more. Figures are a machine's own: use the ratios. Needs Java 17.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from pyhive import hive

ROOT = Path(__file__).parents[3]
sys.path += [str(ROOT / "tests/bench/scale"), str(ROOT / "tests/spark")]

import scale  # noqa: E402
from cluster import HOST, cluster  # noqa: E402

SHOWN = 12
LARGE_SECONDS = 5


def made(home: Path, customers: int) -> Path:
    """Write the raw rows as Parquet; returns their folder."""
    database, folder = home / "made.duckdb", home / "raw"
    folder.mkdir()
    scale.run_sql(database, "raw.sql", customers=customers, now=scale.NOW)
    with duckdb.connect(str(database)) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'raw'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f"copy raw.{table} to '{folder / table}.parquet' (format parquet)"
            )
    return folder


def load(port: int, folder: Path) -> None:
    """Let Spark read the raw rows where they are, its instants as such."""
    connection = hive.connect(HOST, port, username="ott")
    cursor = connection.cursor()
    cursor.execute("create schema if not exists raw")
    for path in sorted(folder.glob("*.parquet")):
        cursor.execute(f"describe query select * from parquet.`{path}`")
        columns = ", ".join(
            f"cast({name} as timestamp) as {name}" if "timestamp" in kind else name
            for name, kind, *_ in cursor.fetchall()
        )
        cursor.execute(
            f"create view raw.{path.stem} as select {columns} from parquet.`{path}`"
        )
    connection.close()


def build(home: Path, port: int, chosen: str) -> dict[str, float]:
    """Build the models; returns the seconds of each."""
    settings = {"as_of": scale.NOW, "raw_location": "", "channels": ["whatsapp"]}
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("--quiet", "build", "--exclude-resource-type", "test", "unit_test"),
        *("--select", *chosen.split()),
        *("--target", "test_spark", "--profiles-dir", str(ROOT / "tests/spark")),
        *("--vars", json.dumps(settings | {"views_as_tables": True})),
    ]
    env = os.environ | {
        "OTT_SPARK_PORT": str(port),
        "OTT_SPARK_HOME": "",
        "DBT_TARGET_PATH": str(home / f"target-{port}"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    done = subprocess.run(command, cwd=home / "project", env=env, check=False)
    if done.returncode:
        sys.exit(f"dbt ended with {done.returncode}.")
    found = json.loads((home / f"target-{port}/run_results.json").read_text())
    return {
        one["unique_id"].rpartition(".")[2]: one["execution_time"]
        for one in found["results"]
        if one["unique_id"].startswith("model.")
    }


def measure(
    home: Path, raw: Path, workers: int, chosen: str
) -> tuple[float, dict[str, float]]:
    """Build on a cluster of so many workers; returns all seconds, and each model's."""
    folder = home / f"cluster-{workers}"
    folder.mkdir()
    with cluster(folder, workers=workers) as port:
        load(port, raw)
        begun = time.monotonic()
        models = build(home, port, chosen)
        wall = time.monotonic() - begun
    shutil.rmtree(folder, ignore_errors=True)
    return wall, models


def main() -> None:
    """Print both, and the ratio of each model that takes long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--select", default="*", help="as dbt takes it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        home = Path(name)
        scale.project(home)
        raw = made(home, given.customers)
        one, slow = measure(home, raw, 1, given.select)
        two, fast = measure(home, raw, 2, given.select)
    print(f"{given.customers:,} customers, {len(slow)} models")
    print(f"one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} times as fast")
    large = [model for model, seconds in slow.items() if seconds > LARGE_SECONDS]
    for about, models in (("longer", large), ("shorter", set(slow) - set(large))):
        before, after = (sum(run[model] for model in models) for run in (slow, fast))
        if after:
            print(
                f"  {len(models)} models of {about} than {LARGE_SECONDS} s: "
                f"{before:.1f} s and {after:.1f} s, {before / after:.2f} times"
            )
    for model in sorted(slow, key=lambda name: -slow[name])[:SHOWN]:
        print(
            f"  {slow[model]:>7.1f} s {fast[model]:>7.1f} s "
            f"{slow[model] / fast[model]:>5.2f}  {model}"
        )


if __name__ == "__main__":
    main()
