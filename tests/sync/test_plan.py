from __future__ import annotations

import json
from datetime import timedelta

from sync_project import key, now, people


def decided(project, *places):
    """Keep the decisions of the same build; each is a row's number and a country."""
    project.sql(
        "create or replace table ott_marts.fct_campaign_decisions "
        "(delivery_key varchar, channel varchar, country_code varchar)"
    )
    for number, country in places:
        project.sql(
            "insert into ott_marts.fct_campaign_decisions values (?, ?, ?)",
            key(number),
            "whatsapp",
            country,
        )
    project.sql(
        "update raw.ott_build_log set relation_name = "
        "'ott_marts.fct_campaign_decisions' "
        "where node_id = 'model.ott.fct_campaign_decisions'"
    )


def test_a_plan_counts_by_campaign_channel_and_country(project):
    project.build([{"number": 0}])
    project.send()
    later = now() + timedelta(hours=1)
    rows = people(4)
    rows[3] |= {"send_not_before": later}
    project.build(rows, build_id="build-2", as_of=now())
    decided(project, (0, "SG"), (1, "SG"), (2, None), (3, "SG"))

    done = project.ott("plan", "whatsapp", "--json")
    said = project.ott("plan", "whatsapp").out

    told = json.loads(done.out)
    place = {"campaign_id": "winback", "channel": "whatsapp"}
    assert told["places"] == [
        place | {"country_code": None, "due": 1, "later": 0, "known": 0},
        place | {"country_code": "SG", "due": 1, "later": 1, "known": 1},
    ]
    assert [line.split() for line in said.splitlines()[1:4]] == [
        ["campaign", "channel", "country", "due", "later", "known"],
        ["winback", "whatsapp", "-", "1", "0", "0"],
        ["winback", "whatsapp", "SG", "1", "1", "1"],
    ]
    # One that was sent is no reason to send another.
    assert len(project.provider.seen) == 1


def test_a_plan_says_which_limit_would_stop_it(project):
    project.build(people(7))

    done = project.ott("plan", "whatsapp", "--max-sends", "6")

    assert done.returncode == 4
    assert "whatsapp: 7 due" in done.out
    assert "A limit would stop it. 7 rows are due, more than --max-sends 6" in done.out


def test_a_plan_needs_no_token_and_says_what_sending_lacks(project):
    project.build(people(1))

    done = project.ott("plan", "whatsapp", OTT_WHATSAPP_TOKEN="")

    assert done.returncode == 0, done.err
    assert "whatsapp: 1 due" in done.out
    assert "It cannot be sent yet." in done.out
    assert "OTT_WHATSAPP_TOKEN" in done.out


def test_a_plan_of_all_leaves_out_what_has_no_rows(project):
    project.build(people(2))
    project.build([], model="sync_braze_profiles")
    decided(project, (0, "SG"), (1, "SG"))

    done = project.ott("plan")

    assert "whatsapp: 2 due" in done.out
    assert "No rows: braze_profiles." in done.out
    assert "braze_profiles:" not in done.out
