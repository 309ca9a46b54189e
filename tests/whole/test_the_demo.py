from __future__ import annotations

import csv
import json

from conftest import AS_OF, ROOT

LATER = "2026-11-18 10:25:00"
# Only one channel is connected yet, so nobody has two to choose from; nobody can have
# had a campaign before the first send.
NOT_IN_THE_DEMO = {
    "other_channel_chosen",
    "already_messaged",
    "address_already_messaged",
    # No platform whose cap has a number is connected yet.
    "cap_platform",
    # Only some days of the week have a rule that closes the next 24 hours.
    "quiet_hours",
}


def reasons():
    with (ROOT / "seeds/reference/eligibility_reasons.csv").open() as file:
        return {line["reason_code"] for line in csv.DictReader(file)}


def test_every_reason_has_somebody(built):
    rows = built.ask(
        "select distinct reason_code from ott_marts.fct_campaign_decisions"
    )

    assert {row[0] for row in rows} == reasons() - NOT_IN_THE_DEMO


def test_people_are_named_after_what_stops_them(built):
    rows = dict(
        built.ask(
            "select customer_id, reason_code from ott_marts.fct_campaign_decisions "
            "where campaign_id = 'winback_lapsed' and is_first_channel "
            "and customer_id like 'demo-%'"
        )
    )

    for case in (
        "erased",
        "minor",
        "consent-withdrawn",
        "platform-opt-out",
        "consent-expired",
        "consent-pending",
        "consent-in-review",
        "consent-not-explicit",
        "consent-none",
        "unknown-country",
        "unknown-time-zone",
        "address-missing",
        "address-invalid",
        "address-unreachable",
        "wrong-sender",
        "attempts-used",
        "refused-recently",
        "cap-law",
    ):
        assert rows[f"demo-{case}"] == case.replace("-", "_"), case
    assert rows["demo-came-back"] in {"sendable", "holdout"}
    assert rows["demo-confirmed"] in {"sendable", "holdout"}
    assert rows["demo-platform-resumed"] in {"sendable", "holdout"}
    assert rows["demo-consent-tie"] == "consent_withdrawn"
    assert rows["demo-late-withdrawal"] == "consent_withdrawn"
    assert rows["demo-grant-delivered-twice"] == "consent_withdrawn"
    assert rows["demo-consent-future"] == "consent_none"
    assert rows["demo-shared-number"] == "consent_withdrawn"
    assert rows["demo-chain-c"] == "consent_withdrawn"


def test_a_second_send_sends_nothing_new(spoilt):
    with spoilt.sandbox() as url:
        first = spoilt.ott("send", "--all", url=url)
        spoilt.dbt("build", as_of=LATER)
        second = spoilt.ott("send", "--all", "--json", url=url, now=LATER)

    log = (spoilt.home / "sandbox/accepted.jsonl").read_text().splitlines()
    keys = [json.loads(line)["delivery_key"] for line in log]
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    assert len(keys) == len(set(keys)) > 100
    messaged = spoilt.ask(
        "select count(*) from ott_marts.fct_campaign_decisions "
        "where reason_code = 'already_messaged'"
    )
    assert messaged[0][0] > 100
    due = spoilt.ask(
        "select count(*) from ott_sync.sync_whatsapp "
        f"where send_not_before <= '{LATER}'"
    )
    assert due == [(0,)]


def test_marketing_waits_for_the_morning_where_people_are(built):
    waiting = built.ask(
        "select country_code, send_not_before from ott_marts.fct_campaign_decisions "
        "where is_sendable and purpose = 'marketing' and country_code in ('BR', 'SG') "
        "group by all order by all"
    )

    # Noon in UTC is nine in São Paulo; in Singapore it is early evening already.
    assert [(country, str(at)) for country, at in waiting] == [
        ("BR", "2026-11-18 12:00:00"),
        ("SG", AS_OF),
    ]
