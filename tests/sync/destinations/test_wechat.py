"""
WeChat's adapter: its requests beside those of wechatpy, its answers beside the docs.

wechatpy 2.0.0a26 is a client we did not write. It cannot say `client_msg_id`: that one
is compared with the page "Send template messages" (2026).
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
import requests
from driving import ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with
from provider_cases.wechat import CASES, ROW, TEMPLATE
from wechatpy import WeChatClient, parse_message

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import Content
from sync.destinations.wechat import WeChatDestination
from sync.errors import ConfigError

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - naive UTC, as the clock tells it.
SUBSCRIBE = replace(TEMPLATE, message_type="subscribe")
TEXT = replace(ROW, free_text='Hi 安娜,\n"10%" für dich 👍 https://example.test')
MENU = Content(
    "quick_replies",
    {
        "text": "您对本次服务是否满意呢?",
        "replies": [
            {"title": "满意", "payload": "101"},
            {"title": "不满意", "payload": "102"},
        ],
    },
)
WITH_MENU = replace(ROW, content="menu", content_kind="quick_replies", free_text=None)
VALUES = {"thing1": {"value": "巧克力"}, "time2": {"value": "2026-11-23 09:42"}}


@pytest.fixture
def wechat():
    return WeChatDestination(
        app_id="wx0123456789abcdef", app_secret="s", contents={"menu": MENU}
    )


class Capture(requests.adapters.BaseAdapter):
    """Keeps what wechatpy would send."""

    def send(self, request, **_):
        self.request = request
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer.raw = io.BytesIO(b'{"errcode":0,"errmsg":"ok"}')
        return answer

    def close(self):
        pass


@pytest.fixture
def wechatpy_says():
    """The method, URL and body with which wechatpy calls, with the token `t`."""

    def say(name, *args, **kwargs):
        client = WeChatClient("wx0123456789abcdef", "s", access_token="t")
        capture = Capture()
        client._http.mount("https://", capture)
        getattr(client.message, name)(*args, **kwargs)
        sent = capture.request
        return sent.method.upper(), sent.url, json.loads(sent.body)

    return say


def said(wechat, row):
    request = wechat.authorized(wechat.request([row]), "t")
    return request.method, str(request.url), json.loads(request.content)


def read(response, row=ROW):
    destination = WeChatDestination(app_id="a", app_secret="s")
    [answer] = destination.read(response, [row])
    return answer


def answer(code, status=200, **more):
    body = {"errcode": code, "errmsg": "words rid: 63173398", **more}
    return httpx.Response(status, json=body)


# ---------- requests


def test_text_is_said_as_wechatpy_says_it(wechat, wechatpy_says):
    theirs = wechatpy_says("send_text", TEXT.address, TEXT.free_text)

    assert said(wechat, TEXT) == theirs


def test_free_text_and_message_are_the_same_call(wechat):
    assert said(wechat, TEXT) == said(wechat, replace(TEXT, message_type="free_text"))


def test_a_menu_is_said_as_wechatpy_says_it(wechat, wechatpy_says):
    menu = {
        "head_content": "您对本次服务是否满意呢?",
        "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
        "tail_content": "",
    }

    theirs = wechatpy_says("send_msg_menu", ROW.address, menu)

    assert said(wechat, WITH_MENU) == theirs


@pytest.mark.parametrize(
    ("button", "url"),
    [("", None), ("0:url:page", "https://example.test/o/1")],
    ids=["no link", "a link"],
)
def test_a_template_is_said_as_wechatpy_says_it(wechat, wechatpy_says, button, url):
    row = replace(TEMPLATE, button_parameters=button)

    theirs = wechatpy_says(
        "send_template", row.address, row.template_name, VALUES, url=url
    )

    method, where, body = said(wechat, row)
    assert body.pop("client_msg_id") == row.delivery_key
    assert (method, where, body) == theirs


@pytest.mark.parametrize(
    ("button", "page"),
    [("", None), ("0:url:page", "https://example.test/o/1")],
    ids=["no page", "a page"],
)
def test_a_notice_is_said_as_wechatpy_says_it(wechat, wechatpy_says, button, page):
    row = replace(SUBSCRIBE, button_parameters=button)

    theirs = wechatpy_says(
        "send_subscribe_message", row.address, row.template_name, VALUES, page=page
    )

    assert said(wechat, row) == theirs


@pytest.mark.parametrize("row", [TEXT, WITH_MENU, TEMPLATE, SUBSCRIBE])
def test_text_travels_as_it_is_and_never_escaped(wechat, row):
    request = wechat.request([row])

    assert b"\\u" not in request.content
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("row", [TEXT, TEMPLATE, SUBSCRIBE])
def test_the_same_row_is_always_the_same_bytes(wechat, row):
    first, second = wechat.request([row]), wechat.request([row])

    assert (first.content, first.url) == (second.content, second.url)


def test_only_a_template_has_a_key(wechat):
    keyed = [wechat.has_key(row) for row in (TEXT, WITH_MENU, TEMPLATE, SUBSCRIBE)]

    assert keyed == [False, False, True, False]


def test_the_stable_token_is_asked_for_and_never_forced(wechat):
    request = wechat.token_request(NOW)

    assert str(request.url) == "https://api.weixin.qq.com/cgi-bin/stable_token"
    assert json.loads(request.content) == {
        "grant_type": "client_credential",
        "appid": "wx0123456789abcdef",
        "secret": "s",
        "force_refresh": False,
    }


def test_the_token_is_in_the_query_and_only_once(wechat):
    request = wechat.authorized(wechat.request([TEXT]), "first/+=")

    request = wechat.authorized(request, "second")

    assert dict(request.url.params) == {"access_token": "second"}
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param({"access_token": "t", "expires_in": 7200}, 7200, id="given"),
        pytest.param({"errcode": 40125, "errmsg": "invalid"}, None, id="refused"),
        pytest.param({"access_token": "", "expires_in": 1}, None, id="empty"),
        pytest.param({"access_token": "t"}, None, id="no life"),
        pytest.param([], None, id="junk"),
    ],
)
def test_a_token_is_read_or_there_is_none(wechat, body, seconds):
    token = wechat.read_token(httpx.Response(200, json=body))

    assert (token and token.seconds) == seconds


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(
            replace(ROW, address="o6 bm"), "address_invalid", id="space in an openid"
        ),
        pytest.param(replace(ROW, address=""), "address_invalid", id="no openid"),
        pytest.param(
            replace(ROW, free_text=" "), "template_params_invalid", id="no text"
        ),
        pytest.param(
            replace(ROW, free_text="a\x01b"), "template_params_invalid", id="escape"
        ),
        pytest.param(
            replace(ROW, free_text="\ud800"), "template_params_invalid", id="surrogate"
        ),
        pytest.param(
            replace(ROW, message_type="mass"), "template_params_invalid", id="type"
        ),
        pytest.param(
            replace(TEMPLATE, template_name=None),
            "template_params_invalid",
            id="no template",
        ),
        pytest.param(
            replace(TEMPLATE, body_parameters="thing1,thing9"),
            "template_params_invalid",
            id="a value is missing",
        ),
        pytest.param(
            replace(TEMPLATE, button_parameters="0:quick_reply:page"),
            "template_params_invalid",
            id="kind of button",
        ),
        pytest.param(
            replace(TEMPLATE, button_parameters="0:url:thing1"),
            "template_params_invalid",
            id="not a link",
        ),
        pytest.param(
            replace(WITH_MENU, content_kind="image"),
            "content_not_supported",
            id="another kind than decided for",
        ),
    ],
)
def test_what_wechat_would_refuse_is_not_sent(wechat, row, reason):
    with pytest.raises(RowError) as caught:
        wechat.request([row])

    assert caught.value.reason_code == reason
    assert row.address not in str(caught.value) or not row.address


@pytest.mark.parametrize(
    "kind", ["image", "audio", "video", "buttons", "list", "carousel"]
)
def test_a_kind_that_needs_an_upload_is_not_sent(wechat, kind):
    wechat = replace(wechat, contents={"file": Content(kind, {})})

    with pytest.raises(RowError) as caught:
        wechat.request([replace(ROW, content="file", content_kind=kind)])

    assert caught.value.reason_code == "content_not_supported"


# ---------- answers


@pytest.mark.parametrize(
    ("response", "message_id"),
    [
        pytest.param(answer(0), None, id="text"),
        pytest.param(answer(0, msgid=200228332), "200228332", id="template"),
        pytest.param(answer(45065, msg_id=34182), "34182", id="the key is known"),
    ],
)
def test_errcode_0_or_a_known_key_is_acceptance(response, message_id):
    found = read(response)

    assert (found.kind, found.code) == ("accepted", None)
    assert found.provider_message_id == message_id


# What the reference says of each code ("channels", 3.3), in the run's words.
CLASSES = {
    "renew_token": "40001 40014 42001",
    "stop_run": "40013 40125 40164 41001 48001 48004 50002 45009",
    "retry": "45011",
    "retry_alone": "45066",
    "suppress_address": "40003 46004 43004 43019 48002",
    "close_window": "45015 45047",
    "defer_person": "43117",
    "pause_template": "40037 43116",
    "refuse": "43101 40033 47003 44004 45002 45028 45067",
    "unknown": "-1 40241",
}
ACTIONS = {code: action for action, codes in CLASSES.items() for code in codes.split()}


def test_the_seed_holds_these_codes_and_no_others():
    codes = load_classes(ROOT).codes

    # Words are what a later event tells, not the answer to a request.
    answered = {c for owner, c in codes if owner == "wechat" and c[-1].isdecimal()}
    assert answered == set(ACTIONS)


@pytest.mark.parametrize("code", ACTIONS)
def test_an_errcode_is_a_refusal_with_its_class(code):
    found = read(answer(int(code)))

    assert (found.kind, found.code) == ("refused", code)
    assert load_classes(ROOT).of("wechat", code).action == ACTIONS[code]


JSON_TYPE = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200), id="empty"),
        pytest.param(httpx.Response(200, html="<html>proxy</html>"), id="html 200"),
        pytest.param(httpx.Response(502, html="<html>proxy</html>"), id="html 502"),
        pytest.param(httpx.Response(200, json={"msgid": 1}), id="no errcode"),
        pytest.param(
            httpx.Response(200, json={"errcode": False}), id="errcode is false"
        ),
        pytest.param(httpx.Response(200, json={"errcode": "0"}), id="errcode is text"),
        pytest.param(httpx.Response(200, json=[{"errcode": 0}]), id="a list"),
        pytest.param(
            httpx.Response(200, content=b'{"errcode":0,"errm', headers=JSON_TYPE),
            id="cut off",
        ),
        pytest.param(
            httpx.Response(200, text='{"errcode":0}'), id="another content type"
        ),
        pytest.param(answer(0, 302), id="302"),
        pytest.param(answer(0, 500), id="500 with errcode 0"),
        pytest.param(answer(40003, 500), id="500 with a code"),
        pytest.param(answer(45011, 429), id="429, which WeChat never says"),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    assert (read(response).kind, read(response).code) == ("unknown", None)


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
            id="a date",
        ),
        pytest.param({"retry-after": "soon"}, None, id="junk"),
        pytest.param({}, None, id="none, as ever so far"),
    ],
)
def test_a_wait_is_read_should_there_be_one(headers, seconds):
    response = answer(45011)
    response.headers.update(headers)

    assert read(response).retry_after == seconds


bodies = bodies_with("errcode", "errmsg", "msgid", "msg_id")
types = st.sampled_from(["application/json", "text/html", "text/plain", ""])


@given(status=st.integers(100, 599), body=bodies, kind=types)
def test_no_answer_whatever_breaks_reading(status, body, kind):
    response = httpx.Response(status, content=body, headers={"content-type": kind})

    found = read(response)

    if found.kind == "accepted":
        assert 200 <= status < 300
        assert json.loads(body)["errcode"] in {0, 45065}


# ---------- against the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wechat")
    one = Sandbox(folder, landing=folder / "raw_whatsapp_webhooks.jsonl")
    yield one
    one.close()


@pytest.fixture
def there(sandbox):
    sandbox.forget()
    return replace(CASES[0].destination(sandbox.url), contents={"menu": MENU})


def landed(folder, message_id):
    lines = (folder / "raw_wechat_webhooks.jsonl").read_text().splitlines()
    xml = [json.loads(line)["payload"] for line in lines]
    [found] = [text for text in xml if f"<MsgID>{message_id}</MsgID>" in text]
    return found


@pytest.mark.parametrize("row", [TEXT, WITH_MENU], ids=["text", "quick_replies"])
def test_each_kind_of_content_is_taken_as_it_was_said(there, sandbox, row):
    [outcome], _ = drive(there, [row])

    assert outcome.event == "accepted"
    [taken] = sandbox.log()
    assert taken["said"] == json.loads(there.request([row]).content)


def test_a_template_that_arrived_is_told_in_xml(there, sandbox):
    [outcome], _ = drive(there, [replace(TEMPLATE, delivery_key="a" * 32)])

    event = parse_message(
        landed(sandbox.settings.directory, outcome.provider_message_id)
    )

    assert event.event == "templatesendjobfinish"
    assert event.status == "success"
    assert event.source == TEMPLATE.address


def test_a_template_that_was_blocked_says_so(tmp_path):
    one = Sandbox(tmp_path, landing=tmp_path / "w.jsonl", undelivered=1.0)
    try:
        [outcome], _ = drive(CASES[0].destination(one.url), [TEMPLATE])
    finally:
        one.close()

    event = parse_message(landed(tmp_path, outcome.provider_message_id))

    assert event.status == "failed:user block"


def test_a_notice_is_told_in_xml(there, sandbox):
    [outcome], _ = drive(there, [SUBSCRIBE])

    xml = landed(sandbox.settings.directory, outcome.provider_message_id)

    assert "<Event><![CDATA[subscribe_msg_sent_event]]></Event>" in xml
    assert "<ErrorCode>0</ErrorCode>" in xml


def test_a_repeated_template_is_one_message(there, sandbox):
    row = replace(TEMPLATE, delivery_key="b" * 32)

    outcomes = [drive(there, [row])[0][0] for _ in range(2)]

    assert [o.event for o in outcomes] == ["accepted", "accepted"]
    assert len({o.provider_message_id for o in outcomes}) == 1
    assert len(sandbox.log()) == 1


def test_a_busy_platform_costs_text_its_certainty_and_a_template_nothing(
    there, sandbox
):
    kinds = []
    for row in (TEXT, SUBSCRIBE, replace(TEMPLATE, delivery_key="c" * 32)):
        sandbox.faults("code:-1#1")
        [outcome], _ = drive(there, [row])
        kinds.append(outcome.event)
    sandbox.faults()

    assert kinds == ["unknown", "unknown", "accepted"]


def test_a_key_known_from_a_lost_answer_is_an_acceptance(there, sandbox):
    sandbox.faults("lost_answer#1", "code:45065#1")
    [outcome], _ = drive(there, [replace(TEMPLATE, delivery_key="d" * 32)])
    sandbox.faults()

    assert outcome.event == "accepted"
    assert len(sandbox.log()) == 1


def test_everybody_gets_the_same_token_until_it_is_forced(there):
    ask = there.token_request(NOW)
    forced = json.loads(ask.content) | {"force_refresh": True}

    with httpx.Client() as http:
        same = [there.read_token(http.send(ask)).value for _ in range(2)]
        other = there.read_token(http.post(ask.url, json=forced)).value

    assert same[0] == same[1] != other


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"appid": "other"}, 40013, id="app id"),
        pytest.param({"secret": "other"}, 40125, id="secret"),
        pytest.param({"grant_type": "password"}, 47001, id="grant"),
    ],
)
def test_wrong_credentials_give_no_token(there, changes, code):
    ask = there.token_request(NOW)
    body = json.loads(ask.content) | changes

    refused = httpx.post(ask.url, json=body)

    assert refused.status_code == 200
    assert refused.json()["errcode"] == code
    assert there.read_token(refused) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param('{"touser":"o1","msgtype":"text"}', 40008, id="no text"),
        pytest.param('{"touser":"o1","msgtype":"mass"}', 40008, id="no such type"),
        pytest.param(
            '{"touser":"o1","msgtype":"text","text":{"content":""}}', 44004, id="empty"
        ),
        pytest.param(
            '{"touser":"o1","msgtype":"text","text":{"content":"\\u4f60"}}',
            40033,
            id="escaped",
        ),
        pytest.param(
            '{"touser":"o 1","msgtype":"text","text":{"content":"x"}}',
            40003,
            id="openid",
        ),
        pytest.param("{", 47001, id="no JSON"),
    ],
)
def test_the_sandbox_refuses_what_wechat_would(there, content, code):
    with httpx.Client() as http:
        token = there.read_token(http.send(there.token_request(NOW))).value
        url = f"{there.base_url}/cgi-bin/message/custom/send?access_token={token}"
        refused = http.post(url, content=content, headers=JSON_TYPE)

    assert (refused.status_code, refused.json()["errcode"]) == (200, code)


# ---------- settings


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"OTT_WECHAT_APP_ID": "wx0123456789abcdef"}, id="no secret"),
        pytest.param(
            {
                "OTT_WECHAT_APP_ID": "wx0123456789abcdef",
                "OTT_WECHAT_APP_SECRET": "a-secret",
                "OTT_WECHAT_BASE_URL": "http://api.weixin.qq.com",
            },
            id="in the clear",
        ),
    ],
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        WeChatDestination.from_env(env)

    assert "a-secret" not in str(caught.value)
