"""A kept night is asked of the history, by `ott why --night`."""

from __future__ import annotations

import json

import pytest

COLUMNS = (
    "build_id varchar, campaign_id varchar, customer_id varchar, channel varchar,"
    "reason_codes varchar, policy_hash varchar, decided_at timestamp"
)


def keep(project, *decisions):
    """Decisions as (build, customer, reason, decided at), and a campaign or none."""
    project.sql(f"create table ott_marts.fct_decision_history ({COLUMNS})")
    for build, customer, reason, at, *campaign in decisions:
        project.sql(
            "insert into ott_marts.fct_decision_history values (?, ?, ?, ?, ?, ?, ?)",
            build,
            *(campaign or ["winback"]),
            customer,
            "whatsapp",
            reason,
            f"rules of {build}",
            at,
        )


def told(project, *words):
    done = project.ott("why", *words, "--json")
    assert done.returncode == 0, done.err
    return [
        (found["build_id"], found["campaign_id"], found["reason_codes"])
        for found in json.loads(done.out)
    ]


def test_a_kept_night_answers_by_its_last_build_that_names_the_customer(project):
    keep(
        project,
        ("before", "c1", "no_address", "2026-11-16 23:59:59"),
        ("first", "c1", "consent_none", "2026-11-17 00:00:00"),
        ("first", "c2", "quiet_hours", "2026-11-17 00:00:00"),
        ("last", "c1", "", "2026-11-17 23:59:59"),
        ("last", "c1", "erased", "2026-11-17 23:59:59", "other"),
        ("after", "c1", "minor", "2026-11-18 00:00:00"),
    )

    assert sorted(told(project, "c1", "--night", "2026-11-17")) == [
        ("last", "other", "erased"),
        ("last", "winback", ""),
    ]
    assert told(project, "c2", "--night", "2026-11-17") == [
        ("first", "winback", "quiet_hours")
    ]
    assert told(project, "c1", "--night", "2026-11-17", "--campaign", "other") == [
        ("last", "other", "erased")
    ]


def test_a_kept_night_tells_its_rules(project):
    keep(project, ("b", "c1", "consent_none", "2026-11-17 02:00:00"))

    done = project.ott("why", "c1", "--night", "2026-11-17")

    assert "rules of b" in done.out
    assert "2026-11-17 02:00:00" in done.out


@pytest.mark.parametrize(
    ("customer", "night", "line"),
    [
        pytest.param(
            "c1",
            "2026-11-19",
            "The night of 2026-11-19 is not kept. "
            "Ask for one from 2026-11-16 to 2026-11-18.",
            id="not kept",
        ),
        pytest.param(
            "c9",
            "2026-11-18",
            "No decision of 2026-11-18 names c9. Check the id: whoever is in no "
            "audience has none, whoever was merged has the other id's.",
            id="nobody of that id",
        ),
    ],
)
def test_a_night_without_an_answer_is_one_clear_line(project, customer, night, line):
    keep(
        project,
        ("old", "c1", "no_address", "2026-11-16 02:00:00"),
        ("new", "c1", "no_address", "2026-11-18 02:00:00"),
    )

    done = project.ott("why", customer, "--night", night)

    assert done.returncode == 4
    assert done.err == f"Error: {line}\n"


def test_without_any_night_it_says_what_to_do(project):
    keep(project)

    done = project.ott("why", "c1", "--night", "2026-11-17")

    assert done.returncode == 4
    assert done.err == (
        "Error: The night of 2026-11-17 is not kept, nor any other. Run `dbt build`.\n"
    )


def test_before_the_first_build_that_keeps_it_is_one_line_too(project):
    done = project.ott("why", "c1", "--night", "2026-11-17")

    assert done.returncode == 4
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--night", "yesterday"), ("--night", "2026-11-17", "--replay")]
)
def test_a_night_is_a_date_and_no_replay(project, words):
    assert project.ott("why", "c1", *words).returncode == 2


def test_the_channel_a_campaign_comes_by_is_told_first(project):
    project.sql(
        "create table ott_marts.fct_decision_history as select 'b' as build_id,"
        "'winback' as campaign_id, 'c1' as customer_id, channel,"
        "channel = 'whatsapp' as is_first_channel, timestamp '2026-11-17' as decided_at"
        " from (values ('line'), ('whatsapp'), ('rcs')) as v (channel)"
    )

    done = project.ott("why", "c1", "--night", "2026-11-17", "--json")

    found = [decision["channel"] for decision in json.loads(done.out)]
    assert found == ["whatsapp", "line", "rcs"]
