"""The first hour of a team with its own tables, as README says; no model is edited."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PROJECT = """\
name: shop
version: 0.1.0
profile: ott
vars:
  ott: {raw_location: "", channels: [whatsapp]}
seeds:
  ott:
    campaigns: {+enabled: false}
"""
# A column of the team's for each of ours; the stubs have the rest.
FILLED = {
    "raw_customers": (
        "shop.clients",
        {
            "customer_id": "id",
            "country_code": "land",
            "language_code": "lang",
            "attributes": "json_build_object('first_name', first_name)",
            "received_at": "changed_at",
        },
    ),
    "raw_contact_points": (
        "shop.phones",
        {
            "contact_point_id": "no",
            "customer_id": "client",
            "channel": "'whatsapp'",
            "address": "mobile",
            "status": "'active'",
            "received_at": "changed_at",
        },
    ),
    "raw_orders": (
        "shop.sales",
        {
            "order_id": "no",
            "customer_id": "client",
            "ordered_at": "placed",
            "amount": "total",
            "status": "case when cancelled then 'cancelled' else 'placed' end",
            "received_at": "changed_at",
        },
    ),
    "raw_senders": (
        "shop.numbers",
        {
            "sender_id": "label",
            "channel": "'whatsapp'",
            "provider": "'meta'",
            "provider_account": "phone_number_id",
            "template_account_id": "waba",
            "status": "case when live then 'active' else 'restricted' end",
            "received_at": "changed_at",
        },
    ),
    "raw_templates": (
        "shop.wa_templates",
        {
            "fetched_at": "loaded_at",
            "provider": "'meta'",
            "account_id": "waba",
            "payload": "body",
        },
    ),
}
FLAG = """{{ ott.consent_from_flag(
    'shop.clients', customer_id='id', flag='whatsapp_opt_in', given_at='opted_in_at',
    received_at='opted_in_at', channel='whatsapp', purpose='marketing',
    sender_id='shop', basis='express', actor='self', method='web_form',
    text_version='signup of 2025'
) }}"""
CAMPAIGN = {
    "campaign_id": "we_miss_you",
    "audience": "winback_lapsed",
    "purpose": "marketing",
    "priority": "1",
    "starts_at": "2026-01-01 00:00:00",
    "repeats": "once",
    "min_score": "0.7",
    "max_steps": "1",
}
MESSAGE = {
    "campaign_id": "we_miss_you",
    "channel": "whatsapp",
    "message_type": "template",
    "sender_id": "shop",
    "destination": "whatsapp",
    "message_rank": "1",
    "template_name": "we_miss_you",
    "body_parameters": "first_name",
}


# `make test` runs every unit test once; a plan needs some to have run.
FEW_UNIT_TESTS = (
    "--exclude",
    *(
        f"test_type:unit,ott.{folder}"
        for folder in ("staging", "rules", "intermediate", "marts")
    ),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A dbt project of the team's own, which uses ours as a local package."""

    home: Path
    database: object

    def run(self, program, *command):
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        return subprocess.run(
            [Path(sys.executable).with_name(program), *command],
            cwd=self.home,
            env=kept
            | self.database.env
            | {
                "DBT_TARGET": "postgres",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def dbt(self, *command):
        done = self.run("dbt", "--quiet", "--no-use-colors", *command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sources(self):
        done = self.run("ott", "doctor", "--sources", "--json")
        return done.returncode, {one["table"]: one for one in json.loads(done.stdout)}

    def execute(self, statement):
        connection = self.database.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def write(path, name, **row):
    """Write a seed of one row, or of none, with the columns that ours has."""
    source = ROOT / f"seeds/campaigns/{name}.csv"
    with source.open(encoding="utf-8", newline="") as file:
        columns = csv.DictReader(file).fieldnames
    with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        if row:
            writer.writerow(row)


def filled(view, table, columns):
    """Complete a stub as its head says."""
    begin = re.search(r"^(-- )?(drop|create) ", view, re.MULTILINE).start()
    view = "\n".join(line.removeprefix("-- ") for line in view[begin:].splitlines())
    view = view.replace("where false", f"from {table}")
    for name, expression in columns.items():
        stub = rf"cast\(null as text\) as {name}\b"
        view, count = re.subn(stub, f"cast({expression} as text) as {name}", view)
        assert count == 1, name
    return view


@pytest.fixture(scope="module")
def shop(server, tmp_path_factory):
    home = tmp_path_factory.mktemp("shop")
    (home / "dbt_project.yml").write_text(PROJECT)
    (home / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    shutil.copy(ROOT / "profiles.example.yml", home / "profiles.yml")
    (home / "seeds").mkdir()
    write(home / "seeds", "campaigns", **CAMPAIGN)
    write(home / "seeds", "campaign_messages", **MESSAGE)
    write(home / "seeds", "profile_flags")
    made = Shop(home, server.named("shop"))
    made.execute((HERE / "shop.sql").read_text(encoding="utf-8"))
    made.dbt("deps")
    return made


@pytest.fixture(scope="module")
def mapped(shop):
    """Every table the team has, mapped by a view; what was said before comes along."""
    # `dbt parse` would do for the doctor; this does for both.
    events = shop.dbt("compile", "--inline", FLAG)
    before = shop.sources()
    script = shop.run("ott", "doctor", "--sources").stdout
    shop.execute(script)
    empty = shop.sources()
    looks = before[1]
    for table, (source, columns) in FILLED.items():
        shop.execute(filled(looks[table]["view"], source, columns))
    shop.execute(f"create or replace view raw.raw_consent_events as {events}")
    return before, empty, shop.sources()


def test_what_is_missing_is_said_and_what_it_closes(mapped):
    code, looks = mapped[0]

    assert code == 3
    assert {look["state"] for look in looks.values()} == {"missing"}
    needed = [name for name, look in looks.items() if look["needed"]]
    assert needed == [*looks][:4]
    assert not any(looks[name]["ok"] for name in needed)
    assert looks["raw_consent_events"]["closes"] == "consent_none"
    # Nobody asked for a channel that the team has not got.
    assert "raw_line_webhooks" not in looks


def test_the_views_can_be_made_as_they_are_printed(mapped):
    code, looks = mapped[1]

    assert code == 3
    # Templates are pulled into a table, so their view is a comment.
    assert looks.pop("raw_templates")["state"] == "missing"
    assert {look["state"] for look in looks.values()} == {"empty"}


def test_views_over_tables_of_other_names_are_all_that_is_needed(mapped):
    code, looks = mapped[2]

    assert code == 0
    assert {name for name, look in looks.items() if look["state"] == "ok"} == {
        *FILLED,
        "raw_consent_events",
    }


@pytest.mark.long
def test_a_team_gets_a_green_build_and_a_plan_without_editing_a_model(shop, mapped):
    shop.dbt("build", *FEW_UNIT_TESTS)
    done = shop.run("ott", "plan")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "whatsapp: " in done.stdout
    assert "OTT_WHATSAPP_TOKEN" in done.stdout
    told = json.loads(shop.run("ott", "plan", "whatsapp", "--json").stdout)
    [place] = told["places"]
    # It is day or night in Britain.
    assert place.pop("due") + place.pop("later") == 6
    assert place == {
        "campaign_id": "we_miss_you",
        "channel": "whatsapp",
        "country_code": "GB",
        "known": 0,
    }
    reasons = shop.database.rows(
        "select customer_id, reason_code from ott_marts.fct_campaign_decisions "
        "where reason_code <> 'sendable'"
    )
    assert dict(reasons) == {
        "2": "consent_withdrawn",
        "3": "consent_none",
        "4": "address_missing",
        "5": "address_invalid",
        "6": "consent_none",
    }
    # What nobody has is a view without rows; what no channel asks for is not there.
    made = shop.database.rows(
        "select table_name from information_schema.views where table_schema = 'raw'"
    )
    assert ("raw_suppressions",) in made
    assert ("raw_line_webhooks",) not in made
