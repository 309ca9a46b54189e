"""The sandbox's Braze as a process of its own, over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from sync.destinations.braze import BrazeProfilesDestination, BrazeTriggersDestination
from sync.destinations.http import rate_wait
from sync.sandbox.braze import BrazeApi

ROOT = Path(__file__).parents[3]
HEAD = {"Authorization": "Bearer sandbox-braze-key"}
START = "from sync.sandbox.server import sandbox; sandbox()"
GROUP = "8f1c2b9e"


class Sandbox:
    def __init__(self, folder, *options):
        self.folder = folder
        command = [sys.executable, "-c", START, "--port", "0", "--dir", str(folder)]
        env = {k: v for k, v in os.environ.items() if not k.startswith("OTT_")}
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
        )
        self.url = self.process.stdout.readline().strip().rpartition(" ")[2]

    def track(self, *items, headers=HEAD, **kwargs):
        url, body = self.url + "/users/track", {"attributes": list(items)}
        return httpx.post(url, json=body, headers=headers, **kwargs)

    def trigger(self, headers=HEAD, **body):
        url = self.url + "/campaigns/trigger/send"
        return httpx.post(url, json=body, headers=headers)

    def order(self, name, body):
        return httpx.post(f"{self.url}/_sandbox/{name}", json=body)

    def profiles(self):
        return httpx.get(f"{self.url}/_sandbox/braze/profiles").json()

    def lines(self, name):
        text = (self.folder / name).read_text()
        return [json.loads(line) for line in text.splitlines()]

    def close(self):
        self.process.terminate()
        assert self.process.wait(60) in {0, -signal.SIGKILL}
        self.process.stdout.close()


@pytest.fixture
def start(tmp_path):
    started = []

    def go(*options):
        started.append(Sandbox(tmp_path, *options))
        return started[-1]

    yield go
    for one in started:
        one.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One sandbox for all refusals: they leave nothing behind."""
    one = Sandbox(tmp_path_factory.mktemp("braze"), "--braze-campaign-id", "spring")
    yield one
    one.close()


def person(external_id="c1", **attributes):
    return {"external_id": external_id, "_update_existing_only": True, **attributes}


def group(state, group_id=GROUP):
    return [{"subscription_group_id": group_id, "subscription_state": state}]


def to(*people):
    return [
        {
            "external_user_id": name,
            "send_to_existing_only": True,
            "trigger_properties": {"delivery_key": f"key-{name}"},
        }
        for name in people
    ]


# ---------- profiles


def test_the_last_word_about_a_profile_wins(start):
    sandbox = start()

    first = sandbox.track(person(a=True, b="x"), person("c2", a=False))
    sandbox.track(person(a=False, subscription_groups=group("unsubscribed")))
    sandbox.track(person(b=None))

    assert first.status_code == 201
    assert first.json() == {"message": "success", "attributes_processed": 2}
    assert sandbox.profiles() == {
        "c1": {
            "attributes": {"a": False},
            "subscription_groups": {GROUP: "unsubscribed"},
        },
        "c2": {"attributes": {"a": False}, "subscription_groups": {}},
    }


def test_every_write_is_a_line_on_disk(start):
    sandbox = start()

    sandbox.track(person(a=True), person("c2", subscription_groups=group("subscribed")))

    first, second = sandbox.lines("braze.jsonl")
    assert list(first) == [
        *("seq", "at", "external_id", "attributes", "subscription_groups", "by"),
    ]
    assert (first["seq"], first["external_id"], first["attributes"]) == (
        1,
        "c1",
        {"a": True},
    )
    assert (second["subscription_groups"], second["by"]) == (
        {GROUP: "subscribed"},
        "api",
    )


def test_what_was_written_is_known_after_a_kill(start):
    sandbox = start()
    sandbox.track(person(a=True))
    sandbox.track(person(a=False, until="2026-11-25T10:05:00Z"))
    sandbox.process.kill()
    sandbox.process.wait(60)

    again = start()
    again.track(person(b="x"))

    assert again.profiles()["c1"]["attributes"] == {
        "a": False,
        "until": "2026-11-25T10:05:00Z",
        "b": "x",
    }
    assert [line["seq"] for line in again.lines("braze.jsonl")] == [1, 2, 3]


def test_bad_objects_are_errors_by_index_inside_a_201(start):
    sandbox = start("--braze-refuse", "c-bad")

    answer = sandbox.track(
        person("good", a=True),
        {"a": True},
        person("x" * 988, a=True),
        person("c-bad", a=True),
        person("c5", subscription_groups=group("opted_in")),
        person("c6", subscription_groups=[{"subscription_state": "subscribed"}]),
        person("x" * 987, a=True),
    )

    body = answer.json()
    assert (answer.status_code, body["message"]) == (201, "success")
    assert body["attributes_processed"] == 2
    assert [error["index"] for error in body["errors"]] == [1, 2, 3, 4, 5]
    assert {error["input_array"] for error in body["errors"]} == {"attributes"}
    assert set(sandbox.profiles()) == {"good", "x" * 987}


def test_whom_it_refuses_can_be_changed_while_it_runs(start):
    sandbox = start()
    sandbox.order("braze/refuse", {"external_ids": ["c1"]}).raise_for_status()
    assert "errors" in sandbox.track(person()).json()

    sandbox.order("braze/refuse", {"external_ids": []}).raise_for_status()

    assert "errors" not in sandbox.track(person()).json()


def test_nobody_unknown_gets_a_profile_or_a_message(start):
    sandbox = start("--braze-external-id", "c1")

    answer = sandbox.track(person("c1", a=True), person("stranger", a=True))
    sandbox.trigger(campaign_id="spring", recipients=to("c1", "stranger"))
    made = person("newcomer", a=True) | {"_update_existing_only": False}
    sandbox.track(made)
    sandbox.track(person("newcomer", b=True))

    # It is queued like any other; only later nobody is found.
    assert answer.json()["attributes_processed"] == 2
    assert sandbox.profiles()["c1"]["attributes"] == {"a": True}
    assert sandbox.profiles()["newcomer"]["attributes"] == {"a": True, "b": True}
    assert "stranger" not in sandbox.profiles()
    assert [e["to"] for e in sandbox.lines("accepted.jsonl")] == ["c1"]


def test_a_stop_on_the_platform_is_kept_and_told_apart(start):
    sandbox = start()
    sandbox.track(person(subscription_groups=group("subscribed")))

    order = {"external_id": "c1", "subscription_group_id": GROUP}
    sandbox.order("braze/unsubscribe", order).raise_for_status()

    assert sandbox.profiles()["c1"]["subscription_groups"] == {GROUP: "unsubscribed"}
    assert [line["by"] for line in sandbox.lines("braze.jsonl")] == ["api", "platform"]


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("braze/unsubscribe", {"external_id": "c1"}),
        ("braze/unsubscribe", []),
        ("braze/refuse", {"external_ids": "c1"}),
        ("braze/refuse", {"external_ids": [1]}),
    ],
)
def test_an_order_nobody_understands_is_said_so(running, name, order):
    assert running.order(name, order).status_code == 400


# ---------- triggers


def test_a_batch_has_one_dispatch_id_and_a_line_each(start):
    sandbox = start()

    before = time.time()
    answer = sandbox.trigger(campaign_id="spring", recipients=to("c1", "c2"))
    after = time.time()

    body = answer.json()
    assert (answer.status_code, body["message"]) == (201, "success")
    assert body["dispatch_id"]
    first, second = sandbox.lines("accepted.jsonl")
    assert list(first) == [
        *("seq", "at", "path", "delivery_key", "to_hash", "to"),
        *("status", "answered", "arrived", "external_user_id"),
    ]
    assert (first["delivery_key"], first["to"]) == ("key-c1", "c1")
    assert (second["seq"], second["external_user_id"]) == (2, "c2")
    assert first["path"] == "/campaigns/trigger/send"
    assert before <= first["arrived"] == second["arrived"] <= after
    other = sandbox.trigger(campaign_id="spring", recipients=to("c3")).json()
    assert other["dispatch_id"] != body["dispatch_id"]


@pytest.mark.parametrize(("share", "fate"), [("0", "Delivery"), ("1", "Failure")])
def test_what_became_of_a_campaigns_messages_is_pushed(start, tmp_path, share, fate):
    landing = str(tmp_path / "raw_whatsapp_webhooks.jsonl")
    sandbox = start("--landing", landing, "--undelivered", share)

    answer = sandbox.trigger(campaign_id="spring", recipients=to("c1", "c2"))
    canvas = {"canvas_id": "summer", "recipients": to("c3")}
    httpx.post(f"{sandbox.url}/canvas/trigger/send", json=canvas, headers=HEAD)

    lines = sandbox.lines("raw_provider_webhooks.jsonl")
    assert {line["provider"] for line in lines} == {"braze"}
    events = [json.loads(line["payload"])["events"][0] for line in lines]
    assert len({event["id"] for event in events}) == len(events)
    dispatch = answer.json()["dispatch_id"]
    assert {event["properties"]["dispatch_id"] for event in events} == {dispatch}
    told = [(e["user"]["external_user_id"], e["event_type"]) for e in events]
    assert told == [
        (name, f"users.messages.whatsapp.{word}")
        for name in ("c1", "c2")
        for word in ("Send", fate)
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"recipients": to("c1")}, "Invalid Campaign ID"),
        ({"campaign_id": "", "recipients": to("c1")}, "Invalid Campaign ID"),
        ({"campaign_id": "autumn", "recipients": to("c1")}, "Invalid Campaign ID"),
        ({"campaign_id": "spring"}, "No Recipients"),
        ({"campaign_id": "spring", "recipients": []}, "No Recipients"),
        (
            {"campaign_id": "spring", "recipients": to(*map(str, range(51)))},
            "The max number of external_ids and aliases per request was exceeded",
        ),
        (
            {"campaign_id": "spring", "recipients": [{}]},
            "external_user_id is required",
        ),
        (
            {"campaign_id": "spring", "recipients": {"external_user_id": "c1"}},
            "'recipients' is not an array",
        ),
        (
            {"campaign_id": "spring", "recipients": to("c1"), "broadcast": True},
            "The sandbox takes no broadcast",
        ),
    ],
)
def test_a_fatal_error_sends_to_nobody(running, body, message):
    answer = running.trigger(**body)

    assert (answer.status_code, answer.json()) == (400, {"message": message})
    assert running.lines("accepted.jsonl") == []


def test_more_than_75_objects_are_refused_as_one(running):
    answer = running.track(*(person(str(n), a=True) for n in range(76)))

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "Max Input Length Exceeded"},
    )
    assert running.profiles() == {}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sandbox-token"}])
def test_without_the_key_nothing_works(running, headers):
    for answer in (
        running.track(person(), headers=headers),
        running.trigger(campaign_id="spring", recipients=to("c1"), headers=headers),
    ):
        assert (answer.status_code, answer.json()) == (
            401,
            {"message": "Invalid API Key"},
        )
    assert running.profiles() == {}


def test_whatsapp_and_braze_have_keys_of_their_own(running):
    answer = httpx.post(running.url + "/v25.0/1/messages", json={}, headers=HEAD)

    assert answer.json()["error"]["code"] == 190


# ---------- limits and faults


def test_every_answer_says_what_is_left_of_the_second(start):
    sandbox = start("--braze-requests-per-second", "500")
    before = time.time()

    headers = sandbox.track(person()).headers

    assert headers["x-ratelimit-limit"] == "500"
    assert 0 <= int(headers["x-ratelimit-remaining"]) < 500
    assert int(headers["x-ratelimit-reset"]) >= before - 1


def test_no_second_takes_more_than_its_limit(start):
    sandbox = start("--braze-requests-per-second", "5")

    with httpx.Client(headers=HEAD) as client, ThreadPoolExecutor(8) as pool:

        def ask(number):
            body = {"campaign_id": "spring", "recipients": to(str(number))}
            return client.post(sandbox.url + "/campaigns/trigger/send", json=body)

        answers = list(pool.map(ask, range(80)))

    statuses = {answer.status_code for answer in answers}
    arrived = [int(entry["arrived"]) for entry in sandbox.lines("accepted.jsonl")]
    assert statuses == {201, 429}
    # Eight at once may arrive before the second they are counted in.
    assert max(arrived.count(second) for second in arrived) <= 5 + 8
    assert len(arrived) == [a.status_code for a in answers].count(201)


def test_a_429_comes_in_every_documented_form(start):
    sandbox = start("--fault", "rate_429")

    answers = [sandbox.track(person()) for _ in range(5)]

    assert {(a.status_code, a.json()["message"]) for a in answers} == {
        (429, "Rate Limited")
    }
    assert [
        {n for n in a.headers if "ratelimit" in n or n == "retry-after"}
        for a in answers
    ] == [
        {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
        {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
        {"x-ratelimit-retry-after"},
        {"retry-after"},
        {"retry-after"},
    ]
    waits = [rate_wait(answer) for answer in answers]
    assert all(wait is not None and 0 <= wait <= 2 for wait in waits)


@pytest.mark.parametrize(
    ("fault", "status", "kind", "code", "taken"),
    [
        pytest.param("http_500_after_accept", 500, "unknown", None, True, id="500"),
        pytest.param("http_503_before", 503, "unknown", None, False, id="503"),
        pytest.param("rate_429", 429, "refused", "http_429", False, id="429"),
        pytest.param("html_502", 502, "unknown", None, False, id="502"),
        pytest.param("truncated_json", 201, "unknown", None, True, id="truncated"),
        pytest.param("wrong_content_type", 201, "unknown", None, True, id="type"),
        pytest.param("empty_200", 201, "unknown", None, True, id="empty"),
        pytest.param("code:403", 403, "refused", "http_403", False, id="code"),
        pytest.param(
            "code:131031",
            400,
            "refused",
            "asked_for_by_a_fault_of_the_sandbox",
            False,
            id="a code of Meta's",
        ),
    ],
)
def test_a_fault_is_answered_and_read(start, fault, status, kind, code, taken):  # noqa: PLR0913, PLR0917 - one column each
    sandbox = start()
    sandbox.order("faults", [fault])

    tracked = sandbox.track(person(a=True))
    triggered = sandbox.trigger(campaign_id="spring", recipients=to("c1"))

    assert (tracked.status_code, triggered.status_code) == (status, status)
    [row] = BrazeTriggersDestination("k", "u").read(triggered, [None])
    assert (row.kind, row.code) == (kind, code)
    assert [e["answered"] for e in sandbox.lines("accepted.jsonl")] == (
        [False] if taken else []
    )
    assert sandbox.profiles() == (
        {"c1": {"attributes": {"a": True}, "subscription_groups": {}}} if taken else {}
    )


@pytest.mark.parametrize("fault", ["lost_answer", "reset"])
def test_a_socket_closed_without_an_answer(start, fault):
    sandbox = start("--fault", fault)

    with pytest.raises(httpx.TransportError):
        sandbox.track(person(a=True))

    assert set(sandbox.profiles()) == ({"c1"} if fault == "lost_answer" else set())


def test_no_answered_write_is_missing_after_a_kill(start):
    sandbox, answered = start(), []

    def write(worker):
        with httpx.Client(headers=HEAD) as client:
            for number in range(60):
                name = f"{worker}-{number}"
                body = {"attributes": [person(name, a=True)]}
                try:
                    client.post(sandbox.url + "/users/track", json=body)
                except httpx.TransportError:
                    return
                answered.append(name)
                if len(answered) == 100:
                    sandbox.process.kill()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    sandbox.process.wait(60)

    again = start()
    assert len(answered) >= 100
    assert set(answered) <= set(again.profiles())


# ---------- the adapter and the sandbox


def test_the_adapter_and_the_sandbox_understand_each_other(start):
    sandbox = start("--braze-refuse", "c1")
    env = {
        "OTT_BRAZE_API_KEY": "sandbox-braze-key",
        "OTT_BRAZE_BASE_URL": sandbox.url,
    }

    class Row:
        def __init__(self, name):
            self.customer_id = name
            self.delivery_key = f"key-{name}"
            self.states = f'{{"a":"true","subscription_group:{GROUP}":"subscribed:e"}}'
            self.provider_campaign_id = "spring"
            self.parameters, self.variables = "offer", '{"offer": "10%"}'

    rows = [Row("c0"), Row("c1"), Row("c2")]
    profiles = BrazeProfilesDestination.from_env(env)
    triggers = BrazeTriggersDestination.from_env(env)
    with httpx.Client() as client:
        written = profiles.read(client.send(profiles.request(rows)), rows)
        sent = triggers.read(client.send(triggers.request(rows)), rows)

    assert [a.kind for a in written] == ["accepted", "refused", "accepted"]
    assert {a.kind for a in sent} == {"accepted"}
    assert len({a.provider_message_id for a in sent}) == 1
    assert sandbox.profiles()["c2"] == {
        "attributes": {"a": True},
        "subscription_groups": {GROUP: "subscribed"},
    }
    keys = [entry["delivery_key"] for entry in sandbox.lines("accepted.jsonl")]
    assert keys == ["key-c0", "key-c1", "key-c2"]


def test_the_key_stays_out_of_repr():
    assert "secret" not in repr(BrazeApi("secret", 1))
