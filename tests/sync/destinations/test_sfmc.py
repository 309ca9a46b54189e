"""
Marketing Cloud: what is sent, and what its answers are taken for.

Bodies are those of Salesforce's pages "Upsert rows asynchronously", "Insert contacts
into a journey in bulk" and "Send OTT messages" (copies of 2026): no SDK makes them.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from driving import Sandbox, cases, drive
from hypothesis import given
from hypothesis import strategies as st

from sync.destinations import Answer, Progress, RowError
from sync.destinations.contents import Content
from sync.destinations.sfmc_rows import SfmcRowsDestination
from sync.errors import ConfigError, StoppedError

ROOT = Path(__file__).parents[3]
CASES = {case.kind.name: case for case in cases() if case.kind.provider == "sfmc"}
ROWS, JOURNEY, OTT = (CASES[f"sfmc_{name}"] for name in ("rows", "journey", "ott"))
URL = "https://mc.rest.marketingcloudapis.com"
NAMES = (
    "requestId",
    "count",
    "notQueuedCount",
    "members",
    "errorcode",
    "responses",
    "items",
    "status",
    "message",
)
JUNK = (
    httpx.Response(502, text="<html>", headers={"content-type": "text/html"}),
    httpx.Response(200, text='{"requestId": "r', headers={"content-type": "text/json"}),
    httpx.Response(202, text='{"requestId": "r"}', headers={"content-type": "a/html"}),
    httpx.Response(202, json=[]),
    httpx.Response(202, json={}),
    httpx.Response(500, json={"message": "Internal Server Error"}),
)


def made(case):
    return replace(case.destination("http://127.0.0.1:1"), base_url=URL)


def body_of(request):
    return json.loads(request.content)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("sfmc"))
    yield one
    one.close()


# ---------- what is sent


def test_rows_are_put_flat_under_their_contact():
    request = made(ROWS).request([ROWS.row])

    assert request.method == "PUT"
    assert str(request.url) == f"{URL}/data/v1/async/dataextensions/key:ott_flags/rows"
    assert body_of(request) == {
        "items": [
            {
                "ContactKey": "c1",
                "ott_winback": True,
                "ott_winback_until": "2026-11-25T10:00:00Z",
            }
        ]
    }


def test_an_entry_names_its_event_and_its_members():
    request = made(JOURNEY).request([JOURNEY.row, JOURNEY.row])

    member = {
        "contactKey": "c1",
        "data": {"first_name": "Ana", "delivery_key": JOURNEY.row.delivery_key},
    }
    assert (request.method, request.url.path) == (
        "POST",
        "/interaction/v1/async/events",
    )
    assert body_of(request) == {
        "eventDefinitionKey": "APIEvent-1234",
        "members": [member, member],
    }


def test_a_whatsapp_message_names_its_definition():
    request = made(OTT).request([OTT.row])

    key = OTT.row.delivery_key
    assert request.url.path == f"/messaging/v1/ott/messages/{key}"
    assert body_of(request) == {
        "definitionKey": "winback_def",
        "recipient": {
            "contactKey": "c1",
            "to": "+6591234567",
            "attributes": {"first_name": "Ana"},
        },
    }


def line_row(**changes):
    address = "U" + "0a" * 16
    return replace(OTT.row, channel="line", address=address, **changes)


def test_a_line_message_carries_its_text_and_our_key():
    request = made(OTT).request([line_row(provider_account="1650000001")])

    assert request.url.path == "/ott/v1/send"
    assert body_of(request) == {
        "messageKey": OTT.row.delivery_key,
        "from": {"senderType": "line", "senderId": "1650000001"},
        "to": {"ottId": "U" + "0a" * 16},
        "message": {
            "subject": "spring",
            "contents": [{"type": "text", "text": "Hi Ana, 10% for you"}],
        },
    }


@pytest.mark.parametrize(
    ("case", "row", "reason"),
    [
        (
            ROWS,
            replace(ROWS.row, states='{"subscription_group:x": "unsubscribed"}'),
            "",
        ),
        (ROWS, replace(ROWS.row, states='{"a b": "true"}'), ""),
        (ROWS, replace(ROWS.row, customer_id=" "), "address_invalid"),
        (JOURNEY, replace(JOURNEY.row, provider_campaign_id=""), "template_missing"),
        (JOURNEY, replace(JOURNEY.row, provider_campaign_id="a.b"), ""),
        (JOURNEY, replace(JOURNEY.row, parameters="missing"), ""),
        (OTT, replace(OTT.row, channel="rcs"), "content_not_supported"),
        (OTT, replace(OTT.row, address="6591234567"), "address_invalid"),
        (OTT, replace(OTT.row, template_name=None), ""),
        (OTT, line_row(content="pic", content_kind="image"), "content_not_supported"),
    ],
)
def test_what_cannot_be_said_is_refused_before_it_leaves(case, row, reason):
    picture = Content("image", {"url": "https://example.com/a.jpg"})
    destination = replace(made(case), contents={"pic": picture})

    with pytest.raises(RowError) as caught:
        destination.request([row])

    assert caught.value.reason_code == (reason or "template_params_invalid")


@pytest.mark.parametrize("name", ["evil.example/", "a.b", "", "a b"])
def test_a_subdomain_that_leads_elsewhere_is_not_taken(name):
    env = {k: v for k, v in ROWS.env.items() if k != "OTT_SFMC_AUTH_URL"}

    with pytest.raises(ConfigError):
        SfmcRowsDestination.from_env(env | {"OTT_SFMC_SUBDOMAIN": name})


def test_the_hosts_are_the_tenants_own():
    env = {k: v for k, v in ROWS.env.items() if k != "OTT_SFMC_AUTH_URL"}
    destination = SfmcRowsDestination.from_env(env | {"OTT_SFMC_SUBDOMAIN": "mc-1"})

    assert destination.base_url == "https://mc-1.rest.marketingcloudapis.com"
    assert destination.auth_url == "https://mc-1.auth.marketingcloudapis.com"


# ---------- what is answered


def listed():
    seed = ROOT / "seeds/reference/provider_error_classes.csv"
    with seed.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["provider"] == "sfmc"]
    # The others are made of a status or of words and have tests of their own.
    return [(r["code"], r["action"]) for r in rows if r["code"].isdecimal()]


@pytest.mark.parametrize(("code", "action"), listed())
def test_each_code_does_what_the_seed_says(sandbox, code, action):
    sandbox.faults(f"code:{code}")
    [outcome], run = drive(JOURNEY.destination(sandbox.url), [JOURNEY.row])
    sandbox.faults()

    expected = {
        "refuse": "refused",
        "retry": "deferred",
        "retry_alone": "deferred",
        "unknown": "unknown",
        "stop_run": "refused",
        "renew_token": "refused",
    }[action]
    assert outcome.event == expected
    assert outcome.provider_code == code
    # A token that is refused again and again stops the run in the end.
    assert run.actions[-1] == {"renew_token": "stop_run"}.get(action, action)


@pytest.mark.parametrize("case", [JOURNEY, OTT], ids=["journey", "ott"])
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, 10006, ("unknown", None)),
        (500, 30005, ("unknown", None)),
        (500, 50300, ("unknown", None)),
        (503, 10006, ("unknown", None)),
        (408, 10001, ("unknown", None)),
        (503, 50300, ("refused", "50300")),
        (400, 10006, ("refused", "10006")),
        (400, 30005, ("refused", "30005")),
    ],
)
@pytest.mark.parametrize("shape", ["errorcode", "responses"])
def test_a_number_says_no_only_where_the_status_does(
    case, status, code, expected, shape
):
    body = {"message": "no", "errorcode": code}
    body = body if shape == "errorcode" else {"responses": [body]}

    [answer] = made(case).read(httpx.Response(status, json=body), [case.row])

    assert (answer.kind, answer.code) == expected


def failing(status, code):
    """Give a server that has a token for all and the same error for each row."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            is_token = self.path.endswith("/v2/token")
            if not is_token:
                seen.append(self.path)
            token = {"access_token": "t", "expires_in": 1079}
            error = {"message": "no", "errorcode": code}
            said = json.dumps(token if is_token else error).encode()
            self.send_response(200 if is_token else status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_PUT(self):
            self.do_POST()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server, seen


@pytest.mark.parametrize(
    ("case", "status", "code", "requests"),
    [
        pytest.param(JOURNEY, 500, 10006, 1, id="an entry that failed"),
        pytest.param(JOURNEY, 400, 10006, 1, id="an entry that was not saved"),
        pytest.param(JOURNEY, 500, 30005, 1, id="an entry, nobody knows why"),
        pytest.param(OTT, 500, 10006, 1, id="a message that failed"),
        pytest.param(OTT, 400, 10006, 1, id="a message that was not saved"),
        pytest.param(ROWS, 400, 10006, 4, id="values may be set again"),
    ],
)
def test_what_may_have_arrived_is_posted_once(case, status, code, requests):
    server, seen = failing(status, code)
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        [outcome], _ = drive(case.destination(url), [case.row])
    finally:
        server.shutdown()
        server.server_close()

    assert outcome.event == "unknown"
    assert len(seen) == requests


@pytest.mark.parametrize(
    ("status", "code"), [(401, "http_401"), (403, "http_403"), (413, "http_413")]
)
def test_an_error_with_words_only_is_known_by_its_status(status, code):
    response = httpx.Response(status, json={"message": "no"})

    [answer] = made(JOURNEY).read(response, [JOURNEY.row])

    assert (answer.kind, answer.code) == ("refused", code)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
@pytest.mark.parametrize("response", JUNK)
def test_an_answer_that_says_nothing_is_unknown(case, response):
    [answer] = made(case).read(response, [case.row])

    assert answer.kind == "unknown"


@given(
    st.sampled_from(sorted(CASES)),
    st.sampled_from([200, 202, 400, 401, 429, 500]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(NAMES),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ),
)
def test_no_answer_breaks_the_reading(name, status, body):
    case = CASES[name]
    response = httpx.Response(status, json=body)

    [answer] = made(case).read(response, [case.row])

    if answer.kind in ("accepted", "pending"):
        assert response.is_success
        assert isinstance(body["requestId"], str)
    if name == "sfmc_rows":
        progress = made(case).read_job(response, [case.row], 0)
        assert all(
            a.kind in ("accepted", "refused", "unknown") for a in progress.answers
        )


def test_one_member_that_is_refused_costs_only_itself(sandbox):
    bad = replace(JOURNEY.row, customer_id="refuse-me", delivery_key="b" * 32)

    outcomes, _ = drive(JOURNEY.destination(sandbox.url), [JOURNEY.row, bad])

    assert [outcome.event for outcome in outcomes] == ["accepted", "refused"]
    assert outcomes[1].provider_code == "10005"


def test_a_job_tells_of_each_row_over_several_pages(sandbox):
    people = [f"p{i}" for i in range(120)]
    people[3] = people[55] = people[119] = "refuse-me"
    rows = [
        replace(ROWS.row, customer_id=person, delivery_key=f"{i:032d}")
        for i, person in enumerate(people)
    ]

    outcomes, run = drive(ROWS.destination(sandbox.url), rows)

    refused = [i for i, outcome in enumerate(outcomes) if outcome.event == "refused"]
    assert refused == [3, 55, 119]
    assert sum(outcome.event == "accepted" for outcome in outcomes) == 117
    # Once before the job was picked up, once when it was over.
    assert run.clock.waits == [2.0, 2.0]


@pytest.fixture
def revoked(monkeypatch):
    """A job is taken, and its token no longer; of the next ones `status` is told."""
    given = []
    told = {"status": 200}

    async def answered(_, request):
        if request.url.path.endswith("/token"):
            given.append(f"t{len(given)}")
            token = {"access_token": given[-1], "expires_in": 1080}
            status = told["status"] if len(given) > 1 else 200
            return httpx.Response(status, json=token)
        if request.method == "PUT":
            return httpx.Response(202, json={"requestId": "r"})
        if request.headers["Authorization"] == "Bearer t0":
            return httpx.Response(401, json={"message": "Not Authorized"})
        done = {"requestStatus": "Complete", "resultStatus": "OK"}
        return httpx.Response(200, json={"status": done})

    monkeypatch.setattr("sync.talk.exchange", answered)
    monkeypatch.setattr("sync.tokens.exchange", answered)
    return told


def test_a_job_is_asked_about_with_a_new_token(revoked):
    outcomes, run = drive(made(ROWS), [ROWS.row])

    assert [outcome.event for outcome in outcomes] == ["accepted"]
    assert run.clock.waits == [2.0, 2.0]


def test_a_run_that_is_over_asks_about_its_job_no_more(revoked):
    revoked["status"] = 401

    outcomes, run = drive(made(ROWS), [ROWS.row])

    assert [outcome.event for outcome in outcomes] == ["unknown"]
    assert isinstance(run.halted, StoppedError)
    assert sum(run.clock.waits) < 10


def test_a_job_that_tells_of_more_rows_than_it_was_given_is_unknown(
    sandbox, monkeypatch
):
    rows = [replace(ROWS.row, delivery_key=f"{i:032d}") for i in range(2)]
    told = Progress([Answer("accepted")] * 3, None)
    monkeypatch.setattr(SfmcRowsDestination, "read_job", lambda *_: told)

    outcomes, _ = drive(ROWS.destination(sandbox.url), rows)

    assert [outcome.event for outcome in outcomes] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("case", "body"),
    [
        pytest.param(OTT, {"errorcode": "30003"}, id="message"),
        pytest.param(OTT, {"responses": [{"errorcode": "18"}]}, id="response"),
        pytest.param(
            JOURNEY,
            {"members": [{"eventInstanceId": "e", "errorcode": "10"}]},
            id="member",
        ),
    ],
)
def test_an_error_that_is_no_number_is_no_acceptance(case, body):
    response = httpx.Response(202, json={"requestId": "r", **body})

    [answer] = made(case).read(response, [case.row])

    assert answer.kind == "unknown"


def test_a_deadlock_inside_a_job_is_tried_again():
    page = {"items": [{"status": "Error", "message": "... Rerun the transaction."}]}

    progress = made(ROWS).read_job(httpx.Response(200, json=page), [ROWS.row], 0)

    assert progress.answers[0].code == "rerun_the_transaction"


def test_a_job_whose_end_nobody_sees_is_unknown_and_set_again():
    state = {"status": {"requestStatus": "Error"}, "requestId": "r"}
    destination = made(ROWS)

    running = destination.read_job(httpx.Response(200, json={}), [ROWS.row], 0)
    failed = destination.read_job(httpx.Response(200, json=state), [ROWS.row], 0)
    torn = destination.read_job(httpx.Response(500), [ROWS.row, ROWS.row], 1)

    assert (running.answers, running.step) == ((), "")
    assert (failed.answers, failed.step) == ((), "1")
    assert (torn.answers, torn.step) == ((), None)
