"""Nothing of an erased person stays, and nobody sends to them again."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sync_project import now, people, row

from sync.landing_erasure import erase_landed, pattern, prune
from sync.ledger import Ledger
from sync.messages import Outcome, WhatsAppRow

ADDRESS = "+6590000001"
OLD_FILE = "20200101T000000-0000aaaa.jsonl"
OPEN_FILE = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-0000bbbb.jsonl"


def webhook(*senders):
    messages = [{"from": one, "text": {"body": f"hi of {one}"}} for one in senders]
    contacts = [{"wa_id": one, "profile": {"name": "Somebody"}} for one in senders]
    value = {"metadata": {"id": "1"}, "contacts": contacts, "messages": messages}
    payload = json.dumps({"entry": [{"changes": [{"value": value}]}]})
    return json.dumps({"received_at": "2020-01-01", "payload": payload})


def landed(folder, name, *lines):
    place = folder / "raw_whatsapp_webhooks"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text("".join(f"{line}\n" for line in lines))
    return place / name


def ledger_bytes(project):
    return b"".join(path.read_bytes() for path in project.ledger.parent.glob("ledger*"))


@pytest.fixture
def sent(project):
    """c0 to c2 have been sent to, and the warehouse knows where c1 lives."""
    rows = people(3)
    rows[1]["customer_id"] = "canary-person"
    project.sql(
        "create table raw.raw_contact_points as select 'c9' customer_id,'' address"
    )
    project.sql(
        "insert into raw.raw_contact_points values ('canary-person', ?)", ADDRESS
    )
    path = project.folder / "target/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["sources"]["points"] = {
        "source_name": "crm",
        "name": "raw_contact_points",
        "relation_name": '"ott"."raw"."raw_contact_points"',
    }
    path.write_text(json.dumps(manifest))
    project.build(rows)
    assert project.send().summary["outcomes"] == {"accepted": 3}
    return project


def test_an_erased_person_is_gone_and_never_sent_to(sent, tmp_path):
    old = landed(tmp_path, OLD_FILE, webhook("6590000001"), webhook("6590000002"))
    left = sent.ledger.parent / "spool-whatsapp-dead"
    left.mkdir()
    (left / "rows.sqlite").write_text(ADDRESS)

    done = sent.ott("erase", "canary-person", "--landing", str(tmp_path), "--json")
    later = now() + timedelta(seconds=1)
    person = {"number": 7, "customer_id": "canary-person", "address": "+6590000777"}
    twin = {"number": 8, "customer_id": "c8", "address": ADDRESS}
    sent.build([person, twin], build_id="build-2", as_of=now() - timedelta(minutes=5))
    old_decision = sent.send()
    sent.build([person, twin], build_id="build-3", as_of=later)
    new_decision = sent.send()

    told = json.loads(done.out)
    assert done.returncode == 0, done.err
    assert {n: told[n] for n in ("deliveries", "spools", "webhooks", "left")} == {
        "deliveries": 1,
        "spools": 1,
        "webhooks": 1,
        "left": 0,
    }
    assert "canary-person" not in done.out + done.err
    assert not left.exists()
    assert "6590000001" not in old.read_text()
    assert "6590000002" in old.read_text()
    assert old_decision.summary["reasons"] == {"skipped: stopped_after_build": 2}
    assert new_decision.summary["reasons"] == {"skipped: stopped_after_build": 1}
    assert new_decision.summary["outcomes"]["accepted"] == 1
    stops = sent.sql("select customer_id, reason from raw.raw_operator_stops")
    assert stops == [("canary-person", "erasure")]


def test_an_address_given_without_its_plus_is_erased_too(sent):
    as_of = now() - timedelta(minutes=5)
    sent.ott("erase", "c9", "--address-stdin", stdin=ADDRESS.removeprefix("+"))
    sent.build([{"number": 8, "address": ADDRESS}], build_id="build-2", as_of=as_of)

    assert sent.send().summary["reasons"] == {"skipped: stopped_after_build": 1}


@pytest.mark.parametrize("blank", [" ", "\u00a0"], ids=["space", "hard blank"])
def test_an_address_goes_with_its_customer_however_the_id_is_padded(
    sent, tmp_path, blank
):
    """The build takes blanks off an id; the raw tables still have them."""
    old = landed(tmp_path, OLD_FILE, webhook("6590000777"), webhook("6590000778"))
    kept = "insert into raw.raw_contact_points values (?, ?)"
    sent.sql(kept, f"{blank}canary-person{blank}", "+6590000777")
    sent.sql(kept, "canary-person-2", "+6590000778")

    done = sent.ott("erase", f"{blank}canary-person", "--landing", str(tmp_path))

    assert done.returncode == 0, done.err
    assert "6590000777" not in old.read_text()
    assert "6590000778" in old.read_text()


def test_an_id_nobody_has_is_not_passed_over(sent):
    nobody = sent.ott("erase", "0c0")
    somebody = sent.ott("erase", "c0")

    assert "Nothing is known under this id" in nobody.err
    assert "Nothing is known" not in somebody.err


def test_an_id_that_only_looks_like_a_customers_is_refused(sent):
    """A tabulator makes another id of it in the warehouse, too."""
    done = sent.ott("erase", "canary-person\t")

    assert done.returncode == 2
    assert "a tabulator" in done.err
    assert not done.out


def test_the_ledgers_file_keeps_nothing_of_an_erased_person(sent):
    assert b"canary-person" in ledger_bytes(sent)

    assert sent.ott("erase", "canary-person").returncode == 0

    assert b"canary-person" not in ledger_bytes(sent)
    assert sent.ott("erase", "canary-person").returncode == 0
    assert len(sent.sql("select * from raw.raw_operator_stops")) == 1


@pytest.mark.parametrize("address", [ADDRESS, "+6590000777"], ids=["same", "new"])
def test_a_send_after_an_erasure_writes_nobody_in_again(sent, address):
    sent.ott("erase", "canary-person")
    person = {"number": 7, "customer_id": "canary-person", "address": address}
    sent.build([person], build_id="build-2", as_of=now() + timedelta(seconds=1))

    done = sent.send()
    again = json.loads(sent.ott("erase", "canary-person", "--json").out)

    assert done.summary["due"] == 1
    assert done.summary["reasons"] == {"skipped: stopped_after_build": 1}
    assert done.returncode == 0
    assert {again[name] for name in ("deliveries", "events", "left")} == {0}
    assert b"canary-person" not in ledger_bytes(sent)
    told = "select count(*) from raw.raw_delivery_events where build_id = 'build-2'"
    assert sent.sql(told) == [(0,)]


def test_a_held_warehouse_leaves_the_rest_for_later_and_the_tombstone_holds(sent):
    with sent.warehouse_held():
        done = sent.ott("erase", "c2", "--wait", "0")
    again = {"number": 9, "customer_id": "c2", "address": "+6590000999"}
    sent.build([again], build_id="build-2")

    assert done.returncode == 4
    assert "run this again" in done.err
    assert sent.send().summary["outcomes"] == {"skipped": 1}


def test_addresses_that_cannot_be_read_are_no_whole_erasure(sent, tmp_path):
    old = landed(tmp_path, OLD_FILE, webhook("6590000001"))
    erase = ("erase", "canary-person", "--landing", str(tmp_path), "--json")
    sent.sql("alter table raw.raw_contact_points rename to points_elsewhere")

    done = sent.ott(*erase)
    again = sent.ott(*erase, "--address-stdin", stdin=ADDRESS)

    assert done.returncode == 6
    assert "pass them with --address-stdin" in done.err
    assert json.loads(done.out)["addresses"] == 0
    assert json.loads(again.out)["webhooks"] == 1
    assert "6590000001" not in old.read_text()


def test_a_file_the_receiver_may_write_to_is_left_and_told_of(sent, tmp_path):
    open_file = landed(tmp_path, OPEN_FILE, webhook("6590000001"))

    done = sent.ott("erase", "canary-person", "--landing", str(tmp_path))

    assert done.returncode == 6
    assert "1 files that are still written to" in done.out
    assert "6590000001" in open_file.read_text()


def test_a_file_stays_its_readers_and_a_call_too_deep_to_read_is_looked_through(
    tmp_path,
):
    deep = json.dumps({"payload": '{"a":' * 5000 + '"6590000001"'})
    old = landed(tmp_path, OLD_FILE, deep, webhook("6590000001", "6590000002"))
    old.chmod(0o640)
    before = os.umask(0o077)

    done = erase_landed(tmp_path, pattern([ADDRESS]), now())
    os.umask(before)

    assert done.webhooks == 2
    assert "6590000001" not in old.read_text()
    assert "6590000002" in old.read_text()
    assert old.stat().st_mode & 0o777 == 0o640


def test_of_several_people_in_one_webhook_one_goes():
    found = pattern([ADDRESS])
    payload = json.loads(json.loads(webhook("6590000001", "65900000010"))["payload"])

    kept = json.dumps(prune(payload, found))

    assert "hi of 65900000010" in kept
    assert '"6590000001"' not in kept
    assert prune({"event": {"userId": "6590000001"}}, found) is None
    assert found.search("From=whatsapp%3A%2B6590000001&Body=x")


@pytest.mark.parametrize(
    ("address", "spelled"),
    [
        pytest.param("+821012345678", "01012345678", id="dialled_in_korea"),
        pytest.param("+525512345678", "5215512345678", id="mexicos_1"),
        pytest.param("+5491112345678", "541112345678", id="argentinas_9"),
        pytest.param("+551187654321", "5511987654321", id="brazils_ninth_digit"),
    ],
)
def test_a_number_goes_however_a_provider_spells_it(address, spelled):
    found = pattern([address])

    assert prune({"hooks": [{"recipientNo": spelled}]}, found) == {"hooks": []}
    assert prune({"hooks": [{"recipientNo": f"{spelled}0"}]}, found)["hooks"]


@pytest.mark.parametrize("address", ["0", "-", "n/a", "unknown", "12345", " "])
def test_what_is_no_address_takes_no_other_persons_webhooks_along(tmp_path, address):
    events = {"events": [{"state_change_source": "unknown", "phone": "n/a"}]}
    form = "From=whatsapp%3A%2B6590000002&Body=Stop&NumMedia=0&x=12345&y=-"
    lines = [json.dumps({"payload": one}) for one in (json.dumps(events), form)]
    kept = landed(tmp_path, OLD_FILE, *lines)

    if found := pattern([address]):
        erase_landed(tmp_path, found, now())

    assert kept.read_text().splitlines() == lines


def test_who_is_named_by_our_own_id_goes_and_nobody_else():
    found = pattern([], "7")
    events = [
        {"user": {"external_user_id": "7"}, "properties": {"dispatch_id": "d"}},
        {"user": {"external_user_id": "70"}, "properties": {"steps": "7"}},
    ]
    landed = json.dumps({"payload": json.dumps({"events": events})})

    assert prune({"events": events}, found) == {"events": events[1:]}
    assert prune([{"contactKey": "7"}, {"info": {"subscriberKey": "7"}}], found) == []
    assert found.search(landed)
    assert not found.search(json.dumps({"payload": json.dumps(events[1])}))


def test_after_a_while_it_is_known_that_something_was_sent_but_not_to_whom(tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    long_ago = now() - timedelta(days=500)
    for number, when in ((1, long_ago), (2, now())):
        message = WhatsAppRow(*row(number, decided_at=when))
        with ledger.transaction():
            ledger.deliveries.claim([message], "run", when, {})
            told = [(message.delivery_key, Outcome("accepted"))]
            ledger.deliveries.record(told, when)
    with ledger.transaction():
        ledger.deliveries.written(ledger.unwritten_events(10), now())

    with ledger.transaction():
        gone = dict(ledger.erasure.prune(now() - timedelta(days=400)))

    assert gone == {"events": 1, "people": 1}
    with ledger.transaction():
        again = WhatsAppRow(*row(1))
        [verdict] = ledger.deliveries.claim([again], "run", now(), {})
        assert verdict.kind == "known"
    ledger.close()
    with sqlite3.connect(tmp_path / "ledger") as read:
        people = {one for (one,) in read.execute("select customer_id from deliveries")}
    read.close()
    assert people == {"erased", "c2"}
