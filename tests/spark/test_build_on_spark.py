"""
The same models on Spark, on separate worker processes: they build, and they decide the
same as on DuckDB.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from sync.demo.generate import generate

pytest.importorskip("pyspark", reason="needs Java 17: make test-spark")
hive = pytest.importorskip("pyhive.hive", reason="needs Java 17: make test-spark")

if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parents[2]
NOW = "2026-11-18 10:00:00"
AS_OF = "2026-11-18 10:05:00"
# A team's tables are text here; what the sync writes has types.
TYPES = {
    ("raw_delivery_events", "attempt"): "bigint",
    ("raw_delivery_events", "occurred_at"): "timestamp",
    ("raw_delivery_events", "received_at"): "timestamp",
}
# A statement takes seconds: a thousand tests of columns would take an hour. The rows
# they judge are compared with those on DuckDB; the portable tests have their own file.
NOT_ASKED = (
    "resource_type:unit_test",
    "test_type:generic",
    "path:tests/dbt/singular/portable",
)
COMPARED = ("ott_staging", "ott_marts", "ott_sync")
# JSON that each engine writes with its own spaces and order of keys, what is made of
# it, and the id of the build.
OWN_COLUMNS = {"value", "change_id", "build_id"}
# Keys made of the build's own id.
OWN_KEYS = {
    ("sync_braze_profiles", "delivery_key"),
    ("sync_decided", "delivery_key"),
    ("sync_kakao_customer_file", "delivery_key"),
    ("sync_sfmc_rows", "delivery_key"),
}


@pytest.fixture(scope="module")
def raw_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    generate(datetime.fromisoformat(NOW), folder)
    return folder


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A cluster of its own, and the port to ask it in SQL."""
    from cluster import cluster

    with cluster(tmp_path_factory.mktemp("cluster")) as port:
        yield port


@pytest.fixture(scope="module")
def ask(spark):
    connection = hive.connect("127.0.0.1", spark, username="ott")

    def ask(query):
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []

    yield ask
    connection.close()


@pytest.fixture(scope="module")
def dbt(tmp_path_factory):
    def run(*arguments, profiles, env, settings):
        home = tmp_path_factory.mktemp("dbt")
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
                str(profiles),
                "--vars",
                json.dumps({"as_of": AS_OF} | settings),
            ],
            cwd=ROOT,
            env=kept
            | {
                "DBT_TARGET_PATH": str(home / "target"),
                "DBT_LOG_PATH": str(home / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            }
            | env,
            capture_output=True,
            text=True,
            check=False,
        )
        return finished.returncode, finished.stdout + finished.stderr

    return run


@pytest.fixture(scope="module")
def on_spark(spark, ask, raw_folder, dbt):
    """How the build on Spark ended: its code, and what it said."""
    load(ask, raw_folder)
    return dbt(
        "build",
        "--exclude",
        *NOT_ASKED,
        "--target",
        "test_spark",
        profiles=Path(__file__).parent,
        env={"OTT_SPARK_PORT": str(spark), "OTT_SPARK_HOME": ""},
        settings={"raw_location": "", "views_as_tables": True},
    )


@pytest.fixture(scope="module")
def on_duckdb(raw_folder, dbt, tmp_path_factory):
    home = tmp_path_factory.mktemp("duckdb")
    shutil.copy(ROOT / "profiles.example.yml", home / "profiles.yml")
    path = home / "ott.duckdb"
    code, output = dbt(
        "build",
        "--exclude",
        "resource_type:test",
        "resource_type:unit_test",
        "--target",
        "test",
        profiles=home,
        env={"OTT_DUCKDB_PATH": str(path)},
        settings={"raw_location": str(raw_folder)},
    )
    assert code == 0, output
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda query: connection.execute(query).fetchall()


def load(ask, folder):
    """Copy each raw file into a table, as a team's loader would."""
    ask("create schema if not exists raw")
    for path in sorted(folder.glob("raw_*")):
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                columns = next(csv.reader(file))
            reader = "csv options (path '{}', header 'true', multiLine 'true', {})"
            source = reader.format(path, "quote '\"', escape '\"'")
        else:
            with path.open(encoding="utf-8") as file:
                columns = list(json.loads(file.readline()))
            source = f"json options (path '{path}', primitivesAsString 'true')"
        casts = ", ".join(
            f"cast({name} as {TYPES.get((path.stem, name), 'string')}) as {name}"
            for name in columns
        )
        ask(f"create or replace temporary view read_in_place using {source}")
        ask(
            f"create table raw.{path.stem} using parquet as "
            f"select {casts} from read_in_place"
        )


def columns_by_table(on_duckdb, schema):
    tables = {}
    for table, column in on_duckdb(
        "select table_name, column_name from information_schema.columns "
        f"where table_schema = '{schema}' order by 1, 2"
    ):
        tables.setdefault(table, []).append(column)
    return tables


def plain(rows):
    """Count them, dates as the text that the Thrift server gives."""
    return Counter(
        tuple(str(value) if type(value) is date else value for value in row)
        for row in rows
    )


def test_everything_builds_and_nobody_is_sent_by_mistake_on_spark(on_spark):
    code, output = on_spark

    assert code == 0, output


@pytest.mark.parametrize("schema", COMPARED)
def test_spark_makes_the_same_rows(on_spark, on_duckdb, ask, schema):
    assert on_spark[0] == 0, "half a build compares with nothing"

    tables = columns_by_table(on_duckdb, schema)

    assert tables
    for table, found in tables.items():
        on_both = sorted(row[0] for row in ask(f"describe {schema}.{table}"))
        assert on_both == found, table
        columns = ", ".join(
            name
            for name in found
            if name not in OWN_COLUMNS and (table, name) not in OWN_KEYS
        )
        query = f"select {columns} from {schema}.{table}"
        here, there = Counter(map(tuple, ask(query))), plain(on_duckdb(query))
        assert here == there, f"{table}: {(here - there) + (there - here)}"
