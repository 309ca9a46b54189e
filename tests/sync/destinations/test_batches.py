"""`ott send` of batches: who may share a request, and what one bad row costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from types import SimpleNamespace

import duckdb
import pytest
from driving import Sandbox
from sync_project import columns, key, watched
from sync_project import row as whatsapp_row

from sync.messages import MessageRow, WhatsAppRow
from sync.spool import Spool
from sync.turns import rate

SETTINGS = {
    "infobip": ("OTT_INFOBIP_BASE_URL", {"OTT_INFOBIP_API_KEY": "sandbox-token"}),
    "line_multicast": (
        "OTT_LINE_BASE_URL",
        {
            "OTT_LINE_CHANNEL_ID": "1234567890",
            "OTT_LINE_CHANNEL_SECRET": "sandbox-token",
        },
    ),
}


@pytest.fixture
def sandbox(tmp_path):
    one = Sandbox(tmp_path / "sandbox")
    yield one
    one.close()


@pytest.fixture
def send(project, sandbox):
    """Builds rows for a destination, sends them, and tells what arrived when."""

    def go(name, rows):
        model = f"sync_{name}"
        project.sql(f"create table ott_sync.{model} ({columns(MessageRow)})")
        as_of = project.build([], model=model)
        marks = ", ".join("?" for _ in fields(MessageRow))
        with duckdb.connect(str(project.file)) as connection:
            for one in rows:
                values = message(name, as_of, **one)
                connection.execute(
                    f"insert into ott_sync.{model} values ({marks})", values
                )
            connection.execute(watched(model))
        variable, env = SETTINGS[name]
        base_url = f"{sandbox.url}/{name.split('_')[0]}"
        words = ["--first-run"] if len(rows) > 100 else []
        done = project.send(*words, name=name, **env, **{variable: base_url})
        assert done.summary, done.err
        requests = Counter(entry["arrived"] for entry in sandbox.log())
        return done.summary["outcomes"], sorted(requests.values(), reverse=True)

    return go


def message(name, as_of, number=0, **given):
    """The values of one row, in the contract's order."""
    [*values] = whatsapp_row(number, decided_at=as_of, destination=name)
    shared = dict(zip((f.name for f in fields(WhatsAppRow)), values, strict=True))
    own = {
        "provider_account": "15550001111",
        "country_code": "SG",
        "content": None,
        "content_kind": None,
    }
    if name == "line_multicast":
        own |= {"channel": "line", "address": f"U{number + 1:032x}"}
        own |= {"message_type": "message", "free_text": "The same for all"}
    found = shared | own | given
    return [found[field.name] for field in fields(MessageRow)]


def people(count, **given):
    return [{"number": number, **given} for number in range(count)]


def test_one_bad_row_of_five_costs_only_itself(project, send):
    five = people(5)
    five[2]["template_name"] = "Winback-Offer"

    outcomes, requests = send("infobip", five)

    assert outcomes == {"accepted": 4, "refused": 1}
    assert project.states()[key(2)] == "refused"
    # The two before it, and the two after it.
    assert requests == [2, 2]


def test_templates_share_a_request_and_free_texts_do_not(send):
    free = {"message_type": "free_text", "free_text": "Hi"}
    six = people(6)
    six[2] |= free
    six[3] |= free

    outcomes, requests = send("infobip", six)

    assert outcomes == {"accepted": 6}
    assert requests == [2, 2, 1, 1]


def test_a_hundred_and_one_templates_are_two_requests(send):
    outcomes, requests = send("infobip", people(101))

    assert outcomes == {"accepted": 101}
    assert requests == [100, 1]


def test_only_the_same_words_share_a_multicast(send):
    seven = people(7)
    seven[4]["free_text"] = "Only for one"

    outcomes, requests = send("line_multicast", seven)

    assert outcomes == {"accepted": 7}
    assert requests == [4, 2, 1]


@pytest.mark.parametrize(("count", "expected"), [(1, 1000), (4, 250), (500, 2)])
def test_a_senders_speed_counts_messages_not_requests(count, expected):
    rows = [SimpleNamespace(messages_per_second=1000)] * count

    assert rate(rows) == expected


def test_requests_a_second_are_requests():
    assert rate([SimpleNamespace(requests_per_second=60)] * 50) == 60


def test_a_batch_ends_before_the_first_that_does_not_fit(tmp_path):
    spool = Spool(tmp_path / "rows", WhatsAppRow)
    for number in range(5):
        name = "a" if number < 3 else "b"
        spool.add([spool.read(tuple(whatsapp_row(number, template_name=name)))])

    def fits(first, row):
        return first.template_name == row.template_name

    taken = [len(spool.take(("wa_main", "winback"), 10, fits)) for _ in range(3)]

    assert taken == [3, 2, 0]
