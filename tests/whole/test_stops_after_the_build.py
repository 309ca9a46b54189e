"""A stop that lands after the build, in whatever table, is honoured by the send."""

from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest

from sync.demo import meta

LANDED = "2026-11-18 10:06:00"
WHEN = datetime.fromisoformat(LANDED + "+00:00")


def append(home, table, **changed):
    path = home / "raw" / f"{table}.csv"
    with path.open(newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerow(changed)


def withdraws(home, customer, address):
    append(
        home,
        "raw_consent_events",
        consent_event_id="late",
        customer_id=customer,
        channel="whatsapp",
        purpose="marketing",
        action="withdraw",
        actor="self",
        occurred_at=LANDED,
        received_at=LANDED,
    )


def withdrew_long_ago_loaded_now(home, customer, address):
    append(
        home,
        "raw_consent_events",
        consent_event_id="late",
        customer_id=customer,
        channel="*",
        purpose="*",
        action="withdraw",
        actor="self",
        occurred_at="2026-11-17 10:00:00",
        received_at="2026-11-17 10:00:00",
    )


def is_suppressed(home, customer, address):
    append(
        home,
        "raw_suppressions",
        suppression_id="late",
        key_type="address",
        key_value=address,
        reason="complaint",
        starts_at=LANDED,
        received_at=LANDED,
    )


def is_erased(home, customer, address):
    append(
        home,
        "raw_customers",
        customer_id=customer,
        country_code="GB",
        erased_at=LANDED,
        received_at=LANDED,
    )


def buys(home, customer, address):
    append(
        home,
        "raw_orders",
        order_id="late",
        customer_id=customer,
        ordered_at=LANDED,
        amount="10.00",
        status="placed",
        received_at=LANDED,
    )


def stops_in_whatsapp(home, customer, address):
    webhook(home, meta.preference(address, "stop", WHEN))


def writes_stop(home, customer, address):
    said = {"text": {"body": "STOP"}}
    webhook(home, meta.message("wamid.late", WHEN, phone=address, content=said))


def webhook(home, change):
    line = {
        "received_at": LANDED,
        "payload": json.dumps(meta.body(change)),
        "sender_id": "",
    }
    with (home / "raw/raw_whatsapp_webhooks.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def opts_out_at_infobip(home, customer, address):
    said = {"from": address.lstrip("+"), "notificationMessagesStatus": "stop"}
    provider(home, "infobip", {"content": said, "createdAt": f"{WHEN:%FT%T.000+0000}"})


def unsubscribes_in_braze(home, customer, address):
    event = {
        "event_type": "users.behaviors.subscriptiongroup.StateChange",
        "time": int(WHEN.timestamp()),
        "user": {"external_user_id": customer},
        "properties": {"channel": "whatsapp", "subscription_status": "Unsubscribed"},
    }
    provider(home, "braze", {"events": [event]})


def provider(home, name, body):
    line = {
        "provider": name,
        "received_at": LANDED,
        "payload": json.dumps(body),
        "sender_id": "",
    }
    with (home / "raw/raw_provider_webhooks.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


@pytest.fixture
def somebody(spoilt):
    [(customer, address, key)] = spoilt.ask(
        "select customer_id, address, delivery_key from ott_sync.sync_whatsapp "
        "where campaign_id = 'winback_lapsed' and address_type = 'phone' "
        "and customer_id like 'c-%' and send_not_before <= decided_at "
        "order by send_rank limit 1"
    )
    return customer, address, key


def reached(warehouse):
    log = (warehouse.home / "sandbox/accepted.jsonl").read_text().splitlines()
    return {json.loads(line)["delivery_key"] for line in log}


@pytest.mark.parametrize(
    "lands",
    [
        withdraws,
        withdrew_long_ago_loaded_now,
        is_suppressed,
        is_erased,
        stops_in_whatsapp,
        writes_stop,
        opts_out_at_infobip,
        unsubscribes_in_braze,
    ],
)
def test_a_stop_in_a_raw_table_is_honoured(spoilt, somebody, lands):
    customer, address, key = somebody

    lands(spoilt.home, customer, address)

    assert (key,) in spoilt.ask("select delivery_key from ott_sync.sync_stops")


def test_a_purchase_stops_nothing_until_the_next_build(spoilt, somebody):
    customer, address, _ = somebody
    buys(spoilt.home, customer, address)

    assert spoilt.ask("select delivery_key from ott_sync.sync_stops") == []

    again = ("int_purchases", "int_lapse_scores", "aud_winback_lapsed")
    spoilt.dbt("run", "--select", *again, as_of=LANDED)
    assert (customer,) not in spoilt.ask(
        "select customer_id from ott_intermediate.aud_winback_lapsed"
    )


def test_the_send_skips_whom_the_view_names_and_whom_an_operator_stopped(
    spoilt, somebody
):
    customer, address, key = somebody
    [(other, other_key)] = spoilt.ask(
        "select customer_id, delivery_key from ott_sync.sync_whatsapp "
        f"where customer_id like 'c-%' and customer_id != '{customer}' "
        "order by send_rank desc limit 1"
    )
    due = {
        due_key
        for (due_key,) in spoilt.ask(
            "select delivery_key from ott_sync.sync_whatsapp "
            "where send_not_before <= decided_at"
        )
    }
    withdraws(spoilt.home, customer, address)
    stopped = spoilt.ott("stop", other)

    with spoilt.sandbox() as url:
        sent = spoilt.ott("send", "whatsapp", url=url)

    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "stopped_after_build" in sent.stdout + sent.stderr
    assert reached(spoilt) == due - {key, other_key}
