"""
The portable macros on a third engine, whose SQL differs most from the other two.

dbt-spark turns ANSI mode off; Spark 4 itself, and Databricks, have it on. A wrong cast
is null in one and an error in the other, so every test is asked in both.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

pytest.importorskip(
    "pyspark", reason="needs Java 17 and the extra `spark`: make test-spark"
)

if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FOLDER = Path("tests/dbt/singular/portable")
TESTS = sorted(path.name for path in (ROOT / FOLDER).glob("*.sql"))


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def dbt(home):
    """Run dbt on this project and a Spark that keeps its tables in `home`."""

    def run(*arguments):
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        finished = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                "--quiet",
                "--no-use-colors",
                *arguments,
                "--profiles-dir",
                str(Path(__file__).parent),
                "--vars",
                json.dumps({"as_of": "2026-11-18 10:00:00", "raw_location": ""}),
            ],
            cwd=ROOT,
            env=kept
            | {
                "DBT_TARGET_PATH": str(home / "target"),
                "DBT_LOG_PATH": str(home / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "OTT_SPARK_HOME": str(home),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr

    return run


@pytest.fixture(scope="session")
def compiled(home, dbt):
    """The folder of the tests as dbt writes them for Spark."""
    dbt(
        "compile",
        "--no-populate-cache",
        "--no-introspect",
        "--select",
        f"path:{FOLDER.as_posix()}",
    )
    return home / "target/compiled/ott" / FOLDER


@pytest.fixture(scope="session")
def spark(home):
    """A session in UTC that keeps no table and writes nothing but to `home`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.warehouse.dir", str(home / "warehouse"))
            .config("spark.local.dir", str(home / "local"))
            .getOrCreate()
        )
    yield session
    session.stop()


@pytest.mark.parametrize("ansi", ["ansi", "lenient"])
@pytest.mark.parametrize("name", TESTS)
def test_portable_macro_answers_as_elsewhere(name, ansi, compiled, spark):
    spark.conf.set("spark.sql.ansi.enabled", str(ansi == "ansi").lower())
    query = (compiled / name).read_text("utf-8")

    found = [row.asDict() for row in spark.sql(query).collect()]

    assert not found, "\n".join(map(str, found))


def test_a_seed_keeps_its_apostrophes_and_its_empty_cells(home, dbt, spark):
    seeds = ("countries", "holidays_defaults", "reply_window_rules_defaults")

    dbt("seed", "--select", *seeds)

    for seed in seeds:
        folder = next((home / "warehouse").glob(f"*reference.db/{seed}"))
        found = spark.read.parquet(str(folder))
        text = found.selectExpr(*(f"cast({name} as string)" for name in found.columns))
        with (ROOT / f"seeds/reference/{seed}.csv").open(encoding="utf-8") as file:
            written = [
                tuple(value or None for value in row.values())
                for row in csv.DictReader(file)
            ]
        assert sorted(map(tuple, text.collect()), key=str) == sorted(written, key=str)


def test_every_portable_test_is_compiled(compiled):
    assert TESTS
    assert sorted(path.name for path in compiled.glob("*.sql")) == TESTS
