"""Webhooks land in PostgreSQL, committed before the 200; dbt is not needed for it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest

sys.path.append(str(Path(__file__).parents[1] / "sync/webhook"))

import signing
from blasting import blast
from receiving import Receiver, environment

TABLES = ("whatsapp", "line", "kakao", "wechat", "rcs")
PROFILE = """
ott:
  target: dev
  outputs:
    dev:
      type: postgres
      host: "{{ env_var('OTT_PG_HOST') }}"
      port: "{{ env_var('OTT_PG_PORT') | as_number }}"
      user: "{{ env_var('OTT_PG_USER') }}"
      password: ""
      dbname: "{{ env_var('OTT_PG_DATABASE') }}"
      schema: ott
"""


def created():
    columns = "received_at text, payload text, sender_id text"
    for name in TABLES:
        yield f"create table raw.raw_{name}_webhooks ({columns})"
    # A team's own table: with an instant, and a column more.
    yield (
        "create table raw.raw_provider_webhooks (provider text, received_at timestamp, "
        "payload text, sender_id text, loaded_at timestamp default now())"
    )


def execute(server, *statements):
    connection = server.connect()
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="module")
def database(server):
    made = server.named("hooks")
    execute(made, "create schema raw", *created())
    return made


@pytest.fixture
def receiver(database, tmp_path):
    sources = {
        f"raw_{name}_webhooks": "whatsapp" if name == "whatsapp" else "channels"
        for name in (*TABLES, "provider")
    }
    manifest = {
        "sources": {
            table: {
                "name": table,
                "source_name": source,
                "relation_name": f'"hooks"."raw"."{table}"',
            }
            for table, source in sources.items()
        }
    }
    target = tmp_path / "target"
    target.mkdir()
    (target / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "profiles.yml").write_text(PROFILE)
    env = environment(
        **database.env, DBT_PROFILES_DIR=str(tmp_path), DBT_TARGET_PATH=str(target)
    )
    made = Receiver(tmp_path / "run", "--target", "dev", env=env)
    yield made
    if made.process.poll() is None:
        made.stop()


def test_each_source_is_a_row_of_its_table(receiver, database):
    with httpx.Client(base_url=receiver.url) as client:
        for make, table, provider in signing.GENUINE.values():
            request = make()
            before = database.rows(f"select count(*) from raw.{table}")[0][0]
            answer = client.post(
                request.path, content=request.body, headers=request.headers
            )
            rows = database.rows(f"select * from raw.{table}")

            assert answer.status_code == 200
            assert len(rows) == before + 1
            assert provider is None or rows[-1][0] == provider
            if table != "raw_rcs_webhooks":
                assert request.body.decode() in rows[-1]

    assert "Webhooks land in PostgreSQL." in receiver.said()


def test_the_receiver_needs_no_more_than_insert(receiver, database, tmp_path):
    role = "receiver_only"
    execute(
        database,
        f"create role {role} login",
        f"grant usage on schema raw to {role}",
        f"grant insert on all tables in schema raw to {role}",
    )
    env = environment(
        **database.env | {"OTT_PG_USER": role},
        DBT_PROFILES_DIR=str(tmp_path),
        DBT_TARGET_PATH=str(tmp_path / "target"),
    )
    one = Receiver(tmp_path / "less", "--target", "dev", env=env)
    request = signing.vonage()

    answer = httpx.post(
        one.url + request.path, content=request.body, headers=request.headers
    )

    assert answer.status_code == 200
    assert one.stop() == 0


def numbered():
    for number in range(10**6):
        yield number, signing.line(json.dumps({"number": number}).encode()).raw()


def test_nothing_acknowledged_is_lost_at_a_kill(receiver, database):
    execute(database, "truncate raw.raw_line_webhooks")

    acknowledged = asyncio.run(
        blast(receiver.port, numbered(), 100, 300, receiver.process.kill)
    )

    rows = database.rows("select payload from raw.raw_line_webhooks")
    landed = {json.loads(payload)["number"] for (payload,) in rows}
    assert len(acknowledged) >= 300
    assert set(acknowledged) <= landed


def test_a_table_that_is_gone_is_a_503_until_it_is_back(receiver, database):
    request = signing.line()
    with httpx.Client(base_url=receiver.url) as client:

        def status():
            answer = client.post(
                request.path, content=request.body, headers=request.headers
            )
            return answer.status_code, client.get("/health").status_code

        execute(database, "alter table raw.raw_line_webhooks rename to away")
        gone = status()
        execute(database, "alter table raw.away rename to raw_line_webhooks")

        assert gone == (503, 503)
        assert status() == (200, 200)
    assert receiver.stop() == 0
    assert "line not kept 1" in receiver.said()
    assert "canary" not in receiver.said()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param(
            "alter table raw.raw_line_webhooks drop column sender_id",
            "raw_line_webhooks has no sender_id. Add the column.",
            id="column",
        ),
        pytest.param(
            "drop table raw.raw_line_webhooks", "Run `dbt build` first.", id="table"
        ),
    ],
)
def test_a_table_that_takes_no_rows_is_said_at_the_start(
    receiver, database, tmp_path, statement, words
):
    execute(database, statement)
    env = environment(
        **database.env,
        DBT_PROFILES_DIR=str(tmp_path),
        DBT_TARGET_PATH=str(tmp_path / "target"),
    )

    with pytest.raises(AssertionError, match=words):
        Receiver(tmp_path / "again", "--target", "dev", env=env)

    columns = "received_at text, payload text, sender_id text"
    execute(
        database,
        "drop table if exists raw.raw_line_webhooks",
        f"create table raw.raw_line_webhooks ({columns})",
    )
