"""What `ott templates pull` appends on PostgreSQL; dbt is not needed for it."""

from __future__ import annotations

import json

import httpx
import pytest
from click.testing import CliRunner

from sync.cli import main

TABLES = """
create schema raw; create schema ott_main;
create table ott_main.int_senders (
    provider text, template_account_id text, sender_status text
);
insert into ott_main.int_senders values ('meta', '1001', 'active');
create table raw.raw_templates (
    fetched_at text, provider text, account_id text, payload text
);
create table raw.raw_template_listings (
    provider text, account_id text, fetched_at timestamp
);
"""
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


def relation(schema, name):
    return {"name": name, "relation_name": f'"catalogue"."{schema}"."{name}"'}


@pytest.fixture
def database(server, tmp_path, monkeypatch):
    made = server.named("catalogue")
    connection = made.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
    connection.close()
    node = relation("ott_main", "int_senders") | {"resource_type": "model"}
    sources = {
        name: relation("raw", name) | {"source_name": source}
        for source, name in (
            ("templates", "raw_templates"),
            ("sync", "raw_template_listings"),
        )
    }
    (tmp_path / "target").mkdir()
    content = json.dumps({"sources": sources, "nodes": {"int_senders": node}})
    (tmp_path / "target" / "manifest.json").write_text(content)
    (tmp_path / "dbt_project.yml").write_text("name: ott\nprofile: ott\n")
    (tmp_path / "profiles.yml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET_PATH", "DBT_TARGET", "OTT_NOW"):
        monkeypatch.delenv(name, raising=False)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OTT_WHATSAPP_TOKEN", "t")
    return made


def test_changes_are_appended_once(database, monkeypatch):
    listed = {"name": "a", "language": "ko", "status": "APPROVED", "text": "é %s ?"}
    answers = [[listed], [listed], [listed | {"status": "PAUSED"}], []]

    def client():
        page = answers.pop(0)
        return httpx.Client(
            transport=httpx.MockTransport(
                lambda _: httpx.Response(200, json={"data": page})
            )
        )

    monkeypatch.setattr("sync.lists.client", client)
    codes = [
        CliRunner().invoke(main, ["templates", "pull"]).exit_code for _ in range(4)
    ]

    query = "select payload from raw.raw_templates order by fetched_at"
    rows = [json.loads(row[0]) for row in database.rows(query)]
    assert codes == [0, 0, 0, 0]
    paused = listed | {"status": "PAUSED"}
    assert rows == [listed, paused, paused | {"ott_listed": False}]
    assert database.rows("select count(*) from raw.raw_template_listings") == [(4,)]
