"""The sandbox as a process of its own, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sync_project import wait_until

from sync.destinations.whatsapp import WhatsAppDestination
from sync.sandbox.faults import AFTER, BEFORE, Fault, Faults
from sync.sandbox.log import AcceptedLog

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBER = "1065550001"
PERSON = "+6591234567"
BSUID = "SG.13491208655302741918"
HEAD = {"Authorization": "Bearer sandbox-token"}
START = "from sync.sandbox.server import sandbox; sandbox()"


def template(name, status="APPROVED", **changes):
    payload = {
        "id": "1",
        "name": name,
        "language": "pt_BR",
        "status": status,
        "category": "MARKETING",
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": "Oi {{1}}, {{2}}"}],
    }
    return {
        "fetched_at": "2026-11-23T01:00:00Z",
        "provider": "meta",
        "account_id": "waba-1",
        "payload": json.dumps(payload | changes),
    }


TEMPLATES = [
    template("sale"),
    template("paused", "PAUSED"),
    template("disabled", "DISABLED"),
    template("pending", "PENDING"),
    template(
        "named",
        parameter_format="NAMED",
        components=[{"type": "body", "text": "Oi {{first_name}}"}],
    ),
    template(
        "rich",
        components=[
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Oi"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "URL", "url": "https://example.test/{{1}}"},
                    {"type": "QUICK_REPLY", "text": "Stop"},
                    {"type": "COPY_CODE"},
                ],
            },
        ],
    ),
    {"fetched_at": "2026-11-23T01:00:00Z", "payload": "{broken"},
]


def inbound(person, when, number=NUMBER):
    message = {"from": person, "timestamp": str(int(when.timestamp())), "type": "text"}
    value = {"metadata": {"phone_number_id": number}, "messages": [message]}
    payload = json.dumps(
        {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
    )
    return {"received_at": "x", "payload": payload, "sender_id": None}


class Sandbox:
    def __init__(self, process, url, folder):
        self.process = process
        self.url = url
        self.folder = folder

    def post(self, body, path=f"/v25.0/{NUMBER}/messages", headers=HEAD, **kwargs):
        how = {"headers": headers, "timeout": 60} | kwargs
        return httpx.post(self.url + path, json=body, **how)

    def order(self, name, body):
        return httpx.post(f"{self.url}/_sandbox/{name}", json=body).raise_for_status()

    def accepted(self):
        text = (self.folder / "accepted.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def changes(self):
        path = self.folder / "landing.jsonl"
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            assert list(entry) == ["received_at", "payload", "sender_id"]
            for change in json.loads(entry["payload"])["entry"][0]["changes"]:
                yield change["field"], change["value"]

    def statuses(self):
        return [s for _, value in self.changes() for s in value.get("statuses", [])]


@pytest.fixture
def start(tmp_path):
    """Start a sandbox with options; all are ended with SIGTERM."""
    started = []

    def go(*options, undelivered="0"):
        (tmp_path / "templates.jsonl").write_text("\n".join(map(json.dumps, TEMPLATES)))
        lines = [
            inbound("6591234567", datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC)),
            inbound("6591234568", datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)),
            inbound("6591234567", datetime(2026, 11, 24, tzinfo=UTC)),
            {"payload": "broken"},
        ]
        (tmp_path / "webhooks.jsonl").write_text("\n".join(map(json.dumps, lines)))
        command = [sys.executable, "-c", START, "--port", "0", "--dir", str(tmp_path)]
        command += ["--templates", str(tmp_path / "templates.jsonl")]
        command += ["--webhooks", str(tmp_path / "webhooks.jsonl")]
        command += ["--landing", str(tmp_path / "landing.jsonl")]
        command += ["--undelivered", undelivered, "--now", NOW.isoformat(), *options]
        env = {k: v for k, v in os.environ.items() if not k.startswith("OTT_")}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
        )
        started.append(process)
        assert select.select([process.stdout], [], [], 60)[0], "it never got ready"
        ready, _, url = process.stdout.readline().strip().rpartition(" ")
        assert ready == "sandbox listening on"
        return Sandbox(process, url, tmp_path)

    yield go
    for process in started:
        process.terminate()
        assert process.wait(60) in {0, -signal.SIGKILL}
        process.stdout.close()


def message(key="key-1", name="sale", to=PERSON, components=None, **changes):
    texts = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "10%"}]
    if components is None:
        components = [{"type": "body", "parameters": texts}]
    return {
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": "pt_BR"},
            "components": components,
        },
        "biz_opaque_callback_data": key,
    } | changes


def text(to=PERSON, **changes):
    body = {"messaging_product": "whatsapp", "to": to, "type": "text"}
    return body | {"text": {"body": "Hello"}} | changes


def body(*texts):
    parameters = [{"type": "text", "text": value} for value in texts]
    return [{"type": "body", "parameters": parameters}]


# ---------- what it takes


def test_an_accepted_template_is_answered_as_meta_does(start):
    sandbox = start()

    answer = sandbox.post(message())

    assert answer.status_code == 200
    assert answer.json()["contacts"] == [{"input": PERSON, "wa_id": "6591234567"}]
    [sent] = answer.json()["messages"]
    assert sent["id"].startswith("wamid.")
    assert sent["message_status"] == "accepted"


def test_a_user_id_is_answered_without_a_phone(start):
    sandbox = start()
    ours = message(recipient=BSUID)
    del ours["to"]

    answer = sandbox.post(ours)

    assert answer.json()["contacts"] == [{"input": BSUID, "user_id": BSUID}]


def test_a_number_without_a_plus_reaches_a_stranger(start):
    answer = start().post(message(to="6591234567"))

    assert answer.json()["contacts"][0]["wa_id"] == "16591234567"


def test_what_it_takes_is_logged_line_by_line(start):
    sandbox = start()

    sandbox.post(message("key-1"))
    sandbox.post(message("key-x", name="paused"))
    sandbox.post(message("key-2", to="+6591234560"))

    first, second = sandbox.accepted()
    assert list(first) == [
        *("seq", "at", "path", "delivery_key", "to_hash", "to"),
        *("status", "answered", "arrived"),
    ]
    assert (first["seq"], first["delivery_key"], first["to"]) == (1, "key-1", PERSON)
    assert (first["status"], first["answered"]) == ("accepted", True)
    assert first["path"] == f"/v25.0/{NUMBER}/messages"
    assert (second["seq"], second["delivery_key"]) == (2, "key-2")
    assert httpx.get(f"{sandbox.url}/_sandbox/log").json() == [first, second]


def test_the_adapter_and_the_sandbox_understand_each_other(start):
    sandbox = start()
    env = {
        "OTT_WHATSAPP_TOKEN": "sandbox-token",
        "OTT_WHATSAPP_BASE_URL": sandbox.url + "/v25.0",
    }
    whatsapp = WhatsAppDestination.from_env(env)

    with httpx.Client() as client:
        taken = client.post(
            f"{whatsapp.base_url}/{NUMBER}/messages", json=message(), headers=HEAD
        )
        shut = client.post(
            f"{whatsapp.base_url}/{NUMBER}/messages",
            json=text("+6591239999"),
            headers=HEAD,
        )

    [accepted], [refused] = whatsapp.read(taken, [None]), whatsapp.read(shut, [None])
    assert accepted.provider_message_id == taken.json()["messages"][0]["id"]
    assert (refused.kind, refused.code) == ("refused", "131047")


# ---------- what it refuses


IMAGE = {
    "type": "header",
    "parameters": [{"type": "image", "image": {"link": "https://example.test/a"}}],
}
URL = {
    "type": "BUTTON",
    "sub_type": "URL",
    "index": 0,
    "parameters": [{"type": "text", "text": "abc"}],
}
COUPON = {
    "type": "button",
    "sub_type": "copy_code",
    "index": "2",
    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE"}],
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """One sandbox for all refusals: they leave nothing behind."""
    folder = tmp_path_factory.mktemp("strict")
    (folder / "templates.jsonl").write_text("\n".join(map(json.dumps, TEMPLATES)))
    command = [sys.executable, "-c", START, "--port", "0", "--dir", str(folder)]
    command += ["--templates", str(folder / "templates.jsonl"), "--undelivered", "0"]
    command += ["--phone-number-id", NUMBER, "--landing", str(folder / "landing.jsonl")]
    env = {k: v for k, v in os.environ.items() if not k.startswith("OTT_")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
    ) as process:
        url = process.stdout.readline().strip().rpartition(" ")[2]
        yield Sandbox(process, url, folder)
        process.terminate()
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("ours", "status", "code"),
    [
        pytest.param(message(name="nowhere"), 404, 132001, id="no such template"),
        pytest.param(
            message(template={"name": "sale", "language": {"code": "fr"}}),
            404,
            132001,
            id="no such language",
        ),
        pytest.param(message(name="pending"), 404, 132001, id="not approved"),
        pytest.param(message(name="paused"), 400, 132015, id="paused"),
        pytest.param(message(name="disabled"), 400, 132016, id="disabled"),
        pytest.param(message(components=body("a")), 400, 132000, id="too few"),
        pytest.param(message(components=[]), 400, 132000, id="none"),
        pytest.param(message(components=body("a", "b", "c")), 400, 132000, id="many"),
        pytest.param(message(components=body("a\nb", "c")), 400, 132018, id="newline"),
        pytest.param(
            message(components=body("a     b", "c")), 400, 132018, id="spaces"
        ),
        pytest.param(message(components=body("", "c")), 400, 131008, id="empty value"),
        pytest.param(
            message(name="named", components=body("a")), 400, 132012, id="unnamed"
        ),
        pytest.param(
            message(name="rich", components=[URL, COUPON]), 400, 132012, id="no image"
        ),
        pytest.param(
            message(name="rich", components=[IMAGE, COUPON]), 400, 131008, id="no URL"
        ),
        pytest.param(
            message(name="rich", components=[IMAGE, URL]), 400, 131008, id="no coupon"
        ),
        pytest.param(
            message(name="rich", components=[IMAGE, URL, COUPON, {**URL, "index": 7}]),
            400,
            132012,
            id="no such button",
        ),
        pytest.param(message(components="x"), 400, 131009, id="not a list"),
        pytest.param(message(template={}), 400, 131008, id="no name"),
        pytest.param(message(to=""), 400, 100, id="nobody"),
        pytest.param(message(to="hello"), 400, 131009, id="no phone"),
        pytest.param(message(to="", recipient="+1"), 400, 131009, id="no user id"),
        pytest.param(message(messaging_product="sms"), 400, 100, id="product"),
        pytest.param(message(type="fax"), 400, 100, id="type"),
        pytest.param(message(biz_opaque_callback_data="x" * 513), 400, 100, id="data"),
        pytest.param(text(text={}), 400, 131008, id="no text"),
        pytest.param(text(text={"body": "x" * 4097}), 400, 100, id="long text"),
        pytest.param([1], 400, 100, id="not an object"),
    ],
)
def test_a_refusal_has_metas_code_and_leaves_no_trace(strict, ours, status, code):
    before = (strict.folder / "accepted.jsonl").read_bytes()

    answer = strict.post(ours)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert {"message", "type", "error_data", "fbtrace_id"} <= set(
        answer.json()["error"]
    )
    assert (strict.folder / "accepted.jsonl").read_bytes() == before


@pytest.mark.parametrize("token", [{}, {"Authorization": "Bearer wrong"}])
def test_without_the_token_nothing_works(strict, token):
    answer = strict.post(message(), headers=token)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


def test_a_number_nobody_has_is_refused(strict):
    error = strict.post(message(), path="/v25.0/999/messages").json()["error"]

    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_every_part_of_a_rich_template_is_taken(strict):
    answer = strict.post(message(name="rich", components=[IMAGE, URL, COUPON]))

    assert answer.status_code == 200


def test_templates_are_listed_page_by_page(strict):
    url, names = f"{strict.url}/v25.0/waba-1/message_templates?limit=4", []
    while url:
        page = httpx.get(url, headers=HEAD).json()
        names += [found["name"] for found in page["data"]]
        url = page["paging"].get("next")

    assert names == ["sale", "paused", "disabled", "pending", "named", "rich"]


# ---------- windows, stops, rates


@pytest.mark.parametrize(
    ("to", "status"),
    [
        pytest.param("+6591234567", 200, id="one second left"),
        pytest.param("+6591234568", 400, id="exactly 24 hours"),
        pytest.param("+6591234569", 400, id="never wrote"),
    ],
)
def test_free_text_needs_an_open_window(start, to, status):
    answer = start().post(text(to))

    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"]["code"] == 131047


def test_a_window_belongs_to_one_number(start):
    assert start().post(text(), path="/v25.0/2/messages").status_code == 400


@pytest.mark.parametrize("who", [{"from": "+6591234000"}, {"user_id": BSUID}])
def test_an_inbound_message_opens_the_window_and_lands(start, who):
    sandbox = start()
    ours = text(to=who.get("from"), recipient=who.get("user_id"))
    assert sandbox.post(ours).status_code == 400

    sandbox.order("inbound", {"phone_number_id": NUMBER, "text": "Hi", **who})

    assert sandbox.post(ours).status_code == 200
    [value] = [v for field, v in sandbox.changes() if "messages" in v]
    assert value["messages"][0]["text"] == {"body": "Hi"}
    assert value["messages"][0]["timestamp"] == str(int(NOW.timestamp()))


def test_a_stop_lands_and_later_marketing_fails_by_webhook(start):
    sandbox = start()
    who = {"phone_number_id": NUMBER, "from": PERSON}

    sandbox.order("preferences", {**who, "value": "stop"})
    assert sandbox.post(message("after stop")).status_code == 200
    sandbox.order("preferences", {**who, "value": "resume"})
    sandbox.post(message("after resume"))

    stopped, *others = sandbox.statuses()
    assert (stopped["status"], stopped["errors"][0]["code"]) == ("failed", 131050)
    assert {s["biz_opaque_callback_data"] for s in others} == {"after resume"}
    preferences = [v for field, v in sandbox.changes() if field == "user_preferences"]
    assert [p["user_preferences"][0]["value"] for p in preferences] == [
        "stop",
        "resume",
    ]


@pytest.mark.parametrize(
    ("to", "failed"),
    [
        pytest.param("+12125550100", True, id="New York"),
        pytest.param("+14165550100", False, id="Toronto"),
        pytest.param("+6591234567", False, id="Singapore"),
    ],
)
def test_marketing_to_the_united_states_fails_by_webhook(start, to, failed):
    sandbox = start()

    assert sandbox.post(message(to=to)).status_code == 200

    codes = [s["errors"][0]["code"] for s in sandbox.statuses() if "errors" in s]
    assert codes == ([131049] if failed else [])


def test_statuses_land_in_metas_shape(start):
    sandbox = start()
    answer = sandbox.post(message())

    statuses = sandbox.statuses()

    assert statuses[0]["status"] == "sent"
    assert statuses[0]["pricing"]["category"] == "marketing"
    assert {s["id"] for s in statuses} == {answer.json()["messages"][0]["id"]}
    assert {s["biz_opaque_callback_data"] for s in statuses} == {"key-1"}
    assert {s["recipient_id"] for s in statuses} == {"6591234567"}


def test_some_messages_fail_after_all(start):
    sandbox = start(undelivered="1")
    sandbox.post(message())

    [(field, value)] = sandbox.changes()

    assert field == "messages"
    assert "contacts" not in value
    assert value["statuses"][0]["errors"][0]["code"] == 131026


def test_one_person_gets_a_burst_of_45_and_then_no_more(start):
    sandbox = start("--messages-per-second", "1000")
    with httpx.Client(headers=HEAD) as client:
        url = f"{sandbox.url}/v25.0/{NUMBER}/messages"
        answers = [client.post(url, json=message(str(n))) for n in range(46)]
        other = client.post(url, json=message("other", to="+6591230000"))

    assert [a.status_code for a in answers] == [200] * 45 + [429]
    assert answers[-1].json()["error"]["code"] == 131056
    assert other.status_code == 200


def test_a_number_sends_no_faster_than_its_throughput(start):
    sandbox = start("--messages-per-second", "2")
    with httpx.Client(headers=HEAD) as client:
        url = f"{sandbox.url}/v25.0/{NUMBER}/messages"
        answers = [
            client.post(url, json=message(to=f"+659123456{n}")) for n in range(4)
        ]

    codes = [a.json().get("error", {}).get("code") for a in answers]
    assert codes[:2] == [None, None]
    assert 130429 in codes[2:]


# ---------- faults


@pytest.mark.parametrize("fault", ["lost_answer", "reset"])
def test_a_socket_closed_without_an_answer(start, fault):
    sandbox = start("--fault", fault)

    with pytest.raises(httpx.TransportError):
        sandbox.post(message())

    accepted = [(e["delivery_key"], e["answered"]) for e in sandbox.accepted()]
    assert accepted == ([("key-1", False)] if fault == "lost_answer" else [])


@pytest.mark.parametrize(
    ("fault", "status", "kind", "code", "taken"),
    [
        pytest.param("http_500_after_accept", 500, "unknown", None, True, id="500"),
        pytest.param("http_503_before", 503, "unknown", None, False, id="503"),
        pytest.param("rate_429", 429, "refused", "130429", False, id="429"),
        pytest.param("html_502", 502, "unknown", None, False, id="502"),
        pytest.param("truncated_json", 200, "unknown", None, True, id="truncated"),
        pytest.param("wrong_content_type", 200, "unknown", None, True, id="type"),
        pytest.param("empty_200", 200, "unknown", None, True, id="empty"),
        pytest.param("code:131031", 403, "refused", "131031", False, id="code"),
    ],
)
def test_a_fault_is_answered_and_read(start, fault, status, kind, code, taken):  # noqa: PLR0913, PLR0917 - one column each
    sandbox = start()
    sandbox.order("faults", [fault])

    answer = sandbox.post(message())

    [read] = WhatsAppDestination("t").read(answer, [None])
    assert (answer.status_code, read.kind, read.code) == (status, kind, code)
    assert [e["answered"] for e in sandbox.accepted()] == ([False] if taken else [])


def test_rate_429_names_its_wait(start):
    answer = start("--fault", "rate_429").post(message())

    assert WhatsAppDestination("t").read(answer, [None])[0].retry_after == 1.0


def test_slow_accepts_first_and_answers_too_late(start):
    sandbox = start("--fault", "slow:5#1")

    with pytest.raises(httpx.ReadTimeout):
        sandbox.post(message(), timeout=1)

    wait_until(sandbox.accepted)
    assert [e["delivery_key"] for e in sandbox.accepted()] == ["key-1"]
    assert sandbox.post(message(), timeout=60).status_code == 200


@pytest.mark.parametrize(
    "order", [{"faults": ["html_502"]}, {"html_502": 1.0}, ["html_502#1"]]
)
def test_faults_can_be_set_and_ended_while_it_runs(start, order):
    sandbox = start()
    sandbox.order("faults", order)
    assert sandbox.post(message()).status_code == 502

    sandbox.order("faults", [])

    assert sandbox.post(message()).status_code == 200
    counts = httpx.get(f"{sandbox.url}/_sandbox/counts").json()
    assert counts == {"html_502": 1, "accepted": 1}


@pytest.mark.parametrize(
    "path_and_body",
    [
        ("faults", ["explode"]),
        ("faults", "html_502"),
        ("inbound", {"from": PERSON}),
        ("preferences", {"phone_number_id": "1", "from": PERSON, "value": "maybe"}),
    ],
)
def test_an_order_nobody_understands_is_said_so(strict, path_and_body):
    path, order = path_and_body

    answer = httpx.post(f"{strict.url}/_sandbox/{path}", json=order)

    assert answer.status_code == 400


def test_the_same_seed_strikes_the_same_requests():
    def struck(seed):
        faults = Faults(seed)
        faults.set(["lost_answer:0.3", "slow:1:0.5"])
        return [(f.name if (f := faults.draw()) else None) for _ in range(200)]

    assert struck(7) == struck(7)
    assert struck(7) != struck(8)
    assert 30 < struck(7).count("lost_answer") < 90


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reset", Fault("reset")),
        ("reset:0.5", Fault("reset", rate=0.5)),
        ("slow:2.5", Fault("slow", 2.5)),
        ("slow:2:0.1", Fault("slow", 2, 0.1)),
        ("code:131047:0.5#3", Fault("code", 131047, 0.5, 3)),
    ],
)
def test_a_fault_is_read_from_its_text(text, fault):
    assert Fault.parse(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "explode", "reset:2", "slow", "code", "reset:x", "reset:1:1", "reset:."],
)
def test_a_fault_of_no_known_form_is_an_error(text):
    with pytest.raises(ValueError, match=r"."):
        Fault.parse(text)


def test_faults_strike_before_or_after_acceptance_never_both():
    assert not BEFORE & AFTER


# ---------- the process


def test_it_says_what_it_is_and_listens_on_this_machine_only(start):
    sandbox = start()

    assert httpx.get(f"{sandbox.url}/_sandbox/health").json() == {"sandbox": "ott"}
    assert httpx.URL(sandbox.url).host == "127.0.0.1"
    port = httpx.URL(sandbox.url).port
    with socket.socket() as other, pytest.raises(OSError, match=r"."):
        other.connect(("127.0.0.2", port))


def test_sigterm_ends_it_cleanly_even_with_a_slow_request_open(start):
    sandbox = start("--fault", "slow:60")
    with pytest.raises(httpx.ReadTimeout):
        sandbox.post(message(), timeout=0.2)

    sandbox.process.terminate()

    assert sandbox.process.wait(60) == 0


def test_latency_is_waited_for(start):
    answer = start("--latency", "0.3").post(message())

    assert answer.elapsed.total_seconds() >= 0.3


def test_no_answered_message_is_missing_from_the_log_after_a_kill(start):
    sandbox = start("--messages-per-second", "100000")
    answered = []

    def send(worker):
        with httpx.Client(headers=HEAD) as client:
            url = f"{sandbox.url}/v25.0/{NUMBER}/messages"
            for n in range(200):
                to = f"+65{worker:03}{n:05}"
                try:
                    client.post(url, json=message(to, to=to)).raise_for_status()
                except httpx.TransportError:
                    return
                answered.append(to)
                if len(answered) == 100:
                    sandbox.process.kill()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))

    sandbox.process.wait(60)
    whole = (sandbox.folder / "accepted.jsonl").read_text().splitlines()
    logged = {json.loads(line)["delivery_key"] for line in whole if line.endswith("}")}
    assert len(answered) >= 100
    assert set(answered) <= logged


def test_a_torn_last_line_is_dropped_and_numbers_go_on(start, tmp_path):
    (tmp_path / "accepted.jsonl").write_text('{"seq":1}\n{"seq":')

    start().post(message())

    lines = (tmp_path / "accepted.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]


def test_the_log_is_on_disk_before_the_answer(tmp_path, monkeypatch):
    events = []
    monkeypatch.setattr("os.fsync", lambda _: events.append("fsync"))

    async def run():
        log = AcceptedLog(tmp_path / "accepted.jsonl")
        await asyncio.gather(*(log.append({"n": n}) for n in range(50)))
        events.append("answer")
        log.close()
        return log.entries()

    entries = asyncio.run(run())

    assert [e["n"] for e in entries] == list(range(50))
    assert events[-1] == "answer"
    assert 1 <= events.count("fsync") <= 2
