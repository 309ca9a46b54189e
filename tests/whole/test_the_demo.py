from __future__ import annotations

import csv
import json

from conftest import AS_OF, ROOT

LATER = "2026-11-18 10:25:00"
# Nobody can have had a campaign before the first send.
NOT_IN_THE_DEMO = {
    "already_messaged",
    "address_already_messaged",
    # Only some days of the week have a rule that closes the next 24 hours.
    "quiet_hours",
}


def seed(name):
    with (ROOT / f"seeds/reference/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def reasons():
    return {line["reason_code"] for line in seed("eligibility_reasons")}


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
        "consent-reconfirm-overdue",
        "consent-pending",
        "consent-in-review",
        "consent-proof-incomplete",
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
        "label-missing",
    ):
        assert rows[f"demo-{case}"] == case.replace("-", "_"), case
    assert rows["demo-came-back"] in {"sendable", "holdout"}
    assert rows["demo-confirmed"] in {"sendable", "holdout"}
    assert rows["demo-platform-resumed"] in {"sendable", "holdout"}
    assert rows["demo-consent-tie"] == "consent_withdrawn"
    assert rows["demo-late-withdrawal"] == "consent_withdrawn"
    assert rows["demo-grant-delivered-twice"] == "consent_withdrawn"
    assert rows["demo-consent-future"] == "consent_none"
    assert rows["demo-consent-undated"] == "consent_proof_incomplete"
    assert rows["demo-shared-number"] == "consent_withdrawn"
    assert rows["demo-chain-c"] == "consent_withdrawn"


def test_every_channel_has_somebody_who_gets_it_and_somebody_for_each_no(built):
    rows = dict(
        built.ask(
            "select customer_id, reason_code from ott_marts.fct_campaign_decisions "
            "where campaign_id = 'winback_lapsed' and is_first_channel "
            "and customer_id like 'demo-%'"
        )
    )
    # What only these have; WhatsApp's people have no channel in their names.
    more = {
        "wechat": {"window-quota-used"},
        "rcs": {"platform-opt-out", "cap-platform"},
    }
    connected = {
        line["channel"] for line in seed("channels") if line["is_connected"] == "true"
    }
    cases = {}
    for policy in seed("message_policies_defaults"):
        channel = policy["channel"]
        if policy["purpose"] == "marketing" and channel in connected - {"whatsapp"}:
            cases[channel] = {"consent-none", "consent-withdrawn", "address-missing"}
            cases[channel] |= more.get(channel, set())
            if policy["relationship_needed"] == "friend":
                cases[channel] |= {"relationship-missing", "relationship-left"}
            if policy["relationship_needed"] == "capable":
                cases[channel] |= {"capability-unknown"}
            if policy["needs_window"] == "true":
                cases[channel] |= {"window-closed"}

    assert cases.keys() == connected - {"whatsapp"}
    for channel, names in cases.items():
        found = {
            customer.removeprefix(f"demo-{channel}-"): reason
            for customer, reason in rows.items()
            if customer.startswith(f"demo-{channel}-")
        }
        assert found.pop("sendable") in {"sendable", "holdout"}, channel
        assert found == {name: name.replace("-", "_") for name in names}, channel


def test_a_second_send_sends_nothing_new(spoilt):
    with spoilt.sandbox() as url:
        first = spoilt.ott("send", "--all", url=url)
        spoilt.dbt("build", as_of=LATER)
        second = spoilt.ott("send", "--all", "--json", url=url, now=LATER)

    log = (spoilt.home / "sandbox/accepted.jsonl").read_text().splitlines()
    # A value may be set again; and some providers are told no key of ours.
    keys = [
        entry["delivery_key"] or (entry["provider"], entry["to"])
        for entry in map(json.loads, log)
        if "/dataextensions/" not in entry["path"]
    ]
    accepted = spoilt.ask(
        "select distinct destination from raw.raw_delivery_events "
        "where event = 'accepted' and run_id != 'demo-history'"
    )
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    assert len(keys) == len(set(keys)) > 100
    # Those whose people are awake at this hour.
    assert {name for (name,) in accepted} >= {
        *("whatsapp", "line", "wechat", "vonage"),
        *("braze_profiles", "braze_triggers", "sfmc_rows"),
    }
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


def test_a_campaign_yet_to_start_says_what_it_lacks_and_sends_nothing(built):
    lacks = built.ask(
        "select language_code, missing, approval_days_so_far, days_until_start "
        "from ott_marts.fct_campaign_readiness where campaign_id = 'winback_new_year' "
        "and language_code in ('en', 'nl', 'pt-BR') order by language_code"
    )

    assert [(language, missing) for language, missing, _, _ in lacks] == [
        ("en", ""),
        ("nl", "template_language_missing"),
        ("pt-BR", "template_not_approved"),
    ]
    assert [waited and int(waited) for _, _, waited, _ in lacks] == [None, None, 9]
    assert {int(days) for *_, days in lacks} == {46}
    assert built.ask(
        "select count(*) from ott_marts.fct_campaign_decisions "
        "where campaign_id = 'winback_new_year'"
    ) == [(0,)]
