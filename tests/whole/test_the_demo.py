from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest
from conftest import AS_OF, ROOT, Warehouse

from sync.destinations import DESTINATIONS

LATER = "2026-11-18 10:25:00"
# Nobody can have had a campaign before the first send.
NOT_IN_THE_DEMO = {
    "already_messaged",
    "address_already_messaged",
    # Only some days of the week have a rule that closes the next 24 hours.
    "quiet_hours",
}
PROVIDERS = {
    *("meta", "line", "kakao", "wechat", "rcs"),
    *("braze", "sfmc", "twilio", "vonage", "infobip"),
}
SILENT = {
    "line": "says nothing of a message once it has taken it",
    "wechat": "reports templates and notices, not an answer inside a window",
    "sfmc": "reports a journey's messages by contact and activity, by no id of ours",
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


@dataclass(frozen=True)
class Sent:
    """The demo sent once, built again with what came back, and sent again."""

    demo: Warehouse
    due: dict[str, int]
    summaries: list[dict]
    first: dict[str, list]
    both: dict[str, list]


def taken(demo):
    """Read what the sandbox took, by provider; Braze's profiles are lines, too."""
    found = defaultdict(list)
    for name in ("accepted", "braze"):
        log = (demo.home / f"sandbox/{name}.jsonl").read_text()
        for entry in map(json.loads, log.splitlines()):
            path = "/users/track" if name == "braze" else entry["path"]
            is_braze = path.startswith(("/users/", "/campaigns/"))
            provider = entry.get("provider") or ("braze" if is_braze else "meta")
            found[provider].append(entry | {"path": path})
    return found


def is_state(entry):
    """Whether it is a value on a profile, which may be set again."""
    return entry["path"] == "/users/track" or "/dataextensions/" in entry["path"]


@pytest.fixture(scope="module")
def sent(built, tmp_path_factory):
    demo = built.copy(tmp_path_factory.mktemp("sent"))
    due = {
        name: demo.ask(
            f"select count(*) from ott_sync.{kind.model}"
            + ("" if kind.keeps_state else f" where send_not_before <= '{AS_OF}'")
        )[0][0]
        for name, kind in DESTINATIONS.items()
    }
    landing = str(demo.home / "raw/raw_whatsapp_webhooks.jsonl")
    with demo.sandbox("--landing", landing, "--undelivered", "0") as url:
        first = demo.ott("send", "--all", "--json", url=url)
        once = taken(demo)
        demo.dbt("build", as_of=LATER)
        second = demo.ott("send", "--all", "--json", url=url, now=LATER)
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    summaries = [json.loads(line) for line in first.stdout.splitlines()]
    return Sent(demo, due, summaries, once, taken(demo))


def test_every_provider_takes_something_in_one_run(sent):
    messages = {
        name
        for name, entries in sent.first.items()
        if not all(is_state(entry) for entry in entries)
    }

    assert messages == PROVIDERS
    paths = {entry["path"] for entry in sent.first["braze"]}
    assert paths == {"/users/track", "/campaigns/trigger/send"}


def test_every_due_row_of_every_destination_is_accounted_for(sent):
    accepted = Counter()
    for done in sent.summaries:
        assert sum(done["outcomes"].values()) + done["not_sent"] == done["due"], done
        assert done["not_written_back"] == 0
        provider = DESTINATIONS[done["destination"]].provider
        accepted[provider] += done["outcomes"].get("accepted", 0)

    assert {done["destination"]: done["due"] for done in sent.summaries} == sent.due
    # What the ledger calls accepted is what the providers themselves noted.
    noted = {name: len(entries) for name, entries in sent.first.items()}
    assert noted == +accepted


def test_a_second_send_sends_nothing_new(sent):
    # Some providers are told no key of ours.
    keys = [
        entry["delivery_key"] or (name, entry["to"])
        for name, entries in sent.both.items()
        for entry in entries
        if not is_state(entry)
    ]
    messaged = sent.demo.ask(
        "select count(*) from ott_marts.fct_campaign_decisions "
        "where reason_code = 'already_messaged'"
    )
    due = [
        sent.demo.ask(
            f"select count(*) from ott_sync.{kind.model} "
            f"where send_not_before <= '{LATER}'"
        )
        for kind in DESTINATIONS.values()
        if not kind.keeps_state
    ]

    assert len(keys) == len(set(keys)) > 100
    assert messaged[0][0] > 100
    assert {count for ((count,),) in due} == {0}


def messages_of(sent):
    """Count what each provider took in the first send, values of profiles apart."""
    return {
        name: sum(not is_state(entry) for entry in entries)
        for name, entries in sent.first.items()
    }


def test_what_the_providers_push_back_is_known_to_the_second_build(sent):
    told = sent.demo.ask(
        "select statuses.provider, count(distinct statuses.delivery_key) "
        "from ott_intermediate.int_delivery_statuses as statuses "
        "inner join raw.raw_delivery_events as events "
        "on statuses.delivery_key = events.delivery_key "
        "where event = 'accepted' and run_id != 'demo-history' "
        f"and status in ('delivered', 'read') and statuses.received_at >= '{AS_OF}' "
        "group by all"
    )
    messages = messages_of(sent)

    assert dict(told) == {name: messages[name] for name in PROVIDERS - SILENT.keys()}


def results(demo):
    """Count messages accepted and delivered by the marts, by provider."""
    found = demo.ask(
        "select destination, sum(accepted_count), sum(delivered_count) "
        "from ott_marts.fct_campaign_results where destination != 'holdout' "
        "group by all"
    )
    accepted, delivered = Counter(), Counter()
    for destination, taken_count, delivered_count in found:
        provider = DESTINATIONS[destination].provider
        accepted[provider] += int(taken_count)
        delivered[provider] += int(delivered_count)
    return accepted, delivered


def test_the_results_count_what_each_provider_took_and_delivered(built, sent):
    accepted, delivered = results(sent.demo)
    for now, before in zip((accepted, delivered), results(built), strict=True):
        now.subtract(before)
    messages = messages_of(sent)

    assert +accepted == messages
    assert +delivered == {name: messages[name] for name in PROVIDERS - SILENT.keys()}


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
