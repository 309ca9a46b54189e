"""
PostgreSQL: the models build and decide the same, and the sync reads and writes there.

One file, so that the tests share one build, whoever runs them side by side.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.config import Profile
from sync.errors import LockedError, TrustError
from sync.warehouse import connect

sys.path.append(str(Path(__file__).parents[1]))

import serving

pytestmark = pytest.mark.slow

# Every column but the JSON that each engine writes with its own spaces and order of
# keys, what is made of it, and the id of the build.
COLUMNS = """
    select table_name, column_name
    from information_schema.columns
    where table_schema = '{schema}'
      and column_name not in ('value', 'change_id', 'build_id')
    order by 1, 2
"""
# Keys made of the build's own id.
OWN_KEYS = {
    ("sync_braze_profiles", "delivery_key"),
    ("sync_decided", "delivery_key"),
    ("sync_kakao_customer_file", "delivery_key"),
    ("sync_sfmc_rows", "delivery_key"),
}
COMPARED = ("ott_staging", "ott_marts", "ott_sync")


@pytest.fixture(scope="module")
def engines(on_postgres, on_duckdb):
    """Both builds, where both succeeded: half a build compares with nothing."""
    assert on_postgres.code == 0, on_postgres.output
    assert on_duckdb.code == 0, on_duckdb.output
    return on_postgres, on_duckdb


def columns_by_table(build, schema):
    tables = {}
    for table, column in build.rows(COLUMNS.format(schema=schema)):
        tables.setdefault(table, []).append(column)
    return tables


def contents(build, schema, table, columns):
    return Counter(build.rows(f"select {', '.join(columns)} from {schema}.{table}"))


def test_everything_builds_and_passes_on_postgres(on_postgres):
    assert on_postgres.code == 0, on_postgres.output


def test_an_empty_database_gets_empty_raw_tables(server, dbt):
    database = server.named("nothing")
    database.in_zone("America/St_Johns")

    # Staging asks one seed what an address is.
    code, output = dbt(
        "build",
        "--select",
        "path:models/staging",
        "channels",
        "--exclude",
        "resource_type:test",
        "resource_type:unit_test",
        "--target",
        "test_postgres",
        env=database.env,
    )

    assert code == 0, output
    assert database.rows("select * from ott_staging.stg_crm__customers") == []
    assert database.rows("select * from raw.raw_line_webhooks") == []
    behind = "extract(epoch from now() at time zone 'UTC' - max(logged_at))"
    [(seconds,)] = database.rows(f"select {behind} from raw.ott_build_log")
    assert 0 <= seconds < 3600, "the log is in UTC, whatever the server's zone is"


def test_both_engines_give_each_reason_equally_often(engines):
    on_postgres, on_duckdb = engines
    reasons = """
        select reason_code, count(*)
        from ott_marts.fct_campaign_decisions
        group by reason_code
    """

    counts = dict(on_postgres.rows(reasons))

    assert counts
    assert counts == dict(on_duckdb.rows(reasons))


@pytest.mark.parametrize("schema", COMPARED)
def test_both_engines_make_the_same_rows(engines, schema):
    on_postgres, on_duckdb = engines

    tables = columns_by_table(on_postgres, schema)

    assert tables
    assert tables == columns_by_table(on_duckdb, schema)
    for table, found in tables.items():
        columns = [name for name in found if (table, name) not in OWN_KEYS]
        here = contents(on_postgres, schema, table, columns)
        there = contents(on_duckdb, schema, table, columns)
        assert here == there, f"{table}: {(here - there) + (there - here)}"


ROOT = Path(__file__).parents[2]
LATER = "2026-11-18T10:05:00"
# The server trusts everybody, so a password is only something not to be told.
PASSWORD = "not-for-any-screen"
TABLES = ("sync_whatsapp", "sync_holdout", "sync_braze_profiles", "sync_braze_triggers")
EVENTS = """
    select event, delivery_key, destination from raw.raw_delivery_events
    where run_id <> 'demo-history' order by event, delivery_key
"""


@dataclass(frozen=True, slots=True)
class Project:
    """The built demo, with a ledger of its own."""

    build: object
    server: object
    home: Path
    sandbox_log: Path

    def ott(self, *command, url="http://127.0.0.1:9", **env):
        """Run one command; whatever it does, it tells nobody the password."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        ours = {
            "DBT_PROFILES_DIR": str(self.build.home),
            "DBT_TARGET_PATH": str(self.build.home / "target"),
            "DBT_TARGET": "test_postgres",
            "OTT_LEDGER": str(self.home / "ledger.sqlite"),
            "OTT_PG_PASSWORD": PASSWORD,
            "OTT_WHATSAPP_BASE_URL": f"{url}/v25.0",
            "OTT_WHATSAPP_TOKEN": "sandbox-token",
            "OTT_BRAZE_BASE_URL": url,
            "OTT_BRAZE_API_KEY": "sandbox-braze-key",
        }
        if url.rpartition(":")[2] != "9":
            ours["OTT_NOW"] = f"{LATER}Z"
        done = subprocess.run(
            [sys.executable, "-m", "sync", *command],
            env=kept | self.server.env | ours | env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def rows(self, query):
        return self.build.rows(query)

    def change(self, statement):
        connection = self.server.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def warehouse(self):
        return connect(
            Profile(
                target="test_postgres",
                type="postgres",
                schema="ott",
                host=self.server.host,
                port=self.server.port,
                user=self.server.user,
                dbname=self.server.database,
            )
        )

    def reached(self):
        lines = self.sandbox_log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["delivery_key"] for line in lines]


@pytest.fixture
def project(server, on_postgres, tmp_path):
    """What is sent and spoilt here is undone, for the tests that compare engines."""
    assert on_postgres.code == 0, on_postgres.output
    demo = server.named("spare")
    admin = demo.connect()
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute("create database kept template demo")
    demo = type(server)(server.host, server.port, server.user, "demo")
    yield Project(on_postgres, demo, tmp_path, tmp_path / "sandbox/accepted.jsonl")
    cursor.execute("drop database demo with (force)")
    cursor.execute("alter database kept rename to demo")
    cursor.close()
    admin.close()
    admin = server.connect()
    admin.autocommit = True
    admin.cursor().execute("drop database spare")
    admin.close()


@pytest.fixture
def sandbox(project, raw_folder):
    with serving.sandbox(project.home / "sandbox", raw_folder, LATER) as url:
        yield url


def send_each(project, url):
    """Send by those destinations that this project has settings for."""
    names = [table.removeprefix("sync_") for table in TABLES]
    return [project.ott("send", name, url=url) for name in sorted(names)]


def test_what_is_due_is_sent_once_and_written_back(project, sandbox):
    due = sum(
        project.rows(
            f"select count(*) from ott_sync.{table} where send_not_before <= '{LATER}'"
        )[0][0]
        for table in TABLES
    )

    plan = project.ott("plan", "whatsapp", url=sandbox)
    first = send_each(project, sandbox)
    events = project.rows(EVENTS)
    accepted = [
        key
        for event, key, destination in events
        if event == "accepted" and destination != "braze_profiles"
    ]
    reached = project.reached()
    second = send_each(project, sandbox)

    assert plan.returncode == 0, plan.stderr
    assert [done.returncode for done in first] == [0, 0, 0, 0], first
    assert len(events) == due
    assert sorted(reached) == accepted
    assert len(set(reached)) == len(reached) > 0
    assert [done.returncode for done in second] == [0, 0, 0, 0], second
    assert project.rows(EVENTS) == events
    assert project.reached() == reached
    assert set(
        project.rows(
            "select destination, event, count(*) from raw.raw_sync_runs "
            "where destination in ('whatsapp', 'holdout') group by destination, event"
        )
    ) == {
        (destination, event, 2)
        for destination in ("whatsapp", "holdout")
        for event in ("run_opened", "run_closed")
    }


def test_every_command_works_on_it(project, sandbox, tmp_path):
    customer = project.rows(
        "select customer_id from ott_sync.sync_whatsapp "
        f"where send_not_before <= '{LATER}' order by send_rank limit 1"
    )[0][0]

    stopped = project.ott("stop", customer, url=sandbox)
    sent = project.ott("send", "whatsapp", "--json", url=sandbox)
    why = project.ott("why", customer, "--json")
    kept = project.ott("why", customer, "--night", LATER[:10], "--json")
    status = project.ott("status")
    doctor = project.ott("doctor", url=sandbox)
    report = project.ott("report", "--out", str(tmp_path / "report.html"))

    assert stopped.returncode == 0, stopped.stderr
    assert project.rows("select customer_id from raw.raw_operator_stops") == [
        (customer,)
    ]
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["reasons"]["skipped: stopped_after_build"] == 1
    assert why.returncode == 0, why.stderr
    assert {d["is_sendable"] for d in json.loads(why.stdout)} >= {"True"}
    assert any(d.get("stopped_since") for d in json.loads(why.stdout))
    assert kept.returncode == 0, kept.stderr
    assert {d["delivery_key"] for d in json.loads(kept.stdout)} == {
        d["delivery_key"] for d in json.loads(why.stdout)
    }
    assert status.returncode == 0, status.stderr
    assert report.returncode == 0, report.stderr
    assert "winback_lapsed" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.search("ok +warehouse: PostgreSQL 16", doctor.stdout), doctor.stdout
    assert re.search("ok +dbt-postgres: ", doctor.stdout)


def test_a_missing_table_is_one_clear_line(project, sandbox):
    project.change("drop table raw.ott_build_log")

    done = project.ott("send", "whatsapp", url=sandbox)

    assert done.returncode == 4
    assert done.stderr == "Error: A table or view is missing. Run `dbt build` first.\n"
    assert project.reached() == []


def test_a_server_that_is_down_is_waited_for_and_nothing_goes(project, sandbox):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = str(nobody.getsockname()[1])
        there = {"OTT_PG_HOST": "127.0.0.1", "OTT_PG_PORT": port}
        done = project.ott("send", "whatsapp", "--wait", "1", url=sandbox, **there)
        doctor = project.ott("doctor", url=sandbox, **there)

    assert done.returncode == 4
    cannot = "The warehouse cannot be reached. Try again later."
    assert done.stderr == f"{cannot} Waiting up to 1 s.\nError: {cannot}\n"
    assert project.reached() == []
    assert f"NO  warehouse: {cannot}" in doctor.stdout


def test_a_refused_login_is_a_wrong_setting(project):
    done = project.ott("send", "whatsapp", OTT_PG_DATABASE="nowhere")

    assert done.returncode == 3
    assert "refuses the login of target test_postgres" in done.stderr
    assert "Waiting" not in done.stderr


def test_a_connection_that_dies_is_tried_again_later(project):
    with (
        pytest.raises(LockedError),
        project.warehouse().reading() as session,
    ):
        list(session.rows("select pg_terminate_backend(pg_backend_pid())"))


def test_reading_changes_nothing(project):
    with (
        pytest.raises(TrustError, match="ReadOnlySqlTransaction"),
        project.warehouse().reading() as session,
    ):
        session.append("raw.raw_operator_stops", [{"operator_stop_id": "s"}])

    assert project.rows("select * from raw.raw_operator_stops") == []


def test_an_error_quotes_no_value(project):
    with (
        pytest.raises(TrustError) as caught,
        project.warehouse().reading() as session,
    ):
        list(session.rows("select cast(? as bigint)", "no. 15550101"))

    assert "15550101" not in str(caught.value)


def test_a_transaction_that_fails_writes_nothing(project):
    def write():
        with project.warehouse().writing() as session:
            session.append("raw.raw_operator_stops", [{"operator_stop_id": "s"}])
            session.append("raw.raw_sync_runs", [{"no_such_column": "s"}])

    with pytest.raises(TrustError, match="lacks a column"):
        write()

    assert project.rows("select * from raw.raw_operator_stops") == []


def test_odd_values_arrive_as_they_are(project):
    rows = [
        {"operator_stop_id": str(number), "reason": reason, "occurred_at": LATER}
        for number, reason in enumerate(
            ["100 %s, 5 % off", "it's ? \\", None, "nul\0byte", *["x"] * 2500]
        )
    ]

    with project.warehouse().writing() as session:
        session.append('"demo"."raw"."raw_operator_stops"', rows)
    with project.warehouse().reading() as session:
        read = dict(
            session.rows(
                "select operator_stop_id, reason from raw.raw_operator_stops "
                "where reason like 'x%' or operator_stop_id in (?, ?, '3')",
                "0",
                "1",
            )
        )

    assert len(read) == 2503
    assert read["0"] == "100 %s, 5 % off"
    assert read["1"] == "it's ? \\"
    assert read["3"] == "nul\ufffdbyte"


def test_a_table_that_dbt_swaps_in_meanwhile_is_not_empty(project):
    with project.warehouse().reading() as session:
        list(session.rows("select 1"))
        project.change(
            "create table raw.swapped as select 'stopped' as delivery_key;"
            "create view raw.stops as select * from raw.swapped"
        )
        found = list(session.rows("select delivery_key from raw.stops"))

    assert found == [("stopped",)]


def test_a_held_table_is_waited_for_a_bounded_time(project):
    @contextmanager
    def held():
        holder = project.server.connect()
        with holder.cursor() as cursor:
            cursor.execute("lock table raw.raw_sync_runs in access exclusive mode")
            yield
        holder.close()

    with (
        held(),
        pytest.raises(LockedError, match="holds the warehouse"),
        project.warehouse().reading() as session,
    ):
        list(session.rows("select * from raw.raw_sync_runs"))
