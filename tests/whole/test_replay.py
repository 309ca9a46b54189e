from __future__ import annotations

import json

import pytest
from conftest import AS_OF

# Several whole builds: `make long`.
pytestmark = pytest.mark.long

WITHOUT_TESTS = ("--exclude", "resource_type:test", "resource_type:unit_test")
DECISIONS = "select * from {}.fct_campaign_decisions order by all"


def fingerprint(warehouse):
    tables = warehouse.ask(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name not like '%replay%' order by 1"
    )
    return {
        name: warehouse.ask(
            f"select md5(string_agg(t::text, '' order by t::text)) from {name} t"
        )
        for (name,) in tables
    }


def test_a_replay_is_the_same_twice_ignores_later_rows_and_touches_nothing(spoilt):
    before = fingerprint(spoilt)
    live = spoilt.ask(DECISIONS.format("ott_marts"))

    spoilt.dbt("build", *WITHOUT_TESTS, target="dev")
    first = spoilt.ask(DECISIONS.format("ott_replay_marts"))
    raw = spoilt.home / "raw"
    [(customer, contact)] = spoilt.ask(
        "select customer_id, contact_point_id from ott_marts.fct_campaign_decisions "
        "where is_sendable order by send_rank limit 1"
    )
    later = "2026-11-18 11:00:00"
    with (raw / "raw_consent_events.csv").open("a") as file:
        file.write(f"x,{customer},,*,*,,withdraw,,self,,,{later},,{later}\n")
    header = (raw / "raw_contact_points.csv").read_text().splitlines()[0].split(",")
    dead = {
        "contact_point_id": contact,
        "customer_id": customer,
        "channel": "whatsapp",
        "address": "+440000",
        "status": "invalid",
        "received_at": later,
    }
    with (raw / "raw_contact_points.csv").open("a") as file:
        file.write(",".join(dead.get(name, "") for name in header) + "\n")
    spoilt.dbt("build", *WITHOUT_TESTS, target="dev")
    second = spoilt.ask(DECISIONS.format("ott_replay_marts"))

    assert first == second
    assert first == live
    assert fingerprint(spoilt) == before
    assert (customer,) not in spoilt.ask(
        "select customer_id from ott_replay_marts.fct_campaign_decisions "
        "where reason_code = 'consent_withdrawn'"
    )


def test_a_replay_of_the_night_after_knows_what_came_in_between(spoilt):
    [(customer,)] = spoilt.ask(
        "select customer_id from ott_marts.fct_campaign_decisions "
        "where is_sendable and campaign_id = 'winback_lapsed' "
        "order by send_rank limit 1"
    )
    with (spoilt.home / "raw/raw_consent_events.csv").open("a") as file:
        said = "2026-11-18 10:30:00"
        file.write(f"x,{customer},,*,*,,withdraw,,self,,,{said},,{said}\n")

    spoilt.dbt("build", *WITHOUT_TESTS, target="dev", as_of="2026-11-18 11:00:00")
    past = spoilt.ott("why", customer, "--replay", "--json", target="dev")
    tonight = spoilt.ott("why", customer, "--json")

    assert past.returncode == 0, past.stdout + past.stderr
    assert '"consent_withdrawn"' in past.stdout
    assert '"x"' in past.stdout, "the event is the evidence"
    assert tonight.returncode == 0, tonight.stdout + tonight.stderr
    decided = [o for o in json.loads(tonight.stdout) if o.get("stopped_since")]
    assert {one["stopped_since"] for one in decided} == {"consent_withdrawn"}
    assert {one["is_sendable"] for one in decided} == {"True"}, "it came afterwards"
    assert AS_OF in tonight.stdout


def test_a_send_from_a_replay_is_refused(spoilt):
    spoilt.dbt("build", target="dev")

    with spoilt.sandbox() as url:
        sent = spoilt.ott("send", "whatsapp", url=url, target="dev")

    assert sent.returncode == 4, sent.stdout + sent.stderr
    assert (
        not (spoilt.home / "sandbox/accepted.jsonl").exists()
        or not (spoilt.home / "sandbox/accepted.jsonl").read_text()
    )
