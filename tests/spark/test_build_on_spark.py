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

from sync.config import Profile
from sync.demo.generate import generate
from sync.warehouse import connect

sys.path.append(str(Path(__file__).parents[1]))

import serving

pytest.importorskip("pyspark", reason="needs Java 17: make test-spark")
hive = pytest.importorskip("pyhive.hive", reason="needs Java 17: make test-spark")

if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parents[2]
NOW = "2026-11-18 10:00:00"
AS_OF = "2026-11-18 10:05:00"
LATER = "2026-11-18 10:06:00"
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
                "DBT_TARGET_PATH": str(tmp_path_factory.mktemp("target")),
                "DBT_LOG_PATH": str(tmp_path_factory.mktemp("logs")),
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
def target(tmp_path_factory):
    """Where dbt leaves what it knows of the build on Spark."""
    return tmp_path_factory.mktemp("target_of_spark")


@pytest.fixture(scope="module")
def on_spark(spark, ask, raw_folder, dbt, target):
    """How the build on Spark ended: its code, and what it said."""
    load(ask, raw_folder)
    return dbt(
        "build",
        "--exclude",
        *NOT_ASKED,
        "--target",
        "test_spark",
        profiles=Path(__file__).parent,
        env={
            "OTT_SPARK_PORT": str(spark),
            "OTT_SPARK_HOME": "",
            "DBT_TARGET_PATH": str(target),
        },
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


@pytest.fixture(scope="module")
def proven(on_spark, ask):
    """
    Say of the tests that were left out that they passed.

    Nothing is sent from a build that was not proven, and all of it would take an hour.
    """
    assert on_spark[0] == 0, on_spark[1]
    log = "raw.ott_build_log"
    columns = ", ".join(
        f"if({name} = 'missing', 'pass', {name}) as {name}"
        if name == "status"
        else name
        for name, *_ in ask(f"describe {log}")
    )
    ask(f"create table raw.kept_log using parquet as select {columns} from {log}")
    ask(f"insert overwrite {log} select * from raw.kept_log")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """One for all: a warehouse takes no second one."""
    return tmp_path_factory.mktemp("ledger") / "ledger.sqlite"


@pytest.fixture
def ott(spark, target, ledger):
    """Run `ott` on the cluster, sending to this sandbox."""

    def run(*command, url, **changed):
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        return subprocess.run(
            [sys.executable, "-m", "sync", *command],
            cwd=ROOT,
            env=kept
            | {
                "DBT_PROFILES_DIR": str(Path(__file__).parent),
                "DBT_TARGET": "test_spark",
                "DBT_TARGET_PATH": str(target),
                "OTT_LEDGER": str(ledger),
                "OTT_NOW": f"{LATER}Z",
                "OTT_SPARK_PORT": str(spark),
                "OTT_SPARK_HOME": "",
                "OTT_WHATSAPP_BASE_URL": f"{url}/v25.0",
                "OTT_WHATSAPP_TOKEN": "sandbox-token",
                "OTT_BRAZE_BASE_URL": url,
                "OTT_BRAZE_API_KEY": "sandbox-braze-key",
            }
            | changed,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def sandbox(raw_folder, tmp_path):
    with serving.sandbox(tmp_path / "sandbox", raw_folder, LATER) as url:
        yield url


def test_what_was_not_proven_is_not_sent_from_spark(on_spark, ott, sandbox, tmp_path):
    done = ott("send", "whatsapp", url=sandbox)

    assert done.returncode == 4, done.stderr
    assert "was not proven" in done.stderr
    assert (tmp_path / "sandbox/accepted.jsonl").read_text() == ""


def test_what_is_due_is_sent_once_and_written_back_to_spark(
    proven, ask, ott, sandbox, tmp_path
):
    sent = "sync_whatsapp", "sync_braze_profiles", "sync_holdout"
    due = sum(
        ask(
            f"select count(*) from ott_sync.{table} "
            f"where send_not_before <= timestamp'{LATER}'"
        )[0][0]
        for table in sent
    )
    events = (
        "select event, delivery_key, destination from raw.raw_delivery_events "
        f"where occurred_at >= timestamp'{LATER}' order by 2, 1"
    )

    names = [name.removeprefix("sync_") for name in sent]
    plan = ott("plan", "whatsapp", url=sandbox)
    first = [ott("send", name, url=sandbox) for name in names]
    told = ask(events)
    second = [ott("send", name, url=sandbox) for name in names]

    assert plan.returncode == 0, plan.stderr
    assert [done.returncode for done in first] == [0, 0, 0], first
    assert len(told) == due > 0
    reached = [
        json.loads(line)["delivery_key"]
        for line in (tmp_path / "sandbox/accepted.jsonl").read_text().splitlines()
    ]
    assert sorted(reached) == [
        key
        for event, key, destination in told
        if (event, destination) == ("accepted", "whatsapp")
    ]
    assert [done.returncode for done in second] == [0, 0, 0], second
    assert ask(events) == told


def test_the_other_commands_work_on_spark(proven, ask, ott, sandbox):
    [(customer,)] = ask("select min(customer_id) from ott_sync.sync_whatsapp")

    why = ott("why", customer, "--json", url=sandbox)
    kept = ott("why", customer, "--night", LATER[:10], "--json", url=sandbox)
    doctor = ott("doctor", url=sandbox)
    stopped = ott("stop", customer, url=sandbox)

    assert why.returncode == 0, why.stderr
    assert "True" in {one["is_sendable"] for one in json.loads(why.stdout)}
    assert kept.returncode == 0, kept.stderr
    assert "ok  dbt-spark: " in doctor.stdout, doctor.stdout + doctor.stderr
    assert stopped.returncode == 0, stopped.stderr
    assert ask("select customer_id from raw.raw_operator_stops") == [(customer,)]


def test_odd_values_arrive_in_spark_as_they_are(proven, spark, ask):
    there = Profile("test_spark", "spark", "ott", host="127.0.0.1", port=spark)
    row = {
        "operator_stop_id": "x'; drop--\\'",
        "customer_id": 'a\nb\t"q" %s ? 한',
        "reason": None,
        "occurred_at": datetime.fromisoformat("2026-01-02 03:04:05.678901"),
    }
    names = ", ".join(row)

    with connect(there).writing() as session:
        session.append("raw.raw_operator_stops", [row])
    with connect(there).reading() as session:
        query = f"select {names}, date'2026-01-02' from raw.raw_operator_stops"
        found = list(
            session.rows(f"{query} where operator_stop_id = ?", row["operator_stop_id"])
        )
        shape = dict(session.columns("raw.raw_operator_stops"))

    assert found == [(*row.values(), date.fromisoformat("2026-01-02"))]
    assert (shape["customer_id"], shape["occurred_at"]) == ("string", "timestamp")


def test_a_server_that_is_away_is_one_clear_line_after_a_while(proven, ott, sandbox):
    done = ott("plan", "whatsapp", "--wait", "1", url=sandbox, OTT_SPARK_PORT="9")

    assert done.returncode == 4, done.stderr
    assert "The warehouse cannot be reached." in done.stderr
