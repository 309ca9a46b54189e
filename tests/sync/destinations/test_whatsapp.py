from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with

from sync.destinations import DESTINATIONS, RowError
from sync.destinations.whatsapp import WhatsAppDestination
from sync.errors import ConfigError
from sync.messages import SendRow

ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+6591234567", "wa_id": "6591234567"}],
    "messages": [{"id": "wamid.1", "message_status": "accepted"}],
}


def body_of(request):
    return json.loads(request.content)


def refusal(code, status=400, **headers):
    error = {"message": "no", "code": code, "error_data": "plain"}
    return httpx.Response(status, json={"error": error}, headers=headers)


def answer_to(response):
    [answer] = WhatsAppDestination("t").read(response, [None])
    return answer


# ---------- requests


def test_a_template_row_becomes_one_post(whatsapp, row):
    request = whatsapp.request([row()])

    assert request.method == "POST"
    assert str(request.url) == "https://graph.facebook.com/v25.0/1065550001/messages"
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["content-type"] == "application/json"
    assert body_of(request) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+6591234567",
        "type": "template",
        "template": {
            "name": "spring_sale",
            "language": {"code": "pt_BR"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Ana"},
                        {"type": "text", "text": "10%"},
                    ],
                }
            ],
        },
        "biz_opaque_callback_data": "key-1",
    }


def test_the_same_row_is_always_the_same_bytes(whatsapp, row):
    assert whatsapp.request([row()]).content == whatsapp.request([row()]).content


def test_a_template_without_values_has_no_components(whatsapp, row):
    body = body_of(whatsapp.request([row(body_parameters="", variables="{}")]))

    assert "components" not in body["template"]


def test_numbers_keep_the_digits_sql_wrote(whatsapp, row):
    variables = '{"first_name": 1, "offer": 12.50}'

    body = body_of(whatsapp.request([row(variables=variables)]))

    texts = [p["text"] for p in body["template"]["components"][0]["parameters"]]
    assert texts == ["1", "12.50"]


def test_free_text_never_shows_a_preview(whatsapp, text_row):
    body = body_of(whatsapp.request([text_row]))

    assert body["type"] == "text"
    assert body["text"] == {"body": text_row.free_text, "preview_url": False}


def test_a_business_scoped_id_goes_to_recipient(whatsapp, row):
    address = "US.13491208655302741918"

    body = body_of(whatsapp.request([row(address=address, address_type="bsuid")]))

    assert body["recipient"] == address
    assert "to" not in body


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"variables": '{"first_name": "Ana"}'}, id="a value is missing"),
        pytest.param({"variables": '{"first_name": null, "offer": "x"}'}, id="null"),
        pytest.param({"variables": '{"first_name": " ", "offer": "x"}'}, id="blank"),
        pytest.param({"variables": '{"first_name": ["a"], "offer": "x"}'}, id="nested"),
        pytest.param({"variables": '{"first_name": NaN, "offer": "x"}'}, id="NaN"),
        pytest.param({"variables": '{"first_name": "a\\nb", "offer": "x"}'}, id="\\n"),
        pytest.param({"variables": '{"first_name": "a\\tb", "offer": "x"}'}, id="tab"),
        pytest.param(
            {"variables": '{"first_name": "a     b", "offer": "x"}'}, id="5 spaces"
        ),
        pytest.param(
            {"variables": '{"first_name": "\\ud800", "offer": "x"}'}, id="surrogate"
        ),
        pytest.param({"variables": '["Ana"]'}, id="not an object"),
        pytest.param({"variables": "{"}, id="broken JSON"),
        pytest.param({"template_name": None}, id="no template"),
        pytest.param(
            {"header_format": "IMAGE", "header_parameter": "offer"}, id="not a link"
        ),
        pytest.param(
            {"header_format": "LOCATION", "header_parameter": "offer"}, id="location"
        ),
        pytest.param({"button_parameters": "0:flow:offer"}, id="kind of button"),
        pytest.param(
            {
                "button_parameters": "0:copy_code:offer",
                "variables": json.dumps({"first_name": "Ana", "offer": "x" * 21}),
            },
            id="coupon too long",
        ),
        pytest.param({"message_type": "free_text", "free_text": " "}, id="no text"),
        pytest.param(
            {"message_type": "free_text", "free_text": "x" * 4097}, id="long text"
        ),
    ],
)
def test_values_meta_would_refuse_are_not_sent(whatsapp, row, changes):
    with pytest.raises(RowError) as caught:
        whatsapp.request([row(**changes)])

    assert caught.value.reason_code == "template_params_invalid"
    assert "Ana" not in str(caught.value)


def test_four_spaces_are_still_allowed(whatsapp, row):
    request = whatsapp.request([row(variables='{"first_name":"a    b","offer":"x"}')])

    assert "a    b" in request.content.decode()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        pytest.param("6591234567", "phone", id="no plus: a stranger would get it"),
        pytest.param("+65 9123 4567", "phone", id="spaces"),
        pytest.param("+0591234567", "phone", id="leading zero"),
        pytest.param("US.13491208655302741918", "phone", id="user id as a phone"),
        pytest.param("+6591234567", "bsuid", id="phone as a user id"),
        pytest.param("US." + "1" * 129, "bsuid", id="user id too long"),
    ],
)
def test_an_address_of_the_wrong_shape_is_not_sent(whatsapp, row, address, kind):
    with pytest.raises(RowError) as caught:
        whatsapp.request([row(address=address, address_type=kind)])

    assert caught.value.reason_code == "address_invalid"
    assert address not in str(caught.value)


# ---------- answers


@pytest.mark.parametrize("status", ["accepted", "held_for_quality_assessment", None])
def test_a_message_id_is_acceptance(status):
    message = {"id": "wamid.1"} | ({"message_status": status} if status else {})

    answer = answer_to(httpx.Response(200, json={"messages": [message]}))

    assert (answer.kind, answer.code) == ("accepted", None)
    assert answer.provider_message_id == "wamid.1"


def test_a_paused_template_is_a_refusal():
    message = {"id": "wamid.1", "message_status": "paused"}

    answer = answer_to(httpx.Response(200, json={"messages": [message]}))

    assert (answer.kind, answer.code) == ("refused", "132015")


@pytest.mark.parametrize(
    ("response", "code"),
    [
        pytest.param(refusal(131047), "131047", id="window"),
        pytest.param(refusal(190, 401), "190", id="token"),
        pytest.param(refusal(0, 401), "0", id="code 0"),
        pytest.param(refusal(424242), "424242", id="a code nobody listed"),
    ],
)
def test_metas_own_code_is_a_refusal(response, code):
    answer = answer_to(response)

    assert (answer.kind, answer.code) == ("refused", code)


@pytest.mark.parametrize("status", [408, 499, 500, 503])
def test_metas_own_code_on_a_failure_is_no_plain_refusal(status):
    answer = answer_to(refusal(131016, status))

    assert (answer.kind, answer.code) == ("failed", "131016")


JSON_TYPE = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200), id="empty 200"),
        pytest.param(httpx.Response(200, html="<html>"), id="html 200"),
        pytest.param(
            httpx.Response(200, text=json.dumps(ACCEPTED), headers={}), id="wrong type"
        ),
        pytest.param(
            httpx.Response(200, content=b'{"messages":[{"id":"w', headers=JSON_TYPE),
            id="truncated",
        ),
        pytest.param(httpx.Response(200, json={"messages": []}), id="no message"),
        pytest.param(httpx.Response(200, json={"messages": [{"id": ""}]}), id="no id"),
        pytest.param(httpx.Response(200, json={"messages": [{"id": 7}]}), id="id 7"),
        pytest.param(httpx.Response(200, json={"messages": {"id": "w"}}), id="object"),
        pytest.param(httpx.Response(200, json=[ACCEPTED]), id="a list"),
        pytest.param(
            httpx.Response(200, json=ACCEPTED | {"error": {"code": 131049}}),
            id="an error beside it",
        ),
        pytest.param(httpx.Response(201, json=ACCEPTED), id="201"),
        pytest.param(httpx.Response(302, json=ACCEPTED), id="302"),
        pytest.param(httpx.Response(500, text="oops"), id="500"),
        pytest.param(httpx.Response(502, html="<html>"), id="502"),
        pytest.param(refusal("131047"), id="code is text"),
        pytest.param(refusal(True), id="code is true"),  # noqa: FBT003
        pytest.param(refusal(131047, 200), id="an error on a 200"),
        pytest.param(
            httpx.Response(400, content=b"[" * 100_000, headers=JSON_TYPE), id="deep"
        ),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    assert answer_to(response).kind == "unknown"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param(
            {
                "retry-after": "Mon, 23 Nov 2026 10:01:30 GMT",
                "date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            90.0,
            id="date",
        ),
        pytest.param(
            {
                "retry-after": "Mon, 23 Nov 2026 09:00:00 GMT",
                "date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            0.0,
            id="date gone by",
        ),
        pytest.param(
            {"retry-after": "Mon, 23 Nov 2026 10:01:30 GMT"}, None, id="no clock"
        ),
        pytest.param({"retry-after": "soon"}, None, id="junk"),
        pytest.param({"retry-after": "-1"}, None, id="negative"),
        pytest.param({"retry-after": "9" * 400}, None, id="endless"),
        pytest.param({}, None, id="none"),
    ],
)
def test_the_providers_own_wait_is_read(headers, seconds):
    answer = answer_to(refusal(130429, 429, **headers))

    assert answer.retry_after == seconds


bodies = bodies_with("messages", "id", "error", "code", "message_status")
header_text = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=40
).map(str.strip)
types = st.sampled_from(["application/json", "text/html", "text/javascript", ""])


@given(status=st.integers(100, 599), body=bodies, wait=header_text, kind=types)
def test_no_answer_whatever_breaks_reading(status, body, wait, kind):
    headers = {"content-type": kind, "retry-after": wait, "date": wait}

    answer = answer_to(httpx.Response(status, content=body, headers=headers))

    if answer.kind == "accepted":
        assert status == 200
        assert json.loads(body)["messages"][0]["id"] == answer.provider_message_id
    if answer.kind == "unknown":
        assert answer.code is None
    assert answer.retry_after is None or answer.retry_after >= 0


@given(id_=st.text(min_size=1, max_size=20), status=st.integers(100, 599))
def test_only_a_200_can_accept(id_, status):
    answer = answer_to(httpx.Response(status, json={"messages": [{"id": id_}]}))

    assert (answer.kind == "accepted") == (status == 200)


# ---------- settings


def test_the_token_comes_from_a_file_too(tmp_path):
    path = tmp_path / "token"
    path.write_text("from-file\n")

    whatsapp = WhatsAppDestination.from_env({"OTT_WHATSAPP_TOKEN_FILE": str(path)})

    assert whatsapp.token == "from-file"


def test_the_base_url_may_be_the_sandbox():
    env = {
        "OTT_WHATSAPP_TOKEN": "t",
        "OTT_WHATSAPP_BASE_URL": "http://127.0.0.1:8025/v25.0/",
    }

    assert (
        WhatsAppDestination.from_env(env).base_url == env["OTT_WHATSAPP_BASE_URL"][:-1]
    )


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({}, id="no token"),
        pytest.param({"OTT_WHATSAPP_TOKEN": " "}, id="blank token"),
        pytest.param({"OTT_WHATSAPP_TOKEN": "a\nb"}, id="two lines"),
        pytest.param({"OTT_WHATSAPP_TOKEN": "Bearer x"}, id="with Bearer"),
        pytest.param({"OTT_WHATSAPP_TOKEN_FILE": "/nowhere"}, id="no such file"),
        *(
            pytest.param(
                {"OTT_WHATSAPP_TOKEN": "a-secret", "OTT_WHATSAPP_BASE_URL": url}, id=url
            )
            for url in (
                "http://graph.facebook.com/v25.0",
                "graph.facebook.com",
                "https://",
                "https://user:word@graph.facebook.com",
                "http://[",
            )
        ),
    ],
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        WhatsAppDestination.from_env(env)

    assert caught.value.exit_code == 3
    assert "a-secret" not in str(caught.value)


def test_secrets_and_addresses_stay_out_of_repr(whatsapp, row, text_row):
    seen = repr(whatsapp) + repr(row()) + repr(text_row)
    seen += repr(whatsapp.request([row()]))

    assert "secret-token" not in seen
    assert "6591234567" not in seen
    assert "Ana" not in seen
    assert "Your order" not in seen


# ---------- every destination


def test_destinations_go_by_their_own_names():
    assert {n: k.name for n, k in DESTINATIONS.items()} == {
        name: name for name in DESTINATIONS
    }
    assert all(issubclass(kind.row, SendRow) for kind in DESTINATIONS.values())


def test_the_holdout_sends_nothing():
    holdout = DESTINATIONS["holdout"].from_env({})

    assert holdout.sends is False
    with pytest.raises(RowError):
        holdout.request([])
    assert [a.kind for a in holdout.read(httpx.Response(200), [None])] == ["unknown"]
