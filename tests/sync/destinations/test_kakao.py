"""AlimTalk and Brand Message by NHN Cloud, against its guides; and its codes."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from driving import ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from provider_cases.kakao import ALIMTALK, BRAND

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import KINDS, Content
from sync.destinations.kakao_alimtalk import KakaoAlimtalkDestination
from sync.destinations.kakao_brand import KakaoBrandDestination
from sync.destinations.message import uuid_of
from sync.errors import ConfigError
from sync.sandbox.nhn import NhnApi
from sync.sandbox.world import Settings

ENV = {"OTT_KAKAO_APP_KEY": "app", "OTT_KAKAO_SECRET_KEY": "sandbox-token"}
LINK = "https://example.test/a"
SECOND = replace(ALIMTALK, delivery_key="b" * 32, address="+821098765432")
PAIR = [ALIMTALK, SECOND]

# What a body may hold and must (`*`): the request tables of NHN Cloud's guides
# "AlimTalk API v2.3", "Request of Sending Replaced Messages", and "Brand Message API
# v1.0", "Request to send a free-form message" (2026-06-23). A number is a length.
RESEND = {"isResend*": bool, "resendType": str, "resendTitle": str}
RESEND |= {"resendContent": str, "resendSendNo": str}
COMMON = {
    "senderKey*": 40,
    "requestDate": str,
    "senderGroupingKey": 100,
    "createUser": str,
    "statsId": 8,
}
ALIMTALK_TABLE = {
    **COMMON,
    "templateCode*": 20,
    "recipientList*": [
        {
            "recipientNo*": 15,
            "templateParameter": {str: str},
            "resendParameter*": RESEND,
            "recipientGroupingKey": 100,
        }
    ],
}
BUTTON = {"name*": 14, "type*": str, "linkMo": 1000, "linkPc": 1000}
CARD = {
    "header*": 20,
    "message*": 180,
    "imageUrl*": str,
    "imageLink": 1000,
    "buttons*": [BUTTON | {"name*": 8}],
}
BRAND_TABLE = {
    **COMMON,
    "chatBubbleType*": str,
    "pushAlarm": bool,
    "unsubscribeNo": str,
    "unsubscribeAuthNo": str,
    "adult": bool,
    "resellerCode": str,
    "recipientList*": [
        {
            "recipientNo*": str,
            "resendParameter*": RESEND | {"resendUnsubscribeNo": str},
            "targeting": str,
            "unsubscribeNo": str,
            "unsubscribeAuthNo": str,
            "recipientGroupingKey": 100,
        }
    ],
}
BUBBLES = {
    "TEXT": {"content*": 1300, "buttons": [BUTTON]},
    "IMAGE": {
        "content*": 1300,
        "image*": {"imageUrl*": str, "imageLink": 1000},
        "buttons": [BUTTON],
    },
    "CAROUSEL_FEED": {"carousel*": {"list*": [CARD], "tail": {"linkMo*": str}}},
}

CONTENTS = {
    "image": {"url": LINK, "text": "New"},
    "buttons": {"text": "Look", "buttons": [{"title": "Shop", "url": LINK}]},
    "carousel": {
        "text": "Look",
        "cards": [
            {
                "title": f"Card {number}",
                "text": "For {first_name}",
                "image_url": LINK,
                "buttons": [{"title": "Shop", "url": LINK}],
            }
            for number in (1, 2)
        ],
    },
}
UNSAID = {
    "audio": {"url": LINK, "seconds": 3},
    "video": {"url": LINK, "preview_url": LINK},
    "quick_replies": {"text": "?", "replies": [{"title": "a", "payload": "b"}]},
    "list": {
        "text": "x",
        "button": "y",
        "rows": [{"id": "1", "title": "a", "description": "b"}],
    },
}


def check(table, value, at="body"):
    """Every field is one of the table's, of its type and length; none is missing."""
    known = {name.rstrip("*"): shape for name, shape in table.items()}
    assert not set(value) - set(known), at
    for name in table:
        assert not name.endswith("*") or name[:-1] in value, f"{at}.{name}"
    for name, found in value.items():
        shape, place = known[name], f"{at}.{name}"
        if isinstance(shape, list):
            for item in found:
                check(shape[0], item, place)
        elif shape == {str: str}:
            assert all(isinstance(text, str) for text in found.values()), place
        elif isinstance(shape, dict):
            check(shape, found, place)
        elif isinstance(shape, int):
            assert isinstance(found, str), place
            assert len(found) <= shape, place
        else:
            assert isinstance(found, shape), place


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kakao")
    one = Sandbox(folder, landing=folder / "raw_whatsapp_webhooks.jsonl")
    yield one
    one.close()


@pytest.fixture(scope="module")
def classes():
    return load_classes(ROOT)


@pytest.fixture
def alimtalk():
    return KakaoAlimtalkDestination.from_env(ENV)


def brand(contents=(), **env):
    made = KakaoBrandDestination.from_env(ENV | env)
    return replace(made, contents={k: Content(k, v) for k, v in dict(contents).items()})


def body_of(request):
    return json.loads(request.content)


def said(kind, body):
    """The Brand Message that a content file of this kind becomes."""
    row = replace(BRAND, content=kind, content_kind=kind)
    return body_of(brand({kind: body}).request([row]))


def answer(results=None, code=0, *, status=200, request="20261123r1", **headers):
    header = {"resultCode": code, "resultMessage": "m", "isSuccessful": code == 0}
    body = {"header": header}
    if results is not None:
        body["message"] = {"requestId": request, "sendResults": results}
    return httpx.Response(status, json=body, headers=headers)


def result(row, seq, code=0, **changes):
    number = "0" + row.address[3:]
    told = {"recipientSeq": seq, "recipientNo": number, "resultCode": code}
    return told | {"recipientGroupingKey": row.delivery_key} | changes


def without_key(row, seq, code=0, **changes):
    told = result(row, seq, code, **changes)
    del told["recipientGroupingKey"]
    return told


def read(response, rows=PAIR):
    answers = KakaoAlimtalkDestination.from_env(ENV).read(response, rows)
    return [(a.kind, a.code, a.provider_message_id) for a in answers]


NOBODY_KNOWS = [("unknown", None, None)] * 2


# ---------- requests


def test_alimtalk_is_one_template_for_many_people(alimtalk):
    request = alimtalk.request(PAIR)

    assert request.method == "POST"
    assert str(request.url) == (
        "https://kakaotalk-bizmessage.api.nhncloudservice.com"
        "/alimtalk/v2.3/appkeys/app/messages"
    )
    assert request.headers["x-secret-key"] == "sandbox-token"
    assert request.headers["content-type"] == "application/json;charset=UTF-8"
    assert body_of(request) == {
        "senderKey": "5e" * 20,
        "senderGroupingKey": "spring",
        "templateCode": "order_sent",
        "recipientList": [
            {
                "recipientNo": number,
                "resendParameter": {"isResend": False},
                "recipientGroupingKey": row.delivery_key,
                "templateParameter": {"first_name": "Ana", "offer": "10%"},
            }
            for row, number in zip(PAIR, ("01012345678", "01098765432"), strict=True)
        ],
    }
    check(ALIMTALK_TABLE, body_of(request))


def test_the_key_of_a_repeat_is_made_of_the_batchs_keys(alimtalk):
    key = "x-nc-api-idempotency-key"
    first, again = alimtalk.request(PAIR), alimtalk.request(PAIR)

    assert first.content == again.content
    assert first.headers[key] == again.headers[key]
    assert first.headers[key] == uuid_of(
        "kakao_alimtalk", *(row.delivery_key for row in PAIR)
    )
    assert first.headers[key] != alimtalk.request([ALIMTALK]).headers[key]


def test_a_template_without_values_has_none(alimtalk):
    row = replace(ALIMTALK, body_parameters="", variables="{}")

    [person] = body_of(alimtalk.request([row]))["recipientList"]

    assert "templateParameter" not in person


def test_a_name_of_a_value_may_be_korean(alimtalk):
    row = replace(ALIMTALK, body_parameters="고객명", variables='{"고객명": "안나"}')

    [person] = body_of(alimtalk.request([row]))["recipientList"]

    assert person["templateParameter"] == {"고객명": "안나"}


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("+821012345678", "01012345678"),
        ("+82111234567", "0111234567"),
        ("+82212345678", "0212345678"),
    ],
)
def test_a_number_is_written_as_korea_does(alimtalk, address, number):
    [person] = body_of(alimtalk.request([replace(ALIMTALK, address=address)]))[
        "recipientList"
    ]

    assert person["recipientNo"] == number


@pytest.mark.parametrize(
    "address",
    [
        "01012345678",
        "+8201012345678",
        "+6591234567",
        "+82",
        "ckUy2724egt1",
        "+82101234567x",
    ],
)
def test_what_is_no_korean_number_is_refused(alimtalk, address):
    for destination, row in ((alimtalk, ALIMTALK), (brand(), BRAND)):
        with pytest.raises(RowError) as caught:
            destination.request([replace(row, address=address)])

        assert caught.value.reason_code == "address_invalid"
        assert address not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "marketing"}, "policy_missing"),
        ({"template_name": None}, "template_missing"),
        ({"template_name": "t" * 21}, "template_missing"),
        ({"variables": '{"first_name": "Ana"}'}, "template_params_invalid"),
        ({"content": "cards", "content_kind": "carousel"}, "content_not_supported"),
        ({"provider_account": "two words"}, "sender_restricted"),
    ],
)
def test_what_alimtalk_cannot_say_is_refused(alimtalk, changes, reason):
    with pytest.raises(RowError) as caught:
        alimtalk.request([replace(ALIMTALK, **changes)])

    assert caught.value.reason_code == reason


@pytest.mark.parametrize(
    "changes", [{"template_name": "other"}, {"provider_account": "6f" * 20}]
)
def test_rows_of_two_templates_or_senders_are_never_one_request(alimtalk, changes):
    with pytest.raises(RowError):
        alimtalk.request([ALIMTALK, replace(SECOND, **changes)])


def test_brand_message_goes_to_friends_only_and_never_by_sms():
    request = brand().request([BRAND])

    assert str(request.url).endswith(
        "/brand-message/v1.0/appkeys/app/freestyle-messages"
    )
    assert "x-nc-api-idempotency-key" not in request.headers
    assert body_of(request) == {
        "senderKey": "5e" * 20,
        "senderGroupingKey": "spring",
        "chatBubbleType": "TEXT",
        "content": "Hi Ana, 10% for you",
        "recipientList": [
            {
                "recipientNo": "01012345678",
                "resendParameter": {"isResend": False},
                "recipientGroupingKey": BRAND.delivery_key,
                "targeting": "I",
            }
        ],
    }
    check(BRAND_TABLE | BUBBLES["TEXT"], body_of(request))


def test_targeting_and_the_number_to_say_stop_at_are_settings():
    env = {
        "OTT_KAKAO_TARGETING": "M",
        "OTT_KAKAO_UNSUBSCRIBE_NO": "080-123-4567",
        "OTT_KAKAO_UNSUBSCRIBE_AUTH_NO": "1234",
    }

    body = body_of(brand(**env).request([BRAND]))

    assert body["recipientList"][0]["targeting"] == "M"
    assert body["unsubscribeNo"] == "080-123-4567"
    assert body["unsubscribeAuthNo"] == "1234"
    check(BRAND_TABLE | BUBBLES["TEXT"], body)


@pytest.mark.parametrize(
    "env",
    [
        {"OTT_KAKAO_TARGETING": "X"},
        {"OTT_KAKAO_UNSUBSCRIBE_NO": "0212345678"},
        {"OTT_KAKAO_UNSUBSCRIBE_AUTH_NO": "1234"},
        {"OTT_KAKAO_BASE_URL": "http://nhn.example"},
        {"OTT_KAKAO_SECRET_KEY": ""},
        {"OTT_KAKAO_APP_KEY": ""},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_stops_before_anything(env):
    with pytest.raises(ConfigError):
        KakaoBrandDestination.from_env(ENV | env)


def test_a_picture_goes_with_words():
    body = said("image", {"url": LINK})

    assert body["chatBubbleType"] == "IMAGE"
    assert body["image"] == {"imageUrl": LINK}
    assert body["content"] == BRAND.free_text
    assert said("image", CONTENTS["image"])["content"] == "New"
    row = replace(BRAND, free_text=None, content="image", content_kind="image")
    with pytest.raises(RowError):
        brand({"image": {"url": LINK}}).request([row])


def test_buttons_and_cards_are_web_links():
    link = {"name": "Shop", "type": "WL", "linkMo": LINK, "linkPc": LINK}

    assert said("buttons", CONTENTS["buttons"])["buttons"] == [link]
    cards = said("carousel", CONTENTS["carousel"])["carousel"]["list"]
    assert cards[0] == {
        "header": "Card 1",
        "message": "For Ana",
        "imageUrl": LINK,
        "buttons": [link],
    }


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_kind_is_as_the_guide_has_it(kind):
    body = said(kind, CONTENTS[kind])

    check(BRAND_TABLE | BUBBLES[body["chatBubbleType"]], body)


@pytest.mark.parametrize("kind", UNSAID)
def test_a_kind_that_is_not_carried_is_refused(kind):
    with pytest.raises(RowError) as caught:
        said(kind, UNSAID[kind])

    assert caught.value.reason_code == "content_not_supported"


def test_the_kinds_carried_are_those_said():
    assert KakaoBrandDestination.carries["kakao"] == set(KINDS) - set(UNSAID)


def cards(number):
    return {"text": "x", "cards": CONTENTS["carousel"]["cards"][:1] * number}


def buttons(number):
    return {"text": "x", "buttons": [{"title": "Shop", "url": LINK}] * number}


@pytest.mark.parametrize(
    ("kind", "body", "fits"),
    [
        ("carousel", cards(1), False),
        ("carousel", cards(2), True),
        ("carousel", cards(6), True),
        ("carousel", cards(7), False),
        ("buttons", buttons(5), True),
        ("buttons", buttons(6), False),
        ("buttons", {"text": "x", "buttons": [{"title": "t" * 14, "url": LINK}]}, True),
        (
            "buttons",
            {"text": "x", "buttons": [{"title": "t" * 15, "url": LINK}]},
            False,
        ),
        ("image", {"url": LINK, "text": "t" * 1300}, True),
        ("image", {"url": LINK, "text": "t" * 1301}, False),
        ("image", {"url": LINK, "text": "t" + "\nt" * 99}, True),
        ("image", {"url": LINK, "text": "t" + "\nt" * 100}, False),
    ],
)
def test_nothing_longer_than_allowed_is_sent(kind, body, fits):
    if fits:
        said(kind, body)
    else:
        with pytest.raises(RowError):
            said(kind, body)


# ---------- answers


def test_each_row_gets_its_own_result_by_its_key():
    results = [result(SECOND, 2, -5000), result(ALIMTALK, 1)]

    assert read(answer(results)) == [
        ("accepted", None, "20261123r1:1"),
        ("refused", "-5000", None),
    ]


def test_without_keys_it_is_the_place_and_the_number():
    results = [without_key(ALIMTALK, 1), without_key(SECOND, 2, -3301)]

    assert read(answer(results)) == [
        ("accepted", None, "20261123r1:1"),
        ("refused", "-3301", None),
    ]


@pytest.mark.parametrize(
    "number", ["010-1234-5678", "821012345678", "+82 10-1234-5678"]
)
def test_a_number_told_in_another_form_is_the_same(number):
    results = [without_key(ALIMTALK, 1, recipientNo=number), without_key(SECOND, 2)]

    assert [kind for kind, _, _ in read(answer(results))] == ["accepted", "accepted"]


def test_only_a_request_for_one_may_leave_the_number_out():
    one = without_key(ALIMTALK, 1, recipientNo=None)

    assert read(answer([one]), [ALIMTALK]) == [("accepted", None, "20261123r1:1")]
    both = read(answer([one, without_key(SECOND, 2)]))
    assert [kind for kind, _, _ in both] == ["unknown", "accepted"]


@pytest.mark.parametrize(
    ("results", "kinds"),
    [
        pytest.param([result(ALIMTALK, 1)], ["accepted", "unknown"], id="one lacks"),
        pytest.param([], ["unknown", "unknown"], id="none"),
        pytest.param(
            [result(ALIMTALK, 1), result(ALIMTALK, 2), result(SECOND, 3)],
            ["unknown", "accepted"],
            id="one twice",
        ),
        pytest.param(
            [without_key(SECOND, 1), without_key(ALIMTALK, 2)],
            ["unknown", "unknown"],
            id="numbers in another order",
        ),
        pytest.param(
            [without_key(ALIMTALK, 1)], ["unknown"] * 2, id="too few, no keys"
        ),
        pytest.param(
            [result(ALIMTALK, 1, "0"), result(SECOND, "2")],
            ["unknown", "unknown"],
            id="no numbers",
        ),
        pytest.param(["x", None], ["unknown", "unknown"], id="junk"),
        pytest.param(
            [result(ALIMTALK, 1, recipientGroupingKey=["k"]), result(SECOND, 2)],
            ["unknown", "accepted"],
            id="a key that is none",
        ),
    ],
)
def test_a_row_without_one_clear_result_is_unknown(results, kinds):
    assert [kind for kind, _, _ in read(answer(results))] == kinds


@pytest.mark.parametrize("code", [-1000, -2017, -3003, -6666])
def test_a_200_that_failed_is_a_refusal(code):
    assert read(answer(code=code)) == [("refused", str(code), None)] * 2


def test_where_all_failed_each_keeps_its_own_code():
    results = [result(ALIMTALK, 1, -5000), result(SECOND, 2, -3301)]

    assert [code for _, code, _ in read(answer(results, -1031))] == ["-5000", "-3301"]
    assert [code for _, code, _ in read(answer(code=-1031))] == ["-1031", "-1031"]


@pytest.mark.parametrize("code", [-1031, -3301, -9998])
def test_who_is_called_taken_in_a_failure_is_unknown(code):
    results = [result(ALIMTALK, 1), result(SECOND, 2, -5000)]

    assert read(answer(results, code)) == [
        ("unknown", None, None),
        ("refused", "-5000", None),
    ]
    strangers = [result(ALIMTALK, 1, recipientGroupingKey="another")]
    assert read(answer(strangers, code)) == [("unknown", None, None)] * 2


@pytest.mark.parametrize("code", [4, -1028, -2000, -2005, -3004, -3301, -4019, -5000])
def test_a_refusal_for_one_rows_data_is_asked_again_in_halves(code):
    assert read(answer(code=code)) == [("split", str(code), None)] * 2


ONE = [result(ALIMTALK, 1), result(SECOND, 2)]
GOOD = json.loads(answer(ONE).content)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(answer(ONE, status=500), id="500 that says success"),
        pytest.param(answer(code=-1000, status=503), id="503 that says failure"),
        pytest.param(answer(ONE, status=302), id="redirect"),
        pytest.param(answer(ONE, request=""), id="no request id"),
        pytest.param(
            httpx.Response(200, json=GOOD | {"message": None}), id="no message"
        ),
        pytest.param(httpx.Response(200, json=GOOD | {"header": {}}), id="no header"),
        pytest.param(
            httpx.Response(
                200, json={"header": {"isSuccessful": False, "resultCode": 0}}
            ),
            id="a failure with the code of success",
        ),
        pytest.param(
            httpx.Response(
                200,
                json=GOOD | {"header": {"isSuccessful": True, "resultCode": -9999}},
            ),
            id="a success with the code of a failure",
        ),
        pytest.param(
            httpx.Response(200, json=GOOD | {"header": {"isSuccessful": "true"}}),
            id="a word for true",
        ),
        pytest.param(httpx.Response(200, text="<html>"), id="html"),
        pytest.param(httpx.Response(429, text="<html>"), id="429 of a proxy"),
        pytest.param(httpx.Response(400, text="Bad Request"), id="400 of a proxy"),
        pytest.param(httpx.Response(401, json=["x"]), id="401 with a list"),
        pytest.param(
            httpx.Response(
                200, text=json.dumps(GOOD), headers={"content-type": "text/html"}
            ),
            id="wrong content type",
        ),
        pytest.param(httpx.Response(200, text=json.dumps(GOOD)[:-9]), id="cut off"),
        pytest.param(httpx.Response(200), id="empty"),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    assert read(response) == NOBODY_KNOWS


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        (
            {
                "Retry-After": "Mon, 23 Nov 2026 10:00:09 GMT",
                "Date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            9.0,
        ),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"}, 5.0),
    ],
)
def test_a_429_is_waited_for(alimtalk, classes, headers, wait):
    answers = alimtalk.read(answer(code=-429, status=429, **headers), PAIR)

    assert [(a.kind, a.code, a.retry_after) for a in answers] == [
        ("refused", "http_429", wait)
    ] * 2
    assert classes.of("kakao", "http_429").action == "retry"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "header",
                    "message",
                    "sendResults",
                    "isSuccessful",
                    "resultCode",
                    "requestId",
                    "recipientSeq",
                    "recipientNo",
                    "recipientGroupingKey",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(body=JSON, status=st.sampled_from([200, 201, 204, 301, 400, 401, 429, 500]))
def test_junk_is_never_accepted_and_never_an_error(body, status):
    answers = read(httpx.Response(status, json=body))

    assert len(answers) == 2
    assert all(kind != "accepted" for kind, _, _ in answers)


@given(junk=JSON, field=st.sampled_from(["resultCode", "recipientSeq"]))
def test_a_result_with_junk_in_it_never_gets_an_id_of_junk(junk, field):
    [first, _] = read(answer([result(ALIMTALK, 1, **{field: junk}), result(SECOND, 2)]))

    kind, _, message_id = first
    assert kind != "accepted" or message_id == f"20261123r1:{junk}" or junk == 0
    assert kind != "accepted" or type(junk) is int


# ---------- codes

# What happens next, by code: those of NHN Cloud's "Error Code" (2026-06-23) that an
# answer may carry, and Kakao's own.
EXPECTED = {
    "unknown": "-1005 -7000 -9999",
    "stop_run": "-1000 -1001 -1002 -1003 -1030 -4004 -4005 -4011 -9992 -9993 "
    "-9994 -9996 -9997 -9998 -541 -544 -816 -817 -818 -819 -401 "
    "-403 http_401 http_403 http_404",
    "stop_sender": "-1006 -1014 -1019 -1024 -1027 -2017 -3300 -3340 -3341 -4029",
    "suppress_address": "-3301 -4019 -5000",
    "refuse": "4 -1028 -1031 -2000 -2001 -2002 -2003 -2004 -2005 -2019 -2032 "
    "-2035 -3004 -3048 http_400 not_registered",
    "retry": "http_429 -815",
    "pause_template": "-2018 -2033 -2034 -2036 -2502 -2504 -3000 -3002 -3003 -3005 "
    "-3006 -3007 -3010 -3011 -3033 -3042 -3043 -3046 -3049 -3298 "
    "-3299 -3303 -3304 -3305 -3306 -3307 -3308 -3309 -3310 -3311 "
    "-3312 -3313 -3314 -3315 -3316 -3317 -3318 -3319 -3320 -3321 "
    "-3322 -3323 -3324 -3325 -3326 -3327 -3328 -3330 -3331 -3332 "
    "-3333 -3334 -3335 -3336 -3337 -3338 -3344 -3347 -3348 -3349 "
    "-4000 -4200 -8001 -8002 -8006 -8008",
}
ACTIONS = {code: action for action, codes in EXPECTED.items() for code in codes.split()}


@pytest.mark.parametrize("code", ACTIONS)
def test_a_code_says_what_the_run_does_next(classes, code):
    assert ("kakao", code) in classes.codes
    assert classes.of("kakao", code).action == ACTIONS[code]


def test_every_code_of_an_answer_is_expected():
    codes = load_classes(ROOT).codes
    kakao = {code for provider, code in codes if provider == "kakao"}

    # Those of four digits and no sign come later, by webhook.
    assert {c for c in kakao if not (c.isdecimal() and len(c) == 4)} == set(ACTIONS)


def test_who_opted_out_is_left_alone_until_they_say_otherwise(classes):
    found = classes.of("kakao", "-3301")

    assert (found.reason_code, found.suppress_days) == ("platform_opt_out", None)


# ---------- over HTTP, against the sandbox


def made(kind, sandbox, contents=()):
    env = {
        "OTT_KAKAO_APP_KEY": "sandbox-token",
        "OTT_KAKAO_SECRET_KEY": "sandbox-token",
        "OTT_KAKAO_BASE_URL": sandbox.url + "/kakao",
    }
    contents = {k: Content(k, v) for k, v in dict(contents).items()}
    return replace(kind.from_env(env), contents=contents)


def batch(name, number, **changes):
    return [
        replace(
            ALIMTALK,
            delivery_key=uuid_of(name, str(i)).replace("-", ""),
            address=f"+8210{i:08}",
            **changes,
        )
        for i in range(number)
    ]


def send(sandbox, rows, *faults, kind=KakaoAlimtalkDestination, contents=()):
    sandbox.faults(*faults)
    try:
        return drive(made(kind, sandbox, contents), rows)
    finally:
        sandbox.faults()


def keys_arrived(sandbox, rows):
    keys = {row.delivery_key for row in rows}
    return [e["delivery_key"] for e in sandbox.log() if e["delivery_key"] in keys]


def test_a_batch_is_one_call_and_each_has_an_id(sandbox):
    rows = batch("whole", 5)

    outcomes, _ = send(sandbox, rows)

    ids = [outcome.provider_message_id for outcome in outcomes]
    assert [i.rpartition(":")[2] for i in ids] == ["1", "2", "3", "4", "5"]
    assert len({i.rpartition(":")[0] for i in ids}) == 1


def test_one_bad_number_costs_only_itself(sandbox):
    rows = batch("bad", 3)
    rows[1] = replace(rows[1], address="+82212345678")

    outcomes, run = send(sandbox, rows)

    assert [o.event for o in outcomes] == ["accepted", "refused", "accepted"]
    assert outcomes[1].reason_code == "address_unreachable"
    assert "suppress_address" in run.actions
    assert keys_arrived(sandbox, rows) == [rows[0].delivery_key, rows[2].delivery_key]


def test_where_all_numbers_are_bad_each_is_told_so(sandbox):
    rows = [replace(row, address="+82212345678") for row in batch("all", 2)]

    outcomes, _ = send(sandbox, rows)

    assert [(o.event, o.provider_code) for o in outcomes] == [("refused", "-5000")] * 2


def test_rows_of_two_templates_in_a_batch_are_sent_apart(sandbox):
    rows = batch("mixed", 4)
    rows[2] = replace(rows[2], template_name="other")

    outcomes, _ = send(sandbox, rows)

    assert [o.event for o in outcomes] == ["accepted"] * 4
    assert sorted(keys_arrived(sandbox, rows)) == sorted(r.delivery_key for r in rows)
    told = {e["delivery_key"]: e["said"]["templateCode"] for e in sandbox.log()}
    assert [told[r.delivery_key] for r in rows] == [r.template_name for r in rows]


def test_a_row_that_cannot_be_said_leaves_the_others(sandbox):
    rows = batch("unsaid", 3)
    rows[0] = replace(rows[0], variables="{}")
    rows[1] = replace(rows[1], template_name="other")

    outcomes, _ = send(sandbox, rows)

    assert [o.event for o in outcomes] == ["refused", "accepted", "accepted"]


def test_a_batch_refused_for_one_row_is_sent_in_halves(sandbox):
    rows = batch("halves", 4)

    outcomes, _ = send(sandbox, rows, "code:-4019#1")

    assert [o.event for o in outcomes] == ["accepted"] * 4
    assert len(keys_arrived(sandbox, rows)) == 4


def test_halves_are_never_sent_after_an_answer_that_was_lost(sandbox):
    rows = batch("lost", 4)

    outcomes, _ = send(sandbox, rows, "lost_answer#1", "code:-4019#1")

    assert [o.event for o in outcomes] == ["unknown"] * 4
    assert len(keys_arrived(sandbox, rows)) == 4


def test_a_repeat_that_arrived_before_stays_unknown(sandbox):
    rows = batch("repeat", 2)
    destination = made(KakaoAlimtalkDestination, sandbox)
    drive(destination, rows)

    outcomes, _ = drive(destination, rows)

    assert [(o.event, o.provider_code) for o in outcomes] == [("unknown", "-1005")] * 2
    assert len(keys_arrived(sandbox, rows)) == 2


def test_a_fault_at_nhn_is_asked_again_under_the_same_key(sandbox):
    rows = batch("fault", 2)

    outcomes, _ = send(sandbox, rows, "code:-9999#1")

    assert [o.event for o in outcomes] == ["accepted"] * 2


def test_wrong_keys_stop_the_run(sandbox):
    destination = replace(made(KakaoAlimtalkDestination, sandbox), secret_key="no")

    outcomes, run = drive(destination, batch("keys", 2))

    assert [(o.event, o.provider_code) for o in outcomes] == [("refused", "-1001")] * 2
    assert run.actions == ["stop_run", "stop_run"]


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_kind_arrives(sandbox, kind):
    key = uuid_of("brand", kind).replace("-", "")
    row = replace(BRAND, delivery_key=key, content=kind, content_kind=kind)

    [outcome], _ = send(
        sandbox, [row], kind=KakaoBrandDestination, contents={kind: CONTENTS[kind]}
    )

    assert outcome.event == "accepted"
    assert outcome.provider_message_id.endswith(":1")
    assert keys_arrived(sandbox, [row]) == [key]


def test_what_is_reported_later_names_the_message_as_the_answer_did(sandbox):
    rows = batch("webhook", 3)
    rows[1] = replace(rows[1], address="+82212345678")
    outcomes, _ = send(sandbox, rows)

    path = sandbox.settings.directory / "raw_kakao_webhooks.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    payload = json.loads(lines[-1]["payload"])

    assert payload["event"] == "MESSAGE_RESULT_UPDATE"
    ids = [f"{h['requestId']}:{h['recipientSeq']}" for h in payload["hooks"]]
    assert ids == [o.provider_message_id for o in outcomes if o.event == "accepted"]
    # As staging reads them: models/staging/kakao/stg_kakao__statuses.sql.
    for hook, row in zip(payload["hooks"], (rows[0], rows[2]), strict=True):
        assert hook["resultCode"] == "1000"
        assert hook["recipientGroupingKey"] == row.delivery_key
        assert hook["requestId"].isalnum()
        assert len(hook["receiveDate"]) == len("2026-11-23 15:00:00")


@pytest.mark.parametrize(
    ("luck", "code"), [(0.0, "3019"), (0.01, "3018"), (0.0199, "3020"), (0.02, "1000")]
)
def test_a_share_of_the_accepted_is_never_delivered(tmp_path, luck, code):
    world = SimpleNamespace(luck=lambda *_: luck)
    api = NhnApi(world, Settings(directory=tmp_path, undelivered=0.02))

    assert api._fate({"recipientGroupingKey": "k", "recipientNo": "010"}) == code
