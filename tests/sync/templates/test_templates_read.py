"""Each provider's list, read without a server; junk is no page and no error."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulling import AC, CASES, SETTINGS

from sync.errors import StoppedError
from sync.templates.base import Page, Refusal
from sync.templates.changes import changes_of, text_of
from sync.templates.fetch import Fetcher, IncompleteError
from sync.templates.pull import CATALOGUES

ENV = SETTINGS | {"OTT_INFOBIP_BASE_URL": "https://x.api.infobip.com"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("data", "paging", "next", "cursors", "after", "error", "code"),
                    *("contents", "meta", "next_page_url", "account_sid", "templates"),
                    *("header", "isSuccessful", "resultCode", "templateListResponse"),
                    *("totalCount", "template_list", "errcode", "totalResults"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def catalogue(provider):
    return CATALOGUES[provider].from_env(ENV)


def answer(body, status=200, url="https://a.example/"):
    request = httpx.Request("GET", url)
    return httpx.Response(status, json=body, request=request)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.provider)
@given(body=JSON, status=st.sampled_from([200, 201, 302, 400, 401, 404, 429, 500]))
def test_junk_is_no_error_and_a_page_only_where_its_list_is(case, body, status):
    response = answer(body, status)

    said = catalogue(case.provider).read(response)

    assert said is None or isinstance(said, Page | Refusal)
    if isinstance(said, Page):
        assert response.is_success
        assert all(isinstance(one, dict) for one in said.templates)


@pytest.mark.parametrize(
    ("provider", "body", "status", "helps"),
    [
        ("meta", {"error": {"code": 190, "message": "x"}}, 401, "login"),
        ("meta", {"error": {"code": 200, "message": "x"}}, 403, "login"),
        ("meta", {"error": {"code": 80007, "message": "x"}}, 400, "time"),
        ("meta", {"error": {"code": 100, "message": "x"}}, 400, "nothing"),
        ("twilio", {"code": 20003, "message": "Authenticate"}, 401, "login"),
        ("twilio", {"code": 20429, "message": "x"}, 429, "time"),
        ("infobip", {"requestError": {"serviceException": {}}}, 401, "login"),
        ("infobip", {"requestError": {"serviceException": {}}}, 404, "nothing"),
        ("nhn", {"header": {"isSuccessful": False, "resultCode": -1000}}, 200, "login"),
        ("nhn", {"header": {"isSuccessful": False, "resultCode": -9}}, 200, "nothing"),
        ("wechat", {"errcode": 42001, "errmsg": "x"}, 200, "token"),
        ("wechat", {"errcode": 40164, "errmsg": "x"}, 200, "login"),
        ("wechat", {"errcode": -1, "errmsg": "x"}, 200, "time"),
        ("wechat", {"errcode": 47001, "errmsg": "x"}, 200, "nothing"),
    ],
)
def test_a_refusal_says_what_helps(provider, body, status, helps):
    said = catalogue(provider).read(answer(body, status))

    assert isinstance(said, Refusal)
    assert said.helps == helps


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("meta", {"data": [], "paging": {"next": "https://x"}}),
        ("meta", {"data": ["x"]}),
        ("meta", {"data": None}),
        ("meta", {"data": [], "error": {"message": "x"}}),
        ("twilio", {"contents": []}),
        ("twilio", {"contents": [], "meta": {"next_page_url": "https://x"}}),
        ("infobip", {"templates": [1]}),
        ("infobip", {"templates": [], "requestError": {}}),
        ("nhn", {"header": {"isSuccessful": True}, "templateListResponse": None}),
        ("wechat", {"template_list": "none"}),
        ("wechat", {"errcode": 0}),
    ],
)
def test_a_list_that_is_not_all_there_is_no_page(provider, body):
    assert catalogue(provider).read(answer(body)) is None


def test_the_next_pages_host_is_never_asked():
    one = catalogue("twilio")
    url = "https://evil.example/v2/ContentAndApprovals?PageSize=50&Page=1&PageToken=PT"

    page = one.read(answer({"contents": [], "meta": {"next_page_url": url}}))
    request = one.request(AC, page.following)

    assert str(request.url) == (
        "https://content.twilio.com/v2/ContentAndApprovals?PageSize=50&Page=1"
        "&PageToken=PT"
    )


def test_another_accounts_templates_are_not_taken():
    body = {"contents": [{"account_sid": "AC2"}], "meta": {"next_page_url": None}}

    assert isinstance(catalogue("twilio").read(answer(body)), Refusal)


def test_each_request_is_what_the_page_says():
    asked = {
        name: catalogue(name).request(account, "")
        for name, account in [
            *(("meta", "1001"), ("twilio", AC), ("infobip", "+447860099299")),
            *(("nhn", "@shop/x"), ("wechat", "wx1")),
        ]
    }

    assert {name: request.method for name, request in asked.items()} == dict.fromkeys(
        CATALOGUES, "GET"
    )
    assert {
        name: str(request.url).split("?")[0] for name, request in asked.items()
    } == {
        "meta": "https://graph.facebook.com/v25.0/1001/message_templates",
        "twilio": "https://content.twilio.com/v2/ContentAndApprovals",
        "infobip": "https://x.api.infobip.com/whatsapp/2/senders/447860099299/templates",
        "nhn": "https://kakaotalk-bizmessage.api.nhncloudservice.com/alimtalk/v2.3"
        "/appkeys/canary-7f31-app/senders/%40shop%2Fx/templates",
        "wechat": "https://api.weixin.qq.com/cgi-bin/template/get_all_private_template",
    }


def test_no_catalogue_shows_its_secrets():
    for name in CATALOGUES:
        assert "canary" not in repr(catalogue(name))


class Answers:
    """An HTTP client with these answers; the last one goes on for ever."""

    timeout = httpx.Timeout(1)

    def __init__(self, *answers):
        self.answers = list(answers)

    def send(self, request):
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return httpx.Response(200, json=body, request=request)


def test_a_list_that_turns_in_a_circle_ends():
    paging = {"next": "https://x", "cursors": {"after": "a"}}
    http = Answers({"data": [], "paging": paging})

    with pytest.raises(IncompleteError, match="no end"):
        Fetcher(catalogue("meta"), http, None).fetch("1001")


def test_fewer_templates_than_announced_are_no_list():
    told = {"templates": [{"templateCode": "a"}], "totalCount": 2}
    http = Answers({"header": {"isSuccessful": True}, "templateListResponse": told})

    with pytest.raises(IncompleteError, match="1 templates came and 2 were announced"):
        Fetcher(catalogue("nhn"), http, None).fetch("k")


def test_a_token_that_is_never_taken_stops(monkeypatch):
    monkeypatch.setattr("sync.lists.WAIT_SECONDS", 0.0)
    token = {"access_token": "t", "expires_in": 7200}
    dead = {"errcode": 40001, "errmsg": "x"}
    http = Answers(token, dead, token, dead, token, dead)
    clock = type("Clock", (), {"now": lambda _: None})()

    with pytest.raises(StoppedError, match="40001"):
        Fetcher(catalogue("wechat"), http, clock).fetch("wx")


def test_what_has_no_name_is_appended_once_and_never_missed():
    one = catalogue("wechat")
    first = changes_of(one, [{"title": "x"}], {})

    known = {("", text_of({"title": "x"})): {"title": "x"}}

    assert first.added == [{"title": "x"}]
    assert changes_of(one, [{"title": "x"}], known).payloads() == []
    assert changes_of(one, [], known).payloads() == []


def test_a_payload_is_text_in_every_encoding():
    assert text_of({"a": "é"}) == '{"a": "é"}'
    assert text_of({"a": "\ud800"}) == '{"a": "\\ud800"}'
