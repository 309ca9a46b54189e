from __future__ import annotations

import csv
import json
import logging
import re
from dataclasses import replace
from urllib.parse import parse_qsl

import httpx
import jsonschema
import pytest
from driving import MESSAGE, ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with
from openapi import find
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import Content
from sync.destinations.twilio import TAKEN, TEMPLATE, TwilioDestination
from sync.errors import ConfigError

ACCOUNT = "AC" + "0a" * 16
KEY = "SK" + "1b" * 16
SERVICE = "MG" + "2c" * 16
TEMPLATE_SID = "HX" + "3d" * 16
SID = "SM" + "4e" * 16
CALLBACK = "https://hooks.example.test/twilio"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
JSON_TYPE = {"content-type": "application/json"}
TWILIO = TwilioDestination(
    account_sid=ACCOUNT,
    username=ACCOUNT,
    password="secret-token",
    status_callback=CALLBACK,
)
TEXT = replace(
    MESSAGE,
    destination="twilio",
    message_type="free_text",
    provider_account="+15550002222",
)
TEMPLATE_ROW = replace(
    TEXT,
    message_type="template",
    template_name=TEMPLATE_SID,
    parameter_format="POSITIONAL",
    free_text=None,
)
RCS = replace(TEXT, channel="rcs", message_type="message", provider_account=SERVICE)
SMS = replace(TEXT, channel="sms", message_type="message")


def form_of(request):
    return dict(parse_qsl(request.content.decode(), strict_parsing=True))


def said(**changes):
    return form_of(TWILIO.request([replace(TEXT, **changes)]))


# ---------- requests, against twilio 9.13.0 and Twilio's own description


class Captured(HttpClient):
    """What the official client would send; it gets a queued message for it."""

    def __init__(self):
        super().__init__(logging.getLogger("twilio"), is_async=False)

    def request(self, method, url, **kwargs):
        self.method, self.url, self.sent = method, url, kwargs
        return Response(201, json.dumps(message(status="queued")))


def sdk_says(to, **fields):
    captured = Captured()
    client = Client(ACCOUNT, "secret-token", http_client=captured)
    client.messages.create(
        to=to,
        shorten_urls=False,
        validity_period=600,
        status_callback=CALLBACK,
        **fields,
    )
    form = {name: str(value) for name, value in captured.sent["data"].items()}
    return captured.method, captured.url, captured.sent["auth"], form


ROWS = {
    "text": (
        TEXT,
        "whatsapp:+6591234567",
        {"from_": "whatsapp:+15550002222", "body": TEXT.free_text},
    ),
    "text by a service": (
        replace(TEXT, provider_account=SERVICE),
        "whatsapp:+6591234567",
        {"messaging_service_sid": SERVICE, "body": TEXT.free_text},
    ),
    "template": (
        TEMPLATE_ROW,
        "whatsapp:+6591234567",
        {
            "from_": "whatsapp:+15550002222",
            "content_sid": TEMPLATE_SID,
            "content_variables": json.dumps({"1": "Ana", "2": "10%"}),
        },
    ),
    "template without values": (
        replace(TEMPLATE_ROW, body_parameters=""),
        "whatsapp:+6591234567",
        {"from_": "whatsapp:+15550002222", "content_sid": TEMPLATE_SID},
    ),
    "rcs text": (
        RCS,
        "rcs:+6591234567",
        {"messaging_service_sid": SERVICE, "body": TEXT.free_text},
    ),
    "rcs by its agent": (
        replace(RCS, provider_account="rcs:acme_agent"),
        "rcs:+6591234567",
        {"from_": "rcs:acme_agent", "body": TEXT.free_text},
    ),
    "rcs template": (
        replace(RCS, template_name=TEMPLATE_SID, body_parameters="offer"),
        "rcs:+6591234567",
        {
            "messaging_service_sid": SERVICE,
            "content_sid": TEMPLATE_SID,
            "content_variables": json.dumps({"1": "10%"}),
        },
    ),
    "sms": (SMS, "+6591234567", {"from_": "+15550002222", "body": TEXT.free_text}),
    "sms by a name": (
        replace(SMS, provider_account="ACME Shop"),
        "+6591234567",
        {"from_": "ACME Shop", "body": TEXT.free_text},
    ),
}


@pytest.mark.parametrize(("row", "to", "fields"), ROWS.values(), ids=ROWS)
def test_a_row_is_said_as_the_official_client_says_it(row, to, fields):
    method, url, auth, form = sdk_says(to, **fields)

    request = TWILIO.request([row])

    assert (request.method, str(request.url)) == (method, url)
    assert form_of(request) == {
        # The client writes a boolean as Python does; Twilio reads it in any case.
        name: value.lower() if name == "ShortenUrls" else value
        for name, value in form.items()
    }
    kind, _, pair = request.headers["authorization"].partition(" ")
    assert (kind, pair) == ("Basic", httpx.BasicAuth(*auth)._auth_header[6:])
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def description():
    return json.loads(find("twilio_api_v2010.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [row for row, _, _ in ROWS.values()], ids=ROWS)
def test_a_row_is_what_twilios_own_description_takes(description, row):
    operation = description["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"][
        "post"
    ]
    body = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
    schema = body["schema"] | {"additionalProperties": False}
    kinds = {name: one.get("type") for name, one in schema["properties"].items()}
    read = {"integer": int, "boolean": json.loads}

    form = form_of(TWILIO.request([row]))
    typed = {name: read.get(kinds[name], str)(text) for name, text in form.items()}

    jsonschema.validate(typed, schema | {"components": description["components"]})
    assert typed["ShortenUrls"] is False


def test_the_states_of_an_accepted_message_are_twilios_own(description):
    states = description["components"]["schemas"]["message_enum_status"]["enum"]

    assert set(states) - TAKEN == {
        *("failed", "undelivered", "canceled", "scheduled"),
        *("receiving", "received", "partially_delivered"),
    }
    assert set(states) >= TAKEN


def test_a_templates_sid_is_that_of_the_content_api():
    text = find("twilio_content_v1.json").read_text(encoding="utf-8")
    schemas = json.loads(text)["components"]["schemas"]
    content = schemas["content.v1.content"]["properties"]

    assert content["sid"]["pattern"] == f"^{TEMPLATE}$"


# ---------- requests, what no client decides for us


def test_a_message_waits_at_twilio_for_ten_minutes_and_no_link_is_shortened():
    assert said()["ValidityPeriod"] == "600"
    assert said()["ShortenUrls"] == "false"
    assert "FallbackFrom" not in said()


def test_a_callback_is_asked_for_only_where_it_is_set():
    plain = replace(TWILIO, status_callback=None)

    assert "StatusCallback" not in form_of(plain.request([TEXT]))
    assert said()["StatusCallback"] == CALLBACK


def test_rcs_is_named_before_the_number_so_that_it_never_becomes_an_sms():
    assert form_of(TWILIO.request([RCS]))["To"] == "rcs:+6591234567"


def test_buttons_get_the_numbers_after_the_bodys():
    row = replace(
        TEMPLATE_ROW,
        button_parameters="0:url:path,1:copy_code:coupon",
        variables='{"first_name":"Ana","offer":12.50,"path":"a?b","coupon":"C1"}',
    )

    variables = json.loads(form_of(TWILIO.request([row]))["ContentVariables"])

    assert variables == {"1": "Ana", "2": "12.50", "3": "a?b", "4": "C1"}


def test_named_values_keep_their_names():
    row = replace(
        TEMPLATE_ROW, parameter_format="NAMED", button_parameters="0:url:offer"
    )

    variables = json.loads(form_of(TWILIO.request([row]))["ContentVariables"])

    assert variables == {"first_name": "Ana", "offer": "10%"}


def test_every_script_travels_in_a_form():
    text = "¿Cuándo? 退订 & 100% 👍\n+1"

    assert said(free_text=text)["Body"] == text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"address": "6591234567"}, "address_invalid", id="no plus"),
        pytest.param({"address": "+0591234567"}, "address_invalid", id="zero"),
        pytest.param(
            {"address": "US.13491208655302741918", "address_type": "bsuid"},
            "address_invalid",
            id="a user id of WhatsApp's",
        ),
        pytest.param({"channel": "line"}, "content_not_supported", id="channel"),
        pytest.param(
            {"channel": "sms", "template_name": TEMPLATE_SID},
            "content_not_supported",
            id="template by sms",
        ),
        pytest.param({"free_text": " "}, "template_params_invalid", id="no text"),
        pytest.param(
            {"free_text": "x" * 1601}, "template_params_invalid", id="long text"
        ),
        pytest.param(
            {"message_type": "template"}, "template_missing", id="no template"
        ),
        pytest.param(
            {"template_name": "winback_offer"}, "template_missing", id="a name, no sid"
        ),
        pytest.param(
            {"template_name": TEMPLATE_SID, "header_parameter": "offer"},
            "template_params_invalid",
            id="header",
        ),
        pytest.param(
            {"template_name": TEMPLATE_SID, "variables": '{"first_name": "Ana"}'},
            "template_params_invalid",
            id="a value is missing",
        ),
        pytest.param(
            {"template_name": TEMPLATE_SID, "body_parameters": "offer,nothing"},
            "template_params_invalid",
            id="an unknown value",
        ),
        pytest.param(
            {"provider_account": "MG12"}, "sender_restricted", id="half a sid"
        ),
        pytest.param({"provider_account": ""}, "sender_restricted", id="no sender"),
        pytest.param(
            {"channel": "sms", "provider_account": "A name too long"},
            "sender_restricted",
            id="long name",
        ),
        pytest.param(
            {"channel": "rcs", "provider_account": "+15550002222"},
            "sender_restricted",
            id="a number for an agent",
        ),
        pytest.param(
            {"content": "gone", "content_kind": "text"},
            "content_not_supported",
            id="no such content",
        ),
    ],
)
def test_what_cannot_be_said_is_not_sent(changes, reason):
    with pytest.raises(RowError) as caught:
        TWILIO.request([replace(TEXT, **changes)])

    assert caught.value.reason_code == reason
    assert "6591234567" not in str(caught.value)
    assert "Ana" not in str(caught.value)


LINK = "https://example.test/a"
BUTTON = {"title": "Look", "url": LINK}
CONTENTS = {
    "text": Content("text", {"text": "Hi {first_name}"}),
    "image": Content("image", {"url": LINK}),
    "audio": Content("audio", {"url": LINK, "seconds": 3}),
    "video": Content("video", {"url": LINK, "preview_url": LINK}),
    "buttons": Content("buttons", {"text": "Hi", "buttons": [BUTTON]}),
}


@pytest.mark.parametrize("channel", ["whatsapp", "rcs", "sms"])
@pytest.mark.parametrize("kind", CONTENTS)
def test_what_is_carried_is_said_and_nothing_else(channel, kind):
    twilio = replace(TWILIO, contents=CONTENTS)
    sender = "acme" if channel == "rcs" else "+15550002222"
    row = replace(
        RCS, channel=channel, provider_account=sender, content=kind, content_kind=kind
    )

    if kind in TwilioDestination.carries[channel]:
        assert form_of(twilio.request([row]))["Body"] == "Hi Ana"
    else:
        with pytest.raises(RowError) as caught:
            twilio.request([row])
        assert caught.value.reason_code == "content_not_supported"


# ---------- answers


def message(**changes):
    return {"sid": SID, "status": "queued", "error_code": None} | changes


def refusal(code, status=400, **headers):
    error = {"code": code, "message": "no", "more_info": "m", "status": status}
    return httpx.Response(status, json=error, headers=headers)


def answer_to(response):
    [answer] = TWILIO.read(response, [TEXT])
    return answer


@pytest.mark.parametrize("status", ["accepted", "queued", "sending", "sent", "read"])
def test_a_message_on_its_way_is_accepted_by_its_sid(status):
    answer = answer_to(httpx.Response(201, json=message(status=status)))

    assert (answer.kind, answer.code) == ("accepted", None)
    assert answer.provider_message_id == SID


@pytest.mark.parametrize(
    ("response", "code"),
    [
        pytest.param(refusal(21610), "21610", id="said stop"),
        pytest.param(refusal(20003, 401), "20003", id="key"),
        pytest.param(refusal(20429, 429), "20429", id="too busy"),
        pytest.param(refusal(99999), "99999", id="a code nobody listed"),
        pytest.param(
            httpx.Response(201, json=message(status="failed", error_code=63016)),
            "63016",
            id="failed at once",
        ),
    ],
)
def test_twilios_own_code_is_a_refusal(response, code):
    answer = answer_to(response)

    assert (answer.kind, answer.code) == ("refused", code)


def test_the_official_client_reads_the_same_code():
    response = refusal(21610)

    class Answering(Captured):
        def request(self, *args, **kwargs):
            return Response(response.status_code, response.text)

    client = Client(ACCOUNT, "t", http_client=Answering())
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to="+6591234567", body="Hi", from_="+15550002222")

    assert str(caught.value.code) == answer_to(response).code


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(201), id="empty 201"),
        pytest.param(httpx.Response(201, html="<html>"), id="html 201"),
        pytest.param(
            httpx.Response(
                201, text=json.dumps(message()), headers={"content-type": "text/html"}
            ),
            id="wrong type",
        ),
        pytest.param(
            httpx.Response(201, content=b'{"sid": "SM', headers=JSON_TYPE),
            id="truncated",
        ),
        pytest.param(httpx.Response(201, json={"status": "queued"}), id="no sid"),
        pytest.param(httpx.Response(201, json={"sid": SID}), id="no status"),
        pytest.param(httpx.Response(201, json=message(sid="SM1")), id="half a sid"),
        pytest.param(httpx.Response(201, json=message(sid=7)), id="sid 7"),
        pytest.param(httpx.Response(201, json=message(status="x")), id="new status"),
        pytest.param(
            httpx.Response(201, json=message(status="canceled")), id="canceled"
        ),
        pytest.param(
            httpx.Response(201, json=message(status="undelivered", error_code=30005)),
            id="undelivered: it was sent",
        ),
        pytest.param(
            httpx.Response(201, json=message(error_code=30001)), id="queued, but"
        ),
        pytest.param(
            httpx.Response(201, json=message(status="failed", error_code=True)),
            id="failed of true",
        ),
        pytest.param(httpx.Response(201, json=[message()]), id="a list"),
        pytest.param(httpx.Response(302, json=message()), id="302"),
        pytest.param(httpx.Response(400, json=message()), id="a message on a 400"),
        pytest.param(refusal(20500, 500), id="a code on a 500"),
        pytest.param(refusal(21610, 408), id="408"),
        pytest.param(refusal(21610, 201), id="an error on a 201"),
        pytest.param(refusal("21610"), id="code is text"),
        pytest.param(refusal(True), id="code is true"),  # noqa: FBT003
        pytest.param(httpx.Response(400, json={"code": 21610}), id="no message"),
        pytest.param(httpx.Response(429, html="<html>"), id="a proxy's 429"),
        pytest.param(httpx.Response(502, html="<html>"), id="502"),
        pytest.param(httpx.Response(503, text="busy"), id="503"),
        pytest.param(
            httpx.Response(400, content=b"[" * 100_000, headers=JSON_TYPE), id="deep"
        ),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    answer = answer_to(response)

    assert (answer.kind, answer.code) == ("unknown", None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="none: Twilio's own"),
        pytest.param({"twilio-concurrent-requests": "101"}, None, id="concurrency"),
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param(
            {
                "retry-after": "Mon, 23 Nov 2026 10:01:30 GMT",
                "date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            90.0,
            id="date",
        ),
        pytest.param({"retry-after": "soon"}, None, id="junk"),
    ],
)
def test_a_wait_is_read_where_there_is_one(headers, seconds):
    assert answer_to(refusal(20429, 429, **headers)).retry_after == seconds


bodies = bodies_with(
    "sid",
    "status",
    "error_code",
    "code",
    "message",
    values=[SID, "queued", "failed"],
    most=5,
)
types = st.sampled_from(["application/json", "text/html", ""])


@given(st.integers(100, 599), bodies, types)
def test_no_answer_whatever_breaks_reading(status, body, kind):
    response = httpx.Response(status, content=body, headers={"content-type": kind})

    answer = answer_to(response)

    if answer.kind == "accepted":
        assert 200 <= status < 300
        assert json.loads(body)["sid"] == answer.provider_message_id
    if answer.kind == "refused":
        assert re.fullmatch("-?[0-9]+", answer.code)
        assert status < 500
    if answer.kind == "unknown":
        assert answer.code is None


@given(st.integers(100, 599))
def test_only_a_2xx_can_accept(status):
    answer = answer_to(httpx.Response(status, json=message()))

    assert (answer.kind == "accepted") == (200 <= status < 300)


# ---------- what the codes lead to


# The table a person checks against Twilio's pages.
EXPECTED = {
    "refuse": "21211 21619 21656 30007 30036 63013 63021",
    "suppress_address": "21610 30005 30006 63003 63014 63024",
    "close_window": "63016",
    "defer_person": "63032 63049",
    "unknown": "20500",
    "retry": "20429 21611 30001 63017",
    "pause_template": "63005 63027 63028",
    "stop_sender": "30034 63007 63018",
    "stop_run": "10001 20003 20404 63051",
}
ACTIONS = {code: action for action, codes in EXPECTED.items() for code in codes.split()}


def test_every_code_of_the_table_is_expected_and_the_other_way_round():
    path = ROOT / "seeds/reference/provider_error_classes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = [r["code"] for r in csv.DictReader(file) if r["provider"] == "twilio"]

    assert sorted(codes) == sorted(ACTIONS)


@pytest.mark.parametrize("code", [*ACTIONS, "99999"])
def test_a_code_leads_to_what_the_table_says(code):
    kind = load_classes(ROOT).of("twilio", answer_to(refusal(int(code))).code)

    assert kind.action == ACTIONS.get(code, "refuse")


# ---------- settings


ENV = {"OTT_TWILIO_ACCOUNT_SID": ACCOUNT, "OTT_TWILIO_AUTH_TOKEN": "a-secret"}


def test_settings_come_from_the_environment(tmp_path):
    path = tmp_path / "secret"
    path.write_text("from-file\n")
    url = "https://api.dublin.ie1.twilio.com"

    twilio = TwilioDestination.from_env(
        {
            "OTT_TWILIO_ACCOUNT_SID": ACCOUNT,
            "OTT_TWILIO_API_KEY": KEY,
            "OTT_TWILIO_API_KEY_SECRET_FILE": str(path),
            "OTT_TWILIO_BASE_URL": url + "/",
            "OTT_TWILIO_STATUS_CALLBACK": CALLBACK,
            "OTT_TWILIO_VALIDITY_SECONDS": "36000",
        }
    )

    request = twilio.request([TEXT])
    assert str(request.url) == url + PATH
    expected = httpx.BasicAuth(KEY, "from-file")._auth_header
    assert request.headers["authorization"] == expected
    assert form_of(request)["ValidityPeriod"] == "36000"
    assert form_of(request)["StatusCallback"] == CALLBACK


def test_few_settings_are_enough():
    twilio = TwilioDestination.from_env(ENV)

    request = twilio.request([TEXT])

    assert str(request.url) == "https://api.twilio.com" + PATH
    expected = httpx.BasicAuth(ACCOUNT, "a-secret")._auth_header
    assert request.headers["authorization"] == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"OTT_TWILIO_ACCOUNT_SID": ""}, id="no account"),
        pytest.param({"OTT_TWILIO_ACCOUNT_SID": KEY}, id="a key for an account"),
        pytest.param({"OTT_TWILIO_AUTH_TOKEN": ""}, id="no token"),
        pytest.param({"OTT_TWILIO_API_KEY": KEY}, id="a key without its secret"),
        pytest.param({"OTT_TWILIO_API_KEY": "SK1"}, id="half a key"),
        pytest.param({"OTT_TWILIO_BASE_URL": "http://api.twilio.com"}, id="http"),
        pytest.param(
            {"OTT_TWILIO_STATUS_CALLBACK": "https://my_host.test/x"}, id="underscore"
        ),
        pytest.param({"OTT_TWILIO_VALIDITY_SECONDS": "0"}, id="0 seconds"),
        pytest.param({"OTT_TWILIO_VALIDITY_SECONDS": "36001"}, id="36001 seconds"),
        pytest.param({"OTT_TWILIO_VALIDITY_SECONDS": "ten"}, id="ten"),
    ],
)
def test_settings_that_cannot_work_stop_the_run(changes):
    with pytest.raises(ConfigError) as caught:
        TwilioDestination.from_env(ENV | changes)

    assert "a-secret" not in str(caught.value)


def test_secrets_and_addresses_stay_out_of_repr():
    shown = repr(TWILIO) + repr(TEXT) + repr(TWILIO.request([TEXT]))

    for word in ("secret-token", "6591234567", "Ana"):
        assert word not in shown


# ---------- against the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("twilio"))
    yield one
    one.close()


@pytest.fixture
def at_sandbox(sandbox):
    env = ENV | {"OTT_TWILIO_AUTH_TOKEN": "sandbox-token"}
    made = TwilioDestination.from_env(
        env | {"OTT_TWILIO_BASE_URL": sandbox.url + "/twilio"}
    )
    return replace(made, contents=CONTENTS)


SENDABLE = {name: row for name, (row, _, _) in ROWS.items()} | {
    "content": replace(SMS, content="text", content_kind="text")
}


@pytest.mark.parametrize("row", SENDABLE.values(), ids=SENDABLE)
def test_what_the_adapter_says_the_sandbox_takes(at_sandbox, sandbox, row):
    [outcome], _ = drive(at_sandbox, [row])

    assert outcome.event == "accepted"
    assert outcome.provider_message_id.startswith("SM")
    assert sandbox.log()[-1]["said"] == form_of(at_sandbox.request([row]))


def test_the_sandboxs_answer_is_one_of_twilios_messages(description, at_sandbox):
    schemas = description["components"]["schemas"]
    request = at_sandbox.request([TEXT])

    with httpx.Client() as http:
        body = http.send(request).json()

    schema = nullable(schemas["api.v2010.account.message"])
    jsonschema.validate(body, schema | {"components": nullable({"schemas": schemas})})
    assert set(body) <= set(schema["properties"])


def nullable(schema):
    """Make OpenAPI 3.0's `nullable` JSON Schema's."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: nullable(value) for name, value in schema.items()}
    if made.get("nullable") is True and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def post(sandbox, account=ACCOUNT, **changes):
    token = changes.pop("token", "sandbox-token")
    form = {"To": "+6591234567", "From": "+15550002222", "Body": "Hi"} | changes
    url = f"{sandbox.url}/twilio/2010-04-01/Accounts/{account}/Messages.json"
    form = {name: value for name, value in form.items() if value is not None}
    return httpx.post(url, data=form, auth=(ACCOUNT, token))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"token": "other"}, 401, 20003, id="token"),
        pytest.param({"account": "me"}, 404, 20404, id="account"),
        pytest.param({"To": None}, 400, 21604, id="nobody"),
        pytest.param({"To": "6591234567"}, 400, 21211, id="no plus"),
        pytest.param({"From": None}, 400, 21603, id="no sender"),
        pytest.param({"MessagingServiceSid": "MG1"}, 400, 21701, id="service"),
        pytest.param({"To": "whatsapp:+6591234567"}, 400, 63007, id="channels"),
        pytest.param({"Body": None}, 400, 21619, id="nothing said"),
        pytest.param({"Body": "x" * 1601}, 400, 21617, id="long"),
        pytest.param(
            {"ContentSid": TEMPLATE_SID, "ContentVariables": '{"1": ""}'},
            400,
            21656,
            id="empty value",
        ),
        pytest.param(
            {"ContentSid": TEMPLATE_SID, "ContentVariables": "1=x"},
            400,
            21656,
            id="no json",
        ),
        pytest.param({"ValidityPeriod": "36001"}, 400, 20001, id="validity"),
        pytest.param({"ShortenUrls": "true"}, 400, 20001, id="shortened"),
    ],
)
def test_the_sandbox_refuses_as_twilio_does(sandbox, changes, status, code):
    answer = post(sandbox, **changes)

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    assert answer_to(answer).code == str(code)


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic %%", "Bearer x"])
def test_the_sandbox_wants_basic_credentials(sandbox, authorization):
    url = sandbox.url + "/twilio" + PATH

    answer = httpx.post(url, data={}, headers={"Authorization": authorization})

    assert answer.status_code == 401


def test_the_sandbox_sends_a_repeated_message_twice(at_sandbox, sandbox):
    before = len(sandbox.log())

    outcomes = [drive(at_sandbox, [TEXT])[0][0] for _ in range(2)]

    assert len(sandbox.log()) == before + 2
    assert len({one.provider_message_id for one in outcomes}) == 2
