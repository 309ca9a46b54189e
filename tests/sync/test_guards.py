"""What stops a run before it sends to the wrong people, or in the middle of it."""

from __future__ import annotations

import json

import pytest
from sync_project import key, people

MANY = 120


@pytest.fixture
def countries(project):
    """Keep where the people of the next build live, and who of them is held out."""
    path = project.folder / "target/manifest.json"
    manifest = json.loads(path.read_text())
    relation = '"ott"."ott_marts"."campaigns"'
    manifest["nodes"]["seed.ott.campaigns"] = {
        "resource_type": "seed",
        "name": "campaigns",
        "relation_name": relation,
    }
    path.write_text(json.dumps(manifest))
    project.sql(
        f"create table {relation} as select 'winback' campaign_id, 10.0 holdout_percent"
    )

    def keep(numbers, country, held_out=14):
        table = "ott_marts.fct_campaign_decisions"
        project.sql(
            f"create or replace table {table} as "
            "select 'winback' campaign_id, unnest(?::varchar[]) delivery_key, "
            "'whatsapp' channel, ? country_code, false is_held_out, true is_sendable "
            "union all select 'winback', 'h' || range, 'whatsapp', 'SG', true, false "
            "from range(?)",
            [key(number) for number in numbers],
            country,
            held_out,
        )
        project.sql(
            f"update raw.ott_build_log set relation_name = '{table}' "
            "where node_id = 'model.ott.fct_campaign_decisions'"
        )

    return keep


def test_a_campaign_that_was_never_sent_needs_a_word(project):
    project.build(people(MANY))

    refused = project.send("--allow-change")
    plan = project.ott("plan", "whatsapp")
    small = project.send("--first-run-above", "200")

    assert refused.returncode == 4
    assert "winback has 120 rows due and was never sent" in refused.err
    assert "pass --first-run" in plan.out
    assert plan.returncode == 4
    assert small.summary["outcomes"] == {"accepted": MANY}
    assert len(project.provider.seen) == MANY


def test_the_word_is_needed_once(project):
    project.build(people(MANY))
    assert project.send("--first-run").returncode == 0
    more = [{"number": n} for n in range(MANY, 2 * MANY)]
    project.build(more, build_id="build-2")

    assert project.send().summary["outcomes"] == {"accepted": MANY}


def test_many_in_a_country_that_had_none_need_a_word(project, countries):
    project.build(people(MANY))
    countries(range(MANY), "SG")
    assert project.send("--first-run").returncode == 0
    numbers = range(MANY, 2 * MANY)
    project.build([{"number": n} for n in numbers], build_id="build-2")
    countries(numbers, "BR")

    refused = project.send()
    told = json.loads(project.ott("plan", "whatsapp", "--json").out)

    assert refused.returncode == 4
    assert "winback has 120 rows for country BR, usually 0" in refused.err
    [country] = [one for one in told["guards"] if one["guard"] == "country"]
    assert (country["about"], country["found"]) == ("winback BR", MANY)
    assert project.send("--allow-change").returncode == 0


def test_a_holdout_that_is_not_what_was_set_stops_the_run(project, countries):
    project.build(people(250))
    countries(range(250), "SG", held_out=150)

    refused = project.send("--first-run")
    countries(range(250), "SG", held_out=30)

    assert refused.returncode == 4
    assert "winback holds back 37.5 % of its people, 10 % is set" in refused.err
    assert project.ott("plan", "whatsapp", "--first-run").returncode == 0


def test_a_build_that_knows_no_yes_is_told_of(project):
    project.build(people(MANY))
    project.send("--first-run")
    project.sql("create table ott_marts.consents (consent_status varchar)")
    project.build([], build_id="build-2")
    project.sql("create table ott_marts.fct_campaign_decisions as select 1 as one")
    project.sql(
        "insert into raw.ott_build_log select build_id, as_of, target_name, sync_model,"
        "'model.ott.int_consent_states', 'model', 'success', 'ott_marts.consents',"
        "logged_at from raw.ott_build_log where build_id = 'build-2' "
        "and node_id = 'model.ott.sync_whatsapp'"
    )

    refused = project.send()
    project.sql("insert into ott_marts.consents values ('granted')")

    assert refused.returncode == 4
    assert "The build knows no yes of anybody" in refused.err
    assert project.send().returncode == 0


def test_a_run_that_is_refused_throughout_stops(project):
    project.build(people(MANY * 2))
    project.provider.default = 131026

    done = project.send("--first-run", "--in-flight", "4")

    assert done.returncode == 4
    assert "More than half is refused" in done.err + done.summary["message"]
    assert 100 <= done.summary["outcomes"]["refused"] < 110


def test_views_of_an_older_version_are_one_clear_line(project):
    project.build(people(2))
    project.sql(
        "create or replace view ott_sync.sync_stops as"
        " select delivery_key from ott.raw.stops"
    )

    done = project.send()

    assert done.returncode == 4
    assert "Run `dbt seed --full-refresh` and `dbt build` of this version." in done.err
    assert project.provider.seen == []
