"""`ott reconcile` asks the providers' lists, over real HTTP, in the sandbox."""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import fields
from datetime import UTC, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import httpx
import pytest
from sync_project import TOKEN, columns, key, now, row, watched

from sync import lists, lookup
from sync.clock import SystemClock
from sync.ledger import Ledger
from sync.lookups import LOOKUPS
from sync.lookups.twilio import PAGE_SIZE
from sync.masking import keyed_hash
from sync.messages import MessageRow, WhatsAppRow

sys.path.append(str(Path(__file__).parent / "destinations"))

from driving import Sandbox

ACCOUNT = "AC" + "0a" * 16
SENDER = "+15550002222"


@pytest.fixture
def sandbox(tmp_path):
    one = Sandbox(tmp_path / "sandbox")
    yield one
    one.close()


@pytest.fixture
def desk(tmp_path, sandbox, monkeypatch):
    """A ledger with nothing in it, and settings for the sandbox."""
    monkeypatch.setattr(lists, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(lists, "LONGEST_WAIT", 0.0)
    ledger = Ledger(tmp_path / "ledger.sqlite", "key")
    env = {
        "OTT_TWILIO_BASE_URL": f"{sandbox.url}/twilio",
        "OTT_TWILIO_ACCOUNT_SID": ACCOUNT,
        "OTT_TWILIO_AUTH_TOKEN": "sandbox-token",
        "OTT_INFOBIP_BASE_URL": f"{sandbox.url}/infobip",
        "OTT_INFOBIP_API_KEY": "sandbox-token",
    }
    yield SimpleNamespace(
        ledger=ledger, clock=SystemClock(), config=SimpleNamespace(env=env)
    )
    ledger.close()


def lose(desk, number, destination="twilio", *, ago=timedelta(), **given):
    """Have the ledger know a message whose answer was lost."""
    values = {
        "delivery_key": key(number),
        "channel": "whatsapp",
        "address": f"+65900{number:05d}",
        "state": "unknown",
        "at": now() - ago,
        "message_id": None,
        **given,
    }
    address_hash = keyed_hash(b"key", values["address"])
    desk.ledger._connection.execute(
        "insert into deliveries (delivery_key, run_id, build_id, destination, "
        "campaign_id, customer_id, channel, sender_id, purpose, address_hash, state, "
        "state_at, decided_at, attempt, claims) values (?, 'r', 'b', ?, 'c', 'c1', ?, "
        "'s', 'utility', ?, ?, ?, ?, 1, 1)",
        (
            values["delivery_key"],
            destination,
            values["channel"],
            address_hash,
            values["state"],
            str(values["at"]),
            str(values["at"]),
        ),
    )
    desk.ledger._connection.execute(
        "insert or ignore into runs (run_id, destination, build_id, host, pid, "
        "opened_at) values ('r', ?, 'b', 'h', 1, ?)",
        (destination, str(now() - ago - timedelta(minutes=1))),
    )
    return values["delivery_key"]


def twilio(sandbox, number, to="whatsapp"):
    """Let Twilio take a message; tell its sid."""
    answer = httpx.post(
        f"{sandbox.url}/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        auth=(ACCOUNT, "sandbox-token"),
        data={
            "To": f"{to}:+65900{number:05d}",
            "From": f"{to}:{SENDER}",
            "Body": "Hi",
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["sid"]


def infobip(sandbox, number, message_id=None):
    """Let Infobip take an RCS message with our key as its id."""
    message = {
        "sender": "Agent",
        "destinations": [
            {"to": f"65900{number:05d}", "messageId": message_id or key(number)}
        ],
        "content": {"type": "TEXT", "text": "Hi"},
    }
    answer = httpx.post(
        f"{sandbox.url}/infobip/rcs/2/messages",
        headers={"Authorization": "App sandbox-token"},
        json={"messages": [message]},
    )
    assert answer.status_code == 200, answer.text


def found(answers):
    return {key: outcome.provider_message_id for key, outcome in answers.found}


def test_twilios_list_has_the_message_whose_answer_was_lost(desk, sandbox):
    arrived, not_arrived = lose(desk, 1), lose(desk, 2)
    sid = twilio(sandbox, 1)
    twilio(sandbox, 3)

    answers = lookup.ask(desk)

    assert found(answers) == {arrived: sid}
    assert answers.fates == {not_arrived: "absent"}
    assert answers.absent == [], "it stays unknown: no second message"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"channel": "rcs"}, id="another_channel"),
        pytest.param({"address": "+6590000999"}, id="another_person"),
        pytest.param({"ago": timedelta(hours=3)}, id="another_hour"),
        pytest.param({"address": None}, id="an_address_nobody_knows"),
    ],
)
def test_a_listed_message_of_something_else_settles_nothing(desk, sandbox, given):
    lose(desk, 1, **given)
    twilio(sandbox, 1)

    assert found(lookup.ask(desk)) == {}


def test_a_listed_message_the_ledger_knows_is_not_the_lost_one(desk, sandbox):
    lost, sid = lose(desk, 1), twilio(sandbox, 1)
    desk.ledger._connection.execute(
        "insert into events (delivery_key, run_id, build_id, "
        "destination, campaign_id, customer_id, channel, sender_id, purpose, event, "
        "provider_message_id, attempt, occurred_at) values ('other', 'r', 'b', "
        "'twilio', 'c', 'c1', 'whatsapp', 's', 'utility', 'accepted', ?, 1, 'now')",
        (sid,),
    )

    assert lookup.ask(desk).fates == {lost: "absent"}


def test_of_several_that_may_be_it_none_is_taken(desk, sandbox):
    lost = lose(desk, 1)
    twilio(sandbox, 1)
    twilio(sandbox, 1)

    answers = lookup.ask(desk)

    assert (answers.found, answers.fates) == ([], {lost: "several"})


def test_one_listed_message_settles_one_of_two_lost_ones_at_most(desk, sandbox):
    for number in (1, 2):
        lose(desk, number, address="+6590000001")
    twilio(sandbox, 1)

    assert lookup.ask(desk).found == []


def test_every_page_is_read(desk, sandbox, monkeypatch):
    monkeypatch.setattr("sync.lookups.twilio.PAGE_SIZE", 2)
    lost, sid = lose(desk, 1), twilio(sandbox, 1)
    for number in range(2, 8):
        twilio(sandbox, number)

    assert PAGE_SIZE == 1000
    assert found(lookup.ask(desk)) == {lost: sid}


@pytest.mark.parametrize("fault", ["rate_429#2", "http_503_before#2", "html_502#1"])
def test_a_busy_list_is_asked_again(desk, sandbox, fault):
    lost, sid = lose(desk, 1), twilio(sandbox, 1)
    sandbox.faults(fault)

    assert found(lookup.ask(desk)) == {lost: sid}


@pytest.mark.parametrize(
    "fault",
    [
        "rate_429",
        "http_503_before",
        "code:20003",
        "reset",
        "truncated_json",
        "empty_200",
    ],
)
def test_a_list_that_cannot_be_read_says_nothing(desk, sandbox, fault, capsys):
    lose(desk, 1)
    twilio(sandbox, 1)
    desk.config.env["OTT_RECONCILE_ABSENT_HOURS"] = "1"
    sandbox.faults(fault)

    answers = lookup.ask(desk)

    assert (answers.found, answers.absent, answers.fates) == ([], [], {})
    said = capsys.readouterr().err
    assert "twilio: Its list cannot be read" in said
    assert "90000001" not in said


def test_half_a_list_proves_nothing_absent(desk, sandbox, monkeypatch):
    """The second page never comes; the message stands on it."""
    monkeypatch.setattr("sync.lookups.twilio.PAGE_SIZE", 1)
    lose(desk, 1, ago=timedelta(minutes=61))
    twilio(sandbox, 1)
    twilio(sandbox, 2)
    desk.config.env["OTT_RECONCILE_ABSENT_HOURS"] = "1"
    kind = LOOKUPS["twilio"]
    asked = []

    def once(self, question, following):
        asked.append(following)
        if following:
            sandbox.faults("http_503_before")
        return original(self, question, following)

    original = kind.request
    monkeypatch.setattr(kind, "request", once)

    answers = lookup.ask(desk)

    assert any(asked)
    assert (answers.found, answers.absent) == ([], [])


@pytest.mark.parametrize(
    ("hours", "ago", "absent"),
    [
        pytest.param("", 30, False, id="nobody_said_that_a_list_proves_it"),
        pytest.param("24", 25, True, id="old_enough"),
        pytest.param("24", 23, False, id="too_early"),
        pytest.param("24", 24 * 400, False, id="the_list_ends_before"),
    ],
)
def test_absence_is_proof_only_where_a_team_says_so(desk, hours, ago, absent):
    lost = lose(desk, 1, ago=timedelta(hours=ago))
    desk.config.env["OTT_RECONCILE_ABSENT_HOURS"] = hours

    answers = lookup.ask(desk)

    assert [key for key, _ in answers.absent] == ([lost] if absent else [])
    assert answers.fates == ({} if absent else {lost: "absent"})


def test_infobips_log_is_asked_by_our_own_key(desk, sandbox):
    arrived, not_arrived = (
        lose(desk, number, "infobip", channel="rcs") for number in (1, 2)
    )
    infobip(sandbox, 1)

    answers = lookup.ask(desk)

    assert found(answers) == {arrived: arrived}
    assert answers.fates == {not_arrived: "absent"}


def test_a_log_that_names_another_person_settles_nothing(desk, sandbox):
    lose(desk, 1, "infobip", channel="rcs")
    infobip(sandbox, 9, message_id=key(1))

    assert found(lookup.ask(desk)) == {}


TWILIOS = {"sid": f"SM{0:032}", "to": "whatsapp:+65", "direction": "outbound-api"}
INFOBIPS = {"messageId": key(1), "to": "6590000009", "status": {"groupId": 3}}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param("twilio", TWILIOS | {"date_created": "soon"}, id="no_time"),
        pytest.param("twilio", TWILIOS | {"sid": 1}, id="no_id"),
        pytest.param("twilio", {}, id="nothing"),
        pytest.param("infobip", INFOBIPS, id="our_key_and_another_person"),
        pytest.param("infobip", INFOBIPS | {"status": {"groupId": "3"}}, id="a_text"),
        pytest.param("infobip", ["?"], id="a_list"),
    ],
)
def test_what_cannot_be_read_in_a_list_makes_nothing_absent(
    desk, monkeypatch, name, entry
):
    lose(desk, 1, name, channel="rcs", ago=timedelta(hours=3))
    desk.config.env["OTT_RECONCILE_ABSENT_HOURS"] = "1"
    listed = {"messages": [entry], "results": [entry], "next_page_uri": None}
    monkeypatch.setattr(
        lists, "send", lambda _, asked: httpx.Response(200, json=listed, request=asked)
    )

    answers = lookup.ask(desk)

    assert (answers.found, answers.absent, answers.fates) == ([], [], {})


@pytest.mark.parametrize("uri", ["/x?Page=1\0", "/x?" + 70_000 * "1"])
def test_a_next_page_nobody_can_ask_for_ends_the_list_unread(desk, monkeypatch, uri):
    lose(desk, 1, ago=timedelta(hours=3))
    desk.config.env["OTT_RECONCILE_ABSENT_HOURS"] = "1"
    listed = {"messages": [], "next_page_uri": uri}
    monkeypatch.setattr(
        lists, "send", lambda _, asked: httpx.Response(200, json=listed, request=asked)
    )

    answers = lookup.ask(desk)

    assert (answers.found, answers.absent, answers.fates) == ([], [], {})


def test_a_number_listed_in_its_other_spelling_is_the_same_person(desk, monkeypatch):
    lost = lose(desk, 1, address="+525512345678")
    entry = TWILIOS | {"to": "whatsapp:+5215512345678"}
    entry |= {"date_created": format_datetime(now().replace(tzinfo=UTC))}
    listed = {"messages": [entry], "next_page_uri": None}
    monkeypatch.setattr(
        lists, "send", lambda _, asked: httpx.Response(200, json=listed, request=asked)
    )

    assert found(lookup.ask(desk)).keys() == {lost}


def test_infobip_has_no_log_of_whatsapp(desk):
    lose(desk, 1, "infobip", channel="whatsapp")

    answers = lookup.ask(desk)

    assert (answers.found, answers.fates) == ([], {})


def test_no_url_has_an_address(desk):
    for number in range(3):
        lose(desk, number)
    lose(desk, 3, "infobip", channel="rcs")

    for name, kind in LOOKUPS.items():
        made = kind.from_env(desk.config.env)
        for question in made.questions(desk.ledger.recent.lost(name)):
            url = str(made.request(question, "").url)
            assert "6590" not in url
            assert "To=" not in url


def test_a_provider_that_is_not_set_up_is_named(desk, capsys):
    lose(desk, 1)
    del desk.config.env["OTT_TWILIO_AUTH_TOKEN"]

    assert lookup.ask(desk).found == []
    assert "twilio: its list is not asked." in capsys.readouterr().err


@pytest.mark.parametrize("word", [None, "--sent", "--not-sent"])
def test_reconcile_settles_what_twilio_lists_whatever_is_said(project, sandbox, word):
    env = {
        "OTT_TWILIO_BASE_URL": f"{sandbox.url}/twilio",
        "OTT_TWILIO_ACCOUNT_SID": ACCOUNT,
        "OTT_TWILIO_AUTH_TOKEN": "sandbox-token",
    }
    project.sql(f"create table ott_sync.sync_twilio ({columns(MessageRow)})")
    as_of = project.build([], model="sync_twilio")
    values = dict(
        zip(
            (f.name for f in fields(WhatsAppRow)), row(0, decided_at=as_of), strict=True
        )
    )
    values |= {"provider_account": SENDER, "country_code": "SG", "free_text": "Hi"}
    values |= {"destination": "twilio", "message_type": "free_text"}
    values |= {"template_name": None}
    with duckdb.connect(str(project.file)) as connection:
        marks = ", ".join("?" for _ in fields(MessageRow))
        connection.execute(
            f"insert into ott_sync.sync_twilio values ({marks})",
            [values[f.name] for f in fields(MessageRow)],
        )
        connection.execute(watched("sync_twilio"))
    sandbox.faults("lost_answer")
    sent = project.send(name="twilio", **env)
    sandbox.faults()
    before = project.states()

    strange = project.ott("reconcile", "--sent", key(0), "--not-sent", key(1), **env)
    after_strange = project.states()
    words = (word, key(0)) if word else ()
    done = project.ott("reconcile", "--json", *words, **env)

    assert strange.returncode == 3
    assert "1 of the keys given are not unknown." in strange.err
    assert after_strange == before
    assert before == {key(0): "unknown"}, sent.summary
    assert done.returncode == 0, done.err
    assert json.loads(done.out)["listed"] == 1
    assert project.states() == {key(0): "accepted"}
    assert values["address"] not in project.printed
    assert TOKEN not in project.printed
    with sqlite3.connect(project.ledger) as ledger:
        [(id_,)] = ledger.execute(
            "select provider_message_id from events where event = 'reconciled'"
        )
    assert id_.startswith("SM")
