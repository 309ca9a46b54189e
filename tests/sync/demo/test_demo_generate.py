from __future__ import annotations

import csv
import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from demo_files import changes, lines, payloads, scores, table

from sync.demo.generate import generate
from sync.demo.world import BY_PROVIDER

ROOT = Path(__file__).parents[3]
MACROS = ROOT / "macros"
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
# A Monday night, a Saturday, a Sunday evening, the hour after a clock change.
INSTANTS = [
    datetime(2026, 11, 16, 3, tzinfo=UTC),
    datetime(2026, 11, 21, 14, tzinfo=UTC),
    datetime(2026, 11, 22, 23, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
]
STATUSES = {
    *("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "FLAGGED"),
    *("LOCKED", "LIMIT_EXCEEDED", "DELETED", "PENDING_DELETION", "REINSTATED"),
    *("ARCHIVED", "UNARCHIVED"),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    generate(NOW, folder)
    return folder


def column(folder, name, key):
    return {row[key] for row in table(folder, name)}


def all_channels():
    with (ROOT / "seeds/reference/channels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def written(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_instant_gives_the_same_bytes(demo, tmp_path):
    generate(NOW, tmp_path)

    assert written(tmp_path) == written(demo)


@pytest.fixture
def in_tokyo(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_an_instant_without_a_zone_is_utc(demo, tmp_path, in_tokyo):
    generate(NOW.replace(tzinfo=None), tmp_path)

    assert written(tmp_path) == written(demo)


def test_another_seed_gives_another_world(demo, tmp_path):
    generate(NOW, tmp_path, seed=8)

    assert written(tmp_path) != written(demo)


def contract():
    """Read the raw tables and their columns from the macros that make them."""
    found = {}
    for name in ("raw_contract", "sync_contract"):
        text = (MACROS / f"{name}.sql").read_text(encoding="utf-8")
        for table_name, columns in re.findall(r"'(\w+)': \[(.*?)\]", text, re.DOTALL):
            found[table_name] = re.findall(r"'(\w+)'", columns)
    return found


def test_every_file_has_the_columns_of_the_contract_in_its_order(demo):
    expected = contract()

    for path in demo.iterdir():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            columns = next(csv.reader(text.splitlines()))
            assert columns == expected.pop(path.stem), path.name
        else:
            rows = [json.loads(line) for line in text.splitlines()]
            assert {frozenset(row) for row in rows} == {
                frozenset(expected.pop(path.stem))
            }, path.name
    # What only the sync and the build write.
    assert not [
        name
        for name in expected
        if not name.startswith(("ott_", "raw_sync_"))
        and name not in {"raw_operator_stops", "raw_template_listings"}
    ]


def test_customers_live_in_many_countries_and_zones(demo):
    rows = table(demo, "raw_customers")

    assert len({row["customer_id"] for row in rows}) >= 400
    assert len({row["country_code"] for row in rows} - {"", "ZZ"}) >= 20
    assert {"", "ZZ"} <= {row["country_code"] for row in rows}
    assert any(row["preferred_channel"] for row in rows)


def test_contact_points_are_on_every_channel_and_in_every_status(demo):
    channels = {each["channel"] for each in all_channels()}

    assert column(demo, "raw_contact_points", "channel") == channels
    statuses = {"active", "invalid", "unreachable", "recycled"}
    assert column(demo, "raw_contact_points", "status") == statuses


def test_an_id_that_one_sender_knows_names_that_sender(demo):
    points = table(demo, "raw_contact_points")

    for each in all_channels():
        if each["is_sender_scoped"] == "true" and each["is_connected"] == "true":
            channel = each["channel"]
            senders = {row["sender_id"] for row in points if row["channel"] == channel}
            assert senders == {f"{channel}_main"}


def test_line_ids_look_like_lines(demo):
    points = table(demo, "raw_contact_points")
    ids = [row["address"] for row in points if row["channel"] == "line"]

    assert all(re.fullmatch(r"U[0-9a-f]{32}", each) for each in ids)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("action", "grant request confirm withdraw deny renew_notice"),
        (
            "basis",
            (
                "express express_double existing_customer implied_purchase "
                "implied_inquiry platform_follow import"
            ),
        ),
        ("actor", "self agent guardian system import"),
        ("purpose", "marketing marketing_night utility authentication service *"),
        ("channel", "whatsapp line kakao wechat rcs zalo *"),
        ("sender_id", "wa_main wa_support *"),
        ("occurred_precision", "second millisecond"),
    ],
    ids=lambda value: value.split()[0],
)
def test_consent_events_use_every_word_of_the_contract(demo, key, values):
    assert set(values.split()) <= column(demo, "raw_consent_events", key)


def test_consent_events_are_as_untidy_as_real_ones(demo):
    events = table(demo, "raw_consent_events")
    ids = [row["consent_event_id"] for row in events]

    assert len(ids) > len(set(ids))
    assert any(row["action"] == "" for row in events)
    assert any(row["occurred_at"].startswith("57889") for row in events)
    assert any(row["occurred_at"] > row["received_at"] for row in events)


def test_suppressions_use_every_reason_and_key(demo):
    reasons = {
        *("opt_out", "complaint", "erasure", "deceased", "minor", "legal_hold"),
        *("registry", "invalid_contact", "recycled_number", "test", "manual"),
    }

    assert column(demo, "raw_suppressions", "reason") == reasons
    keys = {"customer", "address", "address_hash"}
    assert column(demo, "raw_suppressions", "key_type") == keys
    now = f"{NOW:%Y-%m-%d %H:%M:%S}"
    rows = table(demo, "raw_suppressions")
    assert any(row["ends_at"] and row["ends_at"] < now for row in rows)
    assert any(row["starts_at"] > now for row in rows)


def test_registers_gave_every_answer(demo):
    answers = {"clear", "listed", "registered", "disconnected"}

    assert column(demo, "raw_registry_checks", "result") == answers


def test_orders_are_placed_cancelled_and_refunded(demo):
    assert column(demo, "raw_orders", "status") == {"placed", "cancelled", "refunded"}


def listed_by_meta(demo):
    listed = payloads(demo, "raw_templates")
    # Twilio tells status and category beside the content.
    return [each for each in listed if "approval_requests" not in each]


def test_the_catalogue_has_every_status_and_category(demo):
    templates = listed_by_meta(demo)

    assert {each["status"] for each in templates} == STATUSES
    categories = {"MARKETING", "UTILITY", "AUTHENTICATION"}
    assert {each["category"] for each in templates} == categories
    assert {each["parameter_format"] for each in templates} == {"NAMED", "POSITIONAL"}


def test_a_template_id_is_one_template(demo):
    named = {}
    for each in listed_by_meta(demo):
        named.setdefault(each["id"], set()).add((each["name"], each["language"]))

    assert all(len(names) == 1 for names in named.values())


def test_the_offer_exists_in_many_languages_but_not_in_korean(demo):
    languages = {
        each["language"]
        for each in listed_by_meta(demo)
        if each["name"] == "winback_offer"
    }

    assert {"en", "pt_BR", "es", "de", "fr", "id", "ja"} <= languages
    assert not {"ar", "ko"} & languages


def test_one_webhook_and_one_template_are_torn_and_the_rest_is_json(demo):
    for name in ("raw_whatsapp_webhooks", "raw_templates"):
        assert len(lines(demo, name)) - len(payloads(demo, name)) == 1
    for name in ("raw_line_webhooks", "raw_kakao_webhooks", "raw_rcs_webhooks"):
        assert len(lines(demo, name)) == len(payloads(demo, name)) > 2


def test_meta_tells_everything_it_can_tell(demo):
    seen = list(changes(demo))

    assert {change["field"] for change in seen} == {
        "messages",
        "user_preferences",
        "message_template_status_update",
        "template_category_update",
        "message_template_quality_update",
        "account_update",
        "phone_number_quality_update",
    }
    messages = inbound(seen)
    assert {message["type"] for message in messages} == {
        "text",
        "button",
        "interactive",
        "image",
        "reaction",
        "system",
        "unsupported",
    }
    assert any("referral" in message for message in messages)
    words = {message.get("text", {}).get("body") for message in messages}
    assert {"STOP", "stop.", "PARE", "수신거부"} <= words


def test_webhooks_repeat_and_come_batched(demo):
    bodies = [line["payload"] for line in lines(demo, "raw_whatsapp_webhooks")]
    entries = [
        body.get("entry", []) for body in payloads(demo, "raw_whatsapp_webhooks")
    ]

    assert len(bodies) > len(set(bodies))
    assert any(len(each) > 1 for each in entries)
    assert any(len(entry["changes"]) > 1 for each in entries for entry in each)


def test_statuses_fail_without_contacts_and_come_out_of_order(demo):
    values = [change["value"] for change in changes(demo) if "value" in change]
    found = [value for value in values if "statuses" in value]
    failed = [value for value in found if value["statuses"][0]["status"] == "failed"]

    assert all("contacts" not in value for value in failed)
    codes = {value["statuses"][0]["errors"][0]["code"] for value in failed}
    assert codes == {131026, 131049, 131050}
    told = {value["statuses"][0]["status"] for value in found}
    assert told == {"sent", "delivered", "read", "failed"}
    orders = {}
    for value in found:
        status = value["statuses"][0]
        orders.setdefault(status["id"], []).append(status["status"])
    assert ["read", "delivered", "sent"] in orders.values()


def test_some_write_with_a_user_id_only_and_some_to_the_other_number(demo):
    found = [change["value"] for change in changes(demo) if "value" in change]
    messages = inbound(list(changes(demo)))

    assert any("from" not in each and "from_user_id" in each for each in messages)
    assert any("from" in each and "from_user_id" in each for each in messages)
    numbers = {value["metadata"]["phone_number_id"] for value in found if has(value)}
    assert {"106540352242922", "106540352242923"} <= numbers


def has(value):
    return "metadata" in value and "messages" in value


def inbound(found):
    listed = [
        change["value"].get("messages", [])
        for change in found
        if isinstance(change["value"].get("messages", []), list)
    ]
    return [message for messages in listed for message in messages]


@pytest.mark.parametrize(
    ("wamid", "before"),
    [
        ("wamid.EDGE-24H", timedelta(hours=24)),
        ("wamid.EDGE-23H59", timedelta(hours=23, minutes=59, seconds=59)),
    ],
)
def test_two_wrote_at_the_edge_of_the_window(demo, wamid, before):
    messages = inbound(list(changes(demo)))
    (message,) = [each for each in messages if each.get("id") == wamid]

    sent = datetime.fromtimestamp(int(message["timestamp"]), UTC)
    assert NOW - sent == before


@pytest.mark.parametrize("now", INSTANTS, ids=lambda now: f"{now:%a-%H}")
def test_everybody_named_after_a_case_is_a_lapsed_buyer(tmp_path, now):
    generate(now, tmp_path)

    scored = scores(tmp_path, now)
    named = {
        row["customer_id"]
        for row in table(tmp_path, "raw_customers")
        if row["customer_id"].startswith("demo-")
    }
    assert len(named) > 80
    assert not {each: scored.get(each) for each in named if scored.get(each, 0) <= 0.7}
    crowd = [each for each, score in scored.items() if score > 0.7 and each[:2] == "c-"]
    assert len(crowd) >= 150


def test_earlier_attempts_were_refused_and_some_messages_were_sent(demo):
    events = table(demo, "raw_delivery_events")

    winback = [row for row in events if row["purpose"] == "marketing"]
    assert [row["event"] for row in winback] == ["refused"] * 4 + ["accepted"] * 6
    assert len({row["delivery_event_id"] for row in events}) == len(events)


def test_scores_of_the_warehouse_are_fresh_stale_impossible_and_missing(demo):
    rows = table(demo, "raw_lapse_scores")
    ages = [NOW - as_utc(row["scored_at"]) for row in rows]

    assert any(age < timedelta(days=7) for age in ages)
    assert any(age > timedelta(days=7) for age in ages)
    assert {"", "1.7"} <= {row["lapse_risk_score"] for row in rows}


def as_utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_at_every_hour_of_a_week_somebody_lapsed_is_awake(demo):
    scored = scores(demo, NOW)
    granted = {
        row["customer_id"]
        for row in table(demo, "raw_consent_events")
        if row["action"] == "grant"
        and row["sender_id"] in {"wa_main", *BY_PROVIDER.values()}
    }
    zones = {
        row["time_zone"]
        for row in table(demo, "raw_customers")
        if row["customer_id"] in granted
        and scored.get(row["customer_id"], 0) > 0.7
        and row["customer_id"].startswith("c-")
        # Sundays are closed in some countries; US numbers are by the platform.
        and row["country_code"] not in ("US", "DE", "FR", "CO", "BR", "ZA")
    }
    hours = [NOW + timedelta(hours=hour) for hour in range(168)]

    asleep = [
        hour
        for hour in hours
        if not any(10 <= hour.astimezone(ZoneInfo(zone)).hour < 19 for zone in zones)
    ]

    assert asleep == []


def test_whatever_is_made_up_says_so(demo):
    for row in table(demo, "raw_customers"):
        # One body is torn, and a case of its own.
        if row["customer_id"].startswith("c-") and row["attributes"] != "{torn":
            told = json.loads(row["attributes"])
            assert told["generated"] == "contacts, consents, webhooks"
