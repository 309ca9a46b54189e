from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import httpx
import pytest
from driving import MESSAGE, ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with
from vonage_http_client import Auth, HttpClient
from vonage_messages import Messages, models

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import Content
from sync.destinations.vonage import VonageDestination
from sync.destinations.whatsapp_template import template_of
from sync.errors import ConfigError

UUID = "d8f86df1-dec6-442f-870a-2241be27d721"
WEBHOOK = "https://hooks.example.test/vonage"
LINK = "https://example.test/a.png"
JSON_TYPE = {"content-type": "application/json"}
BSUID = "US.13491208655302741918"
VONAGE = VonageDestination(
    api_key="abcd1234", api_secret="secret-token", webhook_url=WEBHOOK
)
BUTTON = {"title": "Look", "url": LINK}
CONTENTS = {
    "text": Content("text", {"text": "Hi {first_name}"}),
    "image": Content("image", {"url": LINK}),
    "worded": Content("image", {"url": LINK, "text": "Hi {first_name}"}),
    "film": Content("video", {"url": LINK, "preview_url": LINK, "text": "Hi"}),
    "audio": Content("audio", {"url": LINK, "seconds": 3}),
    "video": Content("video", {"url": LINK, "preview_url": LINK}),
    "buttons": Content("buttons", {"text": "Hi", "buttons": [BUTTON]}),
}
TEXT = replace(
    MESSAGE,
    destination="vonage",
    message_type="free_text",
    provider_account="15550002222",
)
TEMPLATE = replace(
    TEXT,
    message_type="template",
    template_name="acme_ns:winback_offer",
    language_code="pt_BR",
    parameter_format="POSITIONAL",
    free_text=None,
)
RICH = replace(
    TEMPLATE,
    header_format="IMAGE",
    header_parameter="picture",
    button_parameters="0:url:path",
    variables=json.dumps(
        {"first_name": "Ana", "offer": "10%", "path": "a?b", "picture": LINK}
    ),
)
RCS = replace(TEXT, channel="rcs", message_type="message", provider_account="ACME")
SMS = replace(TEXT, channel="sms", message_type="message")


def body_of(request):
    return json.loads(request.content)


def said(**changes):
    return body_of(VONAGE.request([replace(TEXT, **changes)]))


# ---------- requests, against vonage-messages 1.8.1


def sdk_says(model, **fields):
    """What the official client posts; it repeats lost requests, which is not for us."""
    posted = []

    class Captured(HttpClient):
        def post(self, host, path, body, auth_type, *_):
            posted.append((f"https://{host}{path}", auth_type, body))
            return {"message_uuid": UUID}

    client = Messages(Captured(Auth(api_key="abcd1234", api_secret="secret-token")))
    common = {
        "client_ref": MESSAGE.delivery_key,
        "webhook_url": WEBHOOK,
        "webhook_version": "v1",
    }
    client.send(model(**{"to": "6591234567", "from_": "15550002222"} | fields | common))
    [(url, auth_type, body)] = posted
    return url, auth_type, json.loads(json.dumps(body))


ROWS = {
    "text": (TEXT, models.WhatsappText, {"text": TEXT.free_text}),
    "text to a user id": (
        replace(TEXT, address=BSUID, address_type="bsuid"),
        models.WhatsappText,
        {"text": TEXT.free_text, "to": BSUID},
    ),
    "image": (
        replace(TEXT, content="image", content_kind="image"),
        models.WhatsappImage,
        {"image": {"url": LINK}},
    ),
    "image with words": (
        replace(TEXT, content="worded", content_kind="image"),
        models.WhatsappImage,
        {"image": {"url": LINK, "caption": "Hi Ana"}},
    ),
    "video with words": (
        replace(TEXT, content="film", content_kind="video"),
        models.WhatsappVideo,
        {"video": {"url": LINK, "caption": "Hi"}},
    ),
    "audio": (
        replace(TEXT, content="audio", content_kind="audio"),
        models.WhatsappAudio,
        {"audio": {"url": LINK}},
    ),
    "video": (
        replace(TEXT, content="video", content_kind="video"),
        models.WhatsappVideo,
        {"video": {"url": LINK}},
    ),
    "template": (
        TEMPLATE,
        models.WhatsappTemplate,
        {
            "template": {
                "name": "acme_ns:winback_offer",
                "parameters": ["Ana", "10%"],
            },
            "whatsapp": {"locale": "pt_BR", "policy": "deterministic"},
        },
    ),
    "template without values": (
        replace(TEMPLATE, body_parameters="", template_name="hello"),
        models.WhatsappTemplate,
        {
            "template": {"name": "hello"},
            "whatsapp": {"locale": "pt_BR", "policy": "deterministic"},
        },
    ),
    "template with more": (
        RICH,
        models.WhatsappCustom,
        {
            "custom": {
                "type": "template",
                "template": {
                    "namespace": "acme_ns",
                    "name": "winback_offer",
                    "language": {"code": "pt_BR"},
                    "components": [
                        {
                            "type": "header",
                            "parameters": [{"type": "image", "image": {"link": LINK}}],
                        },
                        {
                            "type": "body",
                            "parameters": [
                                {"type": "text", "text": "Ana"},
                                {"type": "text", "text": "10%"},
                            ],
                        },
                        {
                            "type": "button",
                            "sub_type": "url",
                            "index": "0",
                            "parameters": [{"type": "text", "text": "a?b"}],
                        },
                    ],
                },
            }
        },
    ),
    "rcs": (RCS, models.RcsText, {"text": TEXT.free_text, "from_": "ACME"}),
    "sms": (SMS, models.Sms, {"text": TEXT.free_text}),
    "sms by a name": (
        replace(SMS, provider_account="ACME Shop"),
        models.Sms,
        {"text": TEXT.free_text, "from_": "ACME Shop"},
    ),
}


@pytest.mark.parametrize(("row", "model", "fields"), ROWS.values(), ids=ROWS)
def test_a_row_is_said_as_the_official_client_says_it(row, model, fields):
    url, auth_type, body = sdk_says(model, **fields)

    request = replace(VONAGE, contents=CONTENTS).request([row])

    assert (request.method, str(request.url)) == ("POST", url)
    assert body_of(request) == body
    assert auth_type == "basic"
    expected = httpx.BasicAuth("abcd1234", "secret-token")._auth_header
    assert request.headers["authorization"] == expected
    assert request.headers["content-type"] == "application/json"


# ---------- requests, what no client decides for us


def test_the_delivery_key_comes_back_with_each_status():
    assert said()["client_ref"] == MESSAGE.delivery_key
    assert said()["webhook_version"] == "v1"


def test_there_is_never_a_failover():
    for row, _, _ in ROWS.values():
        request = replace(VONAGE, contents=CONTENTS).request([row])
        assert "failover" not in body_of(request)


def test_a_webhook_is_named_only_where_it_is_set():
    plain = replace(VONAGE, webhook_url=None)

    assert "webhook_url" not in body_of(plain.request([TEXT]))


@pytest.mark.parametrize("account", ["+15550002222", "15550002222"])
def test_numbers_have_no_plus_at_vonage(account):
    body = said(provider_account=account)

    assert (body["from"], body["to"]) == ("15550002222", "6591234567")


def test_named_values_go_as_metas_own_object():
    body = body_of(VONAGE.request([replace(TEMPLATE, parameter_format="NAMED")]))

    assert body["message_type"] == "custom"
    [component] = body["custom"]["template"]["components"]
    assert [p["parameter_name"] for p in component["parameters"]] == [
        "first_name",
        "offer",
    ]


def test_without_a_namespace_the_object_is_the_one_meta_gets():
    row = replace(RICH, template_name="winback_offer")

    assert body_of(VONAGE.request([row]))["custom"] == template_of(row)


def test_a_namespace_of_the_settings_is_put_before_a_name_without_one():
    vonage = replace(VONAGE, template_namespace="own_ns")
    short = replace(TEMPLATE, template_name="hello")

    names = [
        body_of(vonage.request([row]))["template"]["name"] for row in (short, TEMPLATE)
    ]

    assert names == ["own_ns:hello", "acme_ns:winback_offer"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"address": "6591234567"}, "address_invalid", id="no plus"),
        pytest.param({"address": BSUID}, "address_invalid", id="user id as a phone"),
        pytest.param(
            {"channel": "rcs", "address": BSUID, "address_type": "bsuid"},
            "address_invalid",
            id="user id on rcs",
        ),
        pytest.param({"channel": "line"}, "content_not_supported", id="channel"),
        pytest.param({"free_text": " "}, "template_params_invalid", id="no text"),
        pytest.param(
            {"free_text": "x" * 4097}, "template_params_invalid", id="long whatsapp"
        ),
        pytest.param(
            {"channel": "rcs", "provider_account": "ACME", "free_text": "x" * 3073},
            "template_params_invalid",
            id="long rcs",
        ),
        pytest.param(
            {"channel": "sms", "free_text": "x" * 3201},
            "template_params_invalid",
            id="long sms",
        ),
        pytest.param(
            {"message_type": "template"}, "template_params_invalid", id="no template"
        ),
        pytest.param(
            {
                "channel": "rcs",
                "provider_account": "ACME",
                "template_name": "t",
            },
            "content_not_supported",
            id="template on rcs",
        ),
        pytest.param(
            {"channel": "sms", "template_name": "t"},
            "content_not_supported",
            id="template on sms",
        ),
        pytest.param(
            {"template_name": "t", "language_code": "en", "variables": "{}"},
            "template_params_invalid",
            id="a value is missing",
        ),
        pytest.param({"provider_account": "ACME"}, "sender_restricted", id="a name"),
        pytest.param({"provider_account": ""}, "sender_restricted", id="no sender"),
        pytest.param(
            {"channel": "rcs", "provider_account": "A B"},
            "sender_restricted",
            id="no agent",
        ),
        pytest.param(
            {"content": "image", "content_kind": "audio"},
            "content_not_supported",
            id="content of another kind",
        ),
    ],
)
def test_what_cannot_be_said_is_not_sent(changes, reason):
    with pytest.raises(RowError) as caught:
        replace(VONAGE, contents=CONTENTS).request([replace(TEXT, **changes)])

    assert caught.value.reason_code == reason
    assert "6591234567" not in str(caught.value)
    assert "Ana" not in str(caught.value)


@pytest.mark.parametrize("channel", ["whatsapp", "rcs", "sms"])
@pytest.mark.parametrize("kind", CONTENTS)
def test_what_is_carried_is_said_and_nothing_else(channel, kind):
    vonage = replace(VONAGE, contents=CONTENTS)
    sender = "ACME" if channel == "rcs" else "15550002222"
    row = replace(
        RCS, channel=channel, provider_account=sender, content=kind, content_kind=kind
    )

    if kind in VonageDestination.carries[channel]:
        assert body_of(vonage.request([row]))["message_type"] == kind
    else:
        with pytest.raises(RowError) as caught:
            vonage.request([row])
        assert caught.value.reason_code == "content_not_supported"


# ---------- answers


def problem(code, status=422, **headers):
    """A problem in Vonage's shape, as its client's own fixtures have them."""
    page = f"/messages#{code}" if str(code).isdecimal() else f"#{code}"
    body = {
        "type": f"https://developer.vonage.com/api-errors{page}",
        "title": "Invalid params",
        "detail": "The value of one or more parameters is invalid.",
        "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
    }
    return httpx.Response(status, json=body, headers=headers)


def answer_to(response):
    [answer] = VONAGE.read(response, [TEXT])
    return answer


@pytest.mark.parametrize("more", [{}, {"workflow_id": "3TcNjguHxr2vcCZ9Ddsnq6tw8"}])
def test_a_uuid_is_acceptance(more):
    answer = answer_to(httpx.Response(202, json={"message_uuid": UUID} | more))

    assert (answer.kind, answer.code) == ("accepted", None)
    assert answer.provider_message_id == UUID


@pytest.mark.parametrize(
    ("response", "code"),
    [
        pytest.param(problem(1150), "1150", id="behind the hash"),
        pytest.param(problem("low-balance", 402), "low_balance", id="words"),
        pytest.param(problem("unauthorized", 401), "unauthorized", id="key"),
        pytest.param(problem("throttled", 429), "throttled", id="busy"),
        pytest.param(
            httpx.Response(422, json={"type": "about:blank", "title": "1240"}),
            "1240",
            id="the title is the code",
        ),
        pytest.param(
            httpx.Response(
                402,
                json={
                    "type": "https://developer.nexmo.com/api-errors/#low-balance",
                    "title": "Low balance",
                },
            ),
            "low_balance",
            id="the older address",
        ),
        pytest.param(
            httpx.Response(401, json={"type": "UNAUTHORIZED", "title": "Key?"}),
            "http_401",
            id="neither",
        ),
        pytest.param(
            httpx.Response(422, json={"type": "https://a#Not A Code", "title": "x"}),
            "http_422",
            id="no code behind the hash",
        ),
        pytest.param(
            httpx.Response(
                429,
                content=problem(1000).content,
                headers={"content-type": "application/problem+json"},
            ),
            "1000",
            id="problem+json",
        ),
    ],
)
def test_a_problem_of_vonages_is_a_refusal(response, code):
    answer = answer_to(response)

    assert (answer.kind, answer.code) == ("refused", code)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(202), id="empty 202"),
        pytest.param(httpx.Response(202, html="<html>"), id="html 202"),
        pytest.param(
            httpx.Response(
                202,
                text=json.dumps({"message_uuid": UUID}),
                headers={"content-type": "text/html"},
            ),
            id="wrong type",
        ),
        pytest.param(
            httpx.Response(202, content=b'{"message_uuid": "d8', headers=JSON_TYPE),
            id="truncated",
        ),
        pytest.param(httpx.Response(202, json={}), id="no uuid"),
        pytest.param(httpx.Response(202, json={"message_uuid": ""}), id="empty uuid"),
        pytest.param(httpx.Response(202, json={"message_uuid": 7}), id="uuid 7"),
        pytest.param(httpx.Response(202, json={"message_uuid": "a b"}), id="no uuid"),
        pytest.param(httpx.Response(202, json=[{"message_uuid": UUID}]), id="a list"),
        pytest.param(httpx.Response(302, json={"message_uuid": UUID}), id="302"),
        pytest.param(httpx.Response(422, json={"message_uuid": UUID}), id="422"),
        pytest.param(problem(1240, 202), id="a problem on a 202"),
        pytest.param(problem(1030, 500), id="a problem on a 500"),
        pytest.param(problem(1000, 503), id="a problem on a 503"),
        pytest.param(problem(1240, 408), id="408"),
        pytest.param(httpx.Response(422, json={"title": "1240"}), id="no type"),
        pytest.param(httpx.Response(422, json={"type": "#1240"}), id="no title"),
        pytest.param(httpx.Response(401, json={"error_title": "x"}), id="other shape"),
        pytest.param(httpx.Response(429, html="<html>"), id="a proxy's 429"),
        pytest.param(httpx.Response(502, html="<html>"), id="502"),
        pytest.param(
            httpx.Response(422, content=b"[" * 100_000, headers=JSON_TYPE), id="deep"
        ),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    answer = answer_to(response)

    assert (answer.kind, answer.code) == ("unknown", None)


DATE = "Mon, 23 Nov 2026 10:00:00 GMT"
NOW = 1795428000  # DATE, in seconds since 1970.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"retry-after": "15"}, 15.0, id="seconds"),
        pytest.param(
            {"x-ratelimit-reset": str((NOW + 30) * 1000), "date": DATE},
            30.0,
            id="reset in milliseconds",
        ),
        pytest.param(
            {"x-ratelimit-reset": str(NOW + 30), "date": DATE}, 30.0, id="in seconds"
        ),
        pytest.param(
            {"x-ratelimit-reset": str((NOW - 30) * 1000), "date": DATE},
            1.0,
            id="reset gone by",
        ),
        pytest.param({"x-ratelimit-reset": str(NOW * 1000)}, 1.0, id="no clock"),
        pytest.param(
            {"retry-after": "15", "x-ratelimit-reset": "1769182705723", "date": DATE},
            15.0,
            id="both, as in Vonage's description",
        ),
        pytest.param({"x-ratelimit-reset": "9" * 400}, None, id="endless"),
        pytest.param({"retry-after": "soon"}, None, id="junk"),
    ],
)
def test_every_form_of_a_wait_is_read(headers, seconds):
    assert answer_to(problem("throttled", 429, **headers)).retry_after == seconds


def test_an_accepted_message_with_nothing_left_of_the_limit_asks_for_quiet():
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5"}

    answer = answer_to(
        httpx.Response(202, json={"message_uuid": UUID}, headers=headers)
    )

    assert (answer.kind, answer.retry_after) == ("accepted", 5.0)


bodies = bodies_with(
    "message_uuid",
    "type",
    "title",
    "detail",
    "instance",
    values=[UUID, "https://x/#1240", "1240"],
    most=5,
)
types = st.sampled_from(["application/json", "application/problem+json", "text/html"])


@given(st.integers(100, 599), bodies, types)
def test_no_answer_whatever_breaks_reading(status, body, kind):
    response = httpx.Response(status, content=body, headers={"content-type": kind})

    answer = answer_to(response)

    if answer.kind == "accepted":
        assert 200 <= status < 300
        assert json.loads(body)["message_uuid"] == answer.provider_message_id
    if answer.kind == "refused":
        assert re.fullmatch("[a-z0-9_]{1,40}", answer.code)
        assert 400 <= status < 500
    if answer.kind == "unknown":
        assert answer.code is None


@given(st.integers(100, 599))
def test_only_a_2xx_can_accept(status):
    answer = answer_to(httpx.Response(status, json={"message_uuid": UUID}))

    assert (answer.kind == "accepted") == (200 <= status < 300)


# ---------- what the codes lead to


# The table a person checks against Vonage's pages.
EXPECTED = {
    "refuse": "http_422 unavailable_legal 1010 1020 1022 1170 1360 1380 1381 1382 1430 "
    "1431 1474 1483",
    "suppress_address": "1050 1190 1240 1300 1310",
    "close_window": "1340",
    "defer_person": "1461",
    "unknown": "1030 1100 1180 1230 1320 1331",
    "retry": "http_429 throttled 1000",
    "stop_sender": "1120 1420 1460",
    "stop_run": "http_401 http_402 http_403 http_404 unauthorized invalid_api_key "
    "multiple_auth_methods invalid_ip low_balance forbidden unprovisioned "
    "account_suspended application_suspended not_found 1060 1070",
}
ACTIONS = {code: action for action, codes in EXPECTED.items() for code in codes.split()}


def test_every_code_of_the_table_is_expected_and_the_other_way_round():
    path = ROOT / "seeds/reference/provider_error_classes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = [r["code"] for r in csv.DictReader(file) if r["provider"] == "vonage"]

    assert sorted(codes) == sorted(ACTIONS)


@pytest.mark.parametrize("code", [*ACTIONS, "9999", "words_nobody_listed"])
def test_a_code_leads_to_what_the_table_says(code):
    if code.startswith("http_"):
        body = {"type": "about:blank", "title": "No"}
        response = httpx.Response(int(code[5:]), json=body)
    else:
        response = problem(code.replace("_", "-"))

    kind = load_classes(ROOT).of("vonage", answer_to(response).code)

    assert answer_to(response).code == code
    assert kind.action == ACTIONS.get(code, "refuse")


# ---------- settings


ENV = {"OTT_VONAGE_API_KEY": "abcd1234", "OTT_VONAGE_API_SECRET": "a-secret"}


def test_settings_come_from_the_environment(tmp_path):
    path = tmp_path / "secret"
    path.write_text("from-file\n")

    vonage = VonageDestination.from_env(
        {
            "OTT_VONAGE_API_KEY": "abcd1234",
            "OTT_VONAGE_API_SECRET_FILE": str(path),
            "OTT_VONAGE_BASE_URL": "https://api-eu.nexmo.com/",
            "OTT_VONAGE_TEMPLATE_NAMESPACE": "own_ns",
            "OTT_VONAGE_WEBHOOK_URL": WEBHOOK,
        }
    )

    request = vonage.request([TEXT])
    assert str(request.url) == "https://api-eu.nexmo.com/v1/messages"
    expected = httpx.BasicAuth("abcd1234", "from-file")._auth_header
    assert request.headers["authorization"] == expected
    assert body_of(request)["webhook_url"] == WEBHOOK
    assert vonage.template_namespace == "own_ns"


def test_few_settings_are_enough():
    vonage = VonageDestination.from_env(ENV)

    request = vonage.request([TEXT])

    assert str(request.url) == "https://api.nexmo.com/v1/messages"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"OTT_VONAGE_API_KEY": ""}, id="no key"),
        pytest.param({"OTT_VONAGE_API_SECRET": ""}, id="no secret"),
        pytest.param({"OTT_VONAGE_BASE_URL": "http://api.nexmo.com"}, id="http"),
        pytest.param({"OTT_VONAGE_WEBHOOK_URL": "hooks"}, id="webhook"),
        pytest.param({"OTT_VONAGE_TEMPLATE_NAMESPACE": "a:b"}, id="namespace"),
    ],
)
def test_settings_that_cannot_work_stop_the_run(changes):
    with pytest.raises(ConfigError) as caught:
        VonageDestination.from_env(ENV | changes)

    assert "a-secret" not in str(caught.value)


def test_secrets_and_addresses_stay_out_of_repr():
    shown = repr(VONAGE) + repr(TEXT) + repr(VONAGE.request([TEXT]))

    for word in ("secret-token", "6591234567", "Ana"):
        assert word not in shown


# ---------- against the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("vonage"))
    yield one
    one.close()


@pytest.fixture
def at_sandbox(sandbox):
    env = ENV | {"OTT_VONAGE_API_SECRET": "sandbox-token"}
    made = VonageDestination.from_env(
        env | {"OTT_VONAGE_BASE_URL": sandbox.url + "/vonage"}
    )
    return replace(made, contents=CONTENTS)


SENDABLE = {name: row for name, (row, _, _) in ROWS.items()} | {
    "rcs content": replace(RCS, content="text", content_kind="text")
}


@pytest.mark.parametrize("row", SENDABLE.values(), ids=SENDABLE)
def test_what_the_adapter_says_the_sandbox_takes(at_sandbox, sandbox, row):
    [outcome], _ = drive(at_sandbox, [row])

    assert outcome.event == "accepted"
    assert re.fullmatch("[0-9a-f-]{36}", outcome.provider_message_id)
    assert sandbox.log()[-1]["said"] == body_of(at_sandbox.request([row]))
    assert sandbox.log()[-1]["delivery_key"] == row.delivery_key


def post(sandbox, body, auth=("abcd1234", "sandbox-token")):
    return httpx.post(sandbox.url + "/vonage/v1/messages", json=body, auth=auth)


GOOD = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "6591234567",
    "from": "15550002222",
    "text": "Hi",
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"channel": "line"}, "1020", id="channel"),
        pytest.param({"message_type": "card"}, "1440", id="kind"),
        pytest.param({"to": "+6591234567"}, "1430", id="plus"),
        pytest.param({"to": None}, "1430", id="nobody"),
        pytest.param({"from": "ACME"}, "1420", id="sender"),
        pytest.param({"client_ref": "x" * 101}, "1020", id="long reference"),
        pytest.param({"text": ""}, "1020", id="no text"),
        pytest.param({"text": "x" * 4097}, "1020", id="long text"),
        pytest.param({"message_type": "image"}, "1020", id="no image"),
        pytest.param(
            {"message_type": "image", "image": {"url": "ftp://x"}}, "1020", id="url"
        ),
        pytest.param(
            {"message_type": "template", "template": {"name": ""}}, "1022", id="name"
        ),
        pytest.param(
            {
                "message_type": "template",
                "template": {"name": "t", "parameters": [""]},
            },
            "1022",
            id="empty value",
        ),
    ],
)
def test_the_sandbox_refuses_as_vonage_does(sandbox, changes, code):
    answer = post(sandbox, GOOD | changes)

    assert answer.status_code == 422
    assert answer_to(answer).code == code
    assert answer.json()["invalid_parameters"]


@pytest.mark.parametrize("auth", [("abcd1234", "other"), ("", "sandbox-token"), None])
def test_the_sandbox_wants_key_and_secret(sandbox, auth):
    answer = post(sandbox, GOOD, auth)

    assert answer.status_code == 401
    assert answer_to(answer).code == "unauthorized"


def test_the_sandbox_takes_no_list(sandbox):
    assert post(sandbox, [GOOD]).status_code == 422


def test_the_sandbox_sends_a_repeated_message_twice(at_sandbox, sandbox):
    before = len(sandbox.log())

    outcomes = [drive(at_sandbox, [TEXT])[0][0] for _ in range(2)]

    assert len(sandbox.log()) == before + 2
    assert len({one.provider_message_id for one in outcomes}) == 2


@pytest.mark.parametrize(
    ("fault", "event", "action"),
    [
        pytest.param("code:402#1", "refused", "stop_run", id="low balance"),
        pytest.param("code:1340#1", "refused", "close_window", id="window"),
        pytest.param("code:1461#1", "deferred", "defer_person", id="enough"),
        pytest.param("code:1320#1", "unknown", "unknown", id="already sent"),
    ],
)
def test_a_fault_on_demand_leads_to_its_class(
    at_sandbox, sandbox, fault, event, action
):
    sandbox.faults(fault)

    [outcome], run = drive(at_sandbox, [TEXT])

    assert outcome.event == event
    assert run.actions == [action]
