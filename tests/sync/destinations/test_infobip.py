"""
Our requests against Infobip's documentation, and every answer it may give.

Its official SDK for Python has neither /whatsapp, /rcs nor /kakao-alim. The bodies here
are those of the pages named beside them ("Infobip API", 2026-07-23). Where Infobip's
OpenAPI description 3.210.0 is at hand, as infobip_whatsapp.json, infobip_rcs.json and
infobip_kakao.json, each of ours is held against it, too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from driving import MESSAGE, ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from openapi import description

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import Content, load_contents
from sync.destinations.infobip import InfobipDestination
from sync.errors import ConfigError

CONTENTS = load_contents(ROOT)
URL = "https://xyz.api.infobip.com"
INFOBIP = InfobipDestination(key="s3cret-key", base_url=URL, contents=CONTENTS)
VARIABLES = json.dumps(
    {
        "first_name": "Ana",
        "offer": "10%",
        "path": "abc?x=1",
        "stop": "stop",
        "coupon": "SAVE20",
        "picture": "https://example.com/a.png",
        "clip": "https://example.com/a.mp4",
        "paper": "https://example.com/a.pdf?v=2",
    }
)
EVERY = [
    (channel, kind)
    for channel in sorted(INFOBIP.carries)
    for kind in sorted(INFOBIP.carries[channel])
]


def template(number=1, **changes):
    """A row of a WhatsApp template with two values."""
    made = replace(
        MESSAGE,
        destination="infobip",
        message_type="template",
        delivery_key=f"{number:032x}",
        provider_account="+15550001111",
        address=f"+6590{number:06d}",
        template_name="winback_offer",
        parameter_format="POSITIONAL",
        free_text=None,
        variables=VARIABLES,
    )
    return replace(made, **changes)


def message(channel, kind="", number=1, **changes):
    """A row of any channel, with free text or the example content of a kind."""
    made = template(
        number,
        channel=channel,
        message_type={"whatsapp": "free_text"}.get(channel, "message"),
        provider_account={"whatsapp": "15550001111"}.get(channel, "ACME"),
        template_name="TPL1" if channel == "kakao" else None,
        free_text="Hi Ana, 10% for you",
    )
    if kind:
        made = replace(
            made, free_text=None, content=f"example_{kind}", content_kind=kind
        )
    return replace(made, **changes)


def templates(count, **changes):
    return [template(number, **changes) for number in range(1, count + 1)]


def body_of(request):
    return json.loads(request.content)


def said(row):
    """What the request says to one person, without where it goes."""
    body = body_of(INFOBIP.request([row]))
    return body["messages"][0] if "messages" in body else body


# ---------- requests, against the documentation

ONE = "0" * 31 + "1"
WHATSAPP = {
    "from": "15550001111",
    "to": "6590000001",
    "messageId": ONE,
    "callbackData": ONE,
}
UNTRACKED = {"urlOptions": {"shortenUrl": False, "trackClicks": False}}
ENVELOPE = {
    "sender": "ACME",
    "destinations": [{"to": "6590000001", "messageId": ONE}],
    "options": {"validityPeriod": {"amount": 60, "timeUnit": "MINUTES"}},
    "webhooks": {"callbackData": ONE},
}


def test_templates_travel_together():
    request = INFOBIP.request(templates(3))

    assert (request.method, str(request.url)) == (
        "POST",
        f"{URL}/whatsapp/1/message/template",
    )
    assert request.headers["authorization"] == "App s3cret-key"
    assert request.headers["accept"] == "application/json"
    assert [one["to"] for one in body_of(request)["messages"]] == [
        *("6590000001", "6590000002", "6590000003")
    ]


# Page "Send WhatsApp template message".
@pytest.mark.parametrize(
    ("changes", "data"),
    [
        pytest.param({}, {"body": {"placeholders": ["Ana", "10%"]}}, id="values"),
        pytest.param(
            {"body_parameters": ""}, {"body": {"placeholders": []}}, id="no values"
        ),
        pytest.param(
            {"header_format": "TEXT", "header_parameter": "offer"},
            {
                "body": {"placeholders": ["Ana", "10%"]},
                "header": {"type": "TEXT", "placeholder": "10%"},
            },
            id="text header",
        ),
        pytest.param(
            {"header_format": "IMAGE", "header_parameter": "picture"},
            {
                "body": {"placeholders": ["Ana", "10%"]},
                "header": {"type": "IMAGE", "mediaUrl": "https://example.com/a.png"},
            },
            id="image header",
        ),
        pytest.param(
            {"header_format": "VIDEO", "header_parameter": "clip"},
            {
                "body": {"placeholders": ["Ana", "10%"]},
                "header": {"type": "VIDEO", "mediaUrl": "https://example.com/a.mp4"},
            },
            id="video header",
        ),
        pytest.param(
            {"header_format": "DOCUMENT", "header_parameter": "paper"},
            {
                "body": {"placeholders": ["Ana", "10%"]},
                "header": {
                    "type": "DOCUMENT",
                    "mediaUrl": "https://example.com/a.pdf?v=2",
                    "filename": "a.pdf",
                },
            },
            id="document header",
        ),
        pytest.param(
            {"button_parameters": "2:copy_code:coupon,0:url:path,1:quick_reply:stop"},
            {
                "body": {"placeholders": ["Ana", "10%"]},
                "buttons": [
                    {"type": "URL", "parameter": "abc?x=1"},
                    {"type": "QUICK_REPLY", "parameter": "stop"},
                    {"type": "COPY_CODE", "parameter": "SAVE20"},
                ],
            },
            id="buttons in the template's order",
        ),
    ],
)
def test_a_template_is_said_as_documented(changes, data):
    content = {"templateName": "winback_offer", "language": "en", "templateData": data}

    assert said(template(**changes)) == WHATSAPP | {"content": content} | UNTRACKED


BODY = {"body": {"text": "Hi Ana, here is 10% off your next order."}}
# Pages "Send WhatsApp text message", "... image message", "... audio message",
# "... video message", "... interactive URL button message", "... interactive buttons
# message", "... interactive list message", "... interactive media carousel message".
FREE_FORM = {
    "text": (
        "text",
        {
            "text": "Hi Ana, your 10% is waiting: https://example.com/offer",
            "previewUrl": False,
        },
    ),
    "image": ("image", {"mediaUrl": "https://example.com/spring.jpg"}),
    "audio": ("audio", {"mediaUrl": "https://example.com/hello.mp3"}),
    "video": ("video", {"mediaUrl": "https://example.com/spring.mp4"}),
    "buttons": (
        "interactive/url-button",
        BODY
        | {
            "action": {
                "displayText": "See the offer",
                "url": "https://example.com/offer",
            }
        },
    ),
    "quick_replies": (
        "interactive/buttons",
        {
            "body": {"text": "Hi Ana, shall we keep you posted?"},
            "action": {
                "buttons": [
                    {"type": "REPLY", "id": "yes", "title": "Yes please"},
                    {"type": "REPLY", "id": "stop", "title": "Stop"},
                ]
            },
        },
    ),
    "list": (
        "interactive/list",
        {
            "body": {"text": "Hi Ana, what are you looking for?"},
            "action": {
                "title": "Choose",
                "sections": [
                    {
                        "rows": [
                            {
                                "id": "shoes",
                                "title": "Shoes",
                                "description": "For every weather",
                            },
                            {
                                "id": "coats",
                                "title": "Coats",
                                "description": "Light and warm",
                            },
                        ]
                    }
                ],
            },
        },
    ),
    "carousel": (
        "interactive/media-carousel",
        {
            "body": {"text": "Picked for you, Ana"},
            "action": {
                "type": "URL",
                "cards": [
                    {
                        "header": {
                            "type": "IMAGE",
                            "url": f"https://example.com/{word.lower()}.jpg",
                        },
                        "body": {"text": f"{word}\n{text}"},
                        "button": {
                            "displayText": word,
                            "url": f"https://example.com/{word.lower()}",
                        },
                    }
                    for word, text in (
                        ("Shoes", "For every weather"),
                        ("Coats", "Light and warm"),
                    )
                ],
            },
        },
    ),
}


@pytest.mark.parametrize("kind", FREE_FORM)
def test_each_free_form_kind_of_whatsapp_is_said_as_documented(kind):
    path, content = FREE_FORM[kind]

    request = INFOBIP.request([message("whatsapp", kind)])

    assert str(request.url) == f"{URL}/whatsapp/1/message/{path}"
    tracking = {} if kind == "audio" else UNTRACKED
    assert body_of(request) == WHATSAPP | {"content": content} | tracking


# Page "Send RCS messages".
RCS_SAID = {
    "text": {
        "type": "TEXT",
        "text": "Hi Ana, your 10% is waiting: https://example.com/offer",
    },
    "image": {"type": "FILE", "file": {"url": "https://example.com/spring.jpg"}},
    "audio": {"type": "FILE", "file": {"url": "https://example.com/hello.mp3"}},
    "video": {
        "type": "FILE",
        "file": {"url": "https://example.com/spring.mp4"},
        "thumbnail": {"url": "https://example.com/spring.jpg"},
    },
    "buttons": {
        "type": "TEXT",
        "text": "Hi Ana, here is 10% off your next order.",
        "suggestions": [
            {
                "type": "OPEN_URL",
                "text": "See the offer",
                "postbackData": "See the offer",
                "url": "https://example.com/offer",
            }
        ],
    },
    "quick_replies": {
        "type": "TEXT",
        "text": "Hi Ana, shall we keep you posted?",
        "suggestions": [
            {"type": "REPLY", "text": "Yes please", "postbackData": "yes"},
            {"type": "REPLY", "text": "Stop", "postbackData": "stop"},
        ],
    },
    "carousel": {
        "type": "CAROUSEL",
        "cardWidth": "MEDIUM",
        "contents": [
            {
                "title": word,
                "description": text,
                "media": {
                    "file": {"url": f"https://example.com/{word.lower()}.jpg"},
                    "height": "MEDIUM",
                },
                "suggestions": [
                    {
                        "type": "OPEN_URL",
                        "text": word,
                        "postbackData": word,
                        "url": f"https://example.com/{word.lower()}",
                    }
                ],
            }
            for word, text in (
                ("Shoes", "For every weather"),
                ("Coats", "Light and warm"),
            )
        ],
    },
}


@pytest.mark.parametrize("kind", RCS_SAID)
def test_each_kind_of_rcs_is_said_as_documented(kind):
    request = INFOBIP.request([message("rcs", kind)])

    assert str(request.url) == f"{URL}/rcs/2/messages"
    assert body_of(request) == {
        "messages": [ENVELOPE | {"content": RCS_SAID[kind]}],
        "options": {
            "tracking": {"shortenUrl": False, "trackClicks": False},
            "messageOrdering": {"respectOrder": False, "stopOnFailure": False},
        },
    }


def test_an_rcs_template_is_filled_by_name():
    row = message("rcs", template_name="winback", free_text=None)

    assert said(row)["content"] == {
        "type": "PROVIDER_TEMPLATE",
        "templateId": "winback",
        "parameters": [
            {"name": "first_name", "value": "Ana"},
            {"name": "offer", "value": "10%"},
        ],
    }


# Page "Send Kakao Alim messages".
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("", {"text": "Hi Ana, 10% for you"}),
        (
            "buttons",
            {
                "text": "Hi Ana, here is 10% off your next order.",
                "buttons": [
                    {
                        "type": "URL",
                        "name": "See the offer",
                        "urlMobile": "https://example.com/offer",
                        "urlPc": "https://example.com/offer",
                    }
                ],
            },
        ),
    ],
)
def test_an_alimtalk_is_its_template_filled(kind, content):
    request = INFOBIP.request([message("kakao", kind)])

    assert str(request.url) == f"{URL}/kakao-alim/1/messages"
    template_of = {"type": "TEMPLATE", "templateCode": "TPL1"}
    assert body_of(request) == {
        "messages": [ENVELOPE | {"content": template_of | content}]
    }


def test_a_business_scoped_id_goes_where_a_number_goes():
    bsuid = "US.13491208655302741918"

    assert said(template(address=bsuid, address_type="bsuid"))["to"] == bsuid


@pytest.mark.parametrize(("channel", "kind"), EVERY)
def test_nothing_falls_back_or_is_tracked(channel, kind):
    text = INFOBIP.request([message(channel, kind)]).content.decode()

    assert "failover" not in text.lower()
    assert '"shortenUrl":true' not in text
    assert '"trackClicks":true' not in text


def test_the_same_rows_are_always_the_same_bytes():
    assert (
        INFOBIP.request(templates(3)).content == INFOBIP.request(templates(3)).content
    )


def test_how_long_infobip_may_try_is_set_by_the_team():
    brief = replace(INFOBIP, validity_minutes=15)

    [one] = body_of(brief.request([message("rcs")]))["messages"]
    assert one["options"]["validityPeriod"] == {"amount": 15, "timeUnit": "MINUTES"}


# ---------- what may share a request


@pytest.mark.parametrize(
    ("first", "other", "together"),
    [
        pytest.param(template(1), template(2), True, id="templates"),
        pytest.param(
            template(1), template(2, template_name="other"), True, id="two templates"
        ),
        pytest.param(message("rcs"), message("rcs", "carousel", 2), True, id="rcs"),
        pytest.param(
            message("kakao"), message("kakao", "buttons", 2), True, id="kakao"
        ),
        pytest.param(
            message("whatsapp"), message("whatsapp", number=2), False, id="free text"
        ),
        pytest.param(template(1), message("whatsapp", number=2), False, id="both"),
        pytest.param(template(1), message("line", number=2), False, id="no channel"),
    ],
)
def test_only_a_call_for_many_takes_many(first, other, together):
    assert INFOBIP.fits(first, other) is together
    assert INFOBIP.fits(other, first) is together
    if not together:
        with pytest.raises(RowError):
            INFOBIP.request([first, other])


# ---------- what is not sent


def with_content(channel, kind, **changes):
    content = Content(kind, {**CONTENTS[f"example_{kind}"].body, **changes})
    infobip = replace(INFOBIP, contents={"it": content})
    return infobip, message(channel, kind, content="it")


BUTTON = {"title": "Go", "url": "https://example.com"}
CARD = {"title": "A", "text": "a", "image_url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("channel", "kind", "changes"),
    [
        ("whatsapp", "buttons", {"buttons": [BUTTON] * 2}),
        (
            "whatsapp",
            "quick_replies",
            {"replies": [{"title": "a", "payload": "a"}] * 4},
        ),
        (
            "whatsapp",
            "list",
            {"rows": [{"id": "a", "title": "a", "description": "a"}] * 11},
        ),
        ("whatsapp", "carousel", {"cards": [{**CARD, "buttons": [BUTTON]}]}),
        ("whatsapp", "carousel", {"cards": [{**CARD, "buttons": [BUTTON] * 2}] * 2}),
        ("rcs", "list", {}),
        ("rcs", "carousel", {"cards": [{**CARD, "buttons": [BUTTON]}]}),
        ("rcs", "buttons", {"buttons": [BUTTON] * 12}),
        ("kakao", "image", {}),
        ("kakao", "carousel", {}),
        ("kakao", "buttons", {"buttons": [BUTTON] * 6}),
        ("line", "text", {}),
        ("wechat", "text", {}),
    ],
)
def test_a_kind_it_cannot_carry_is_refused_here(channel, kind, changes):
    infobip, row = with_content(channel, kind, **changes)

    with pytest.raises(RowError) as caught:
        infobip.request([row])

    assert caught.value.reason_code == "content_not_supported"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(template(variables='{"first_name": "Ana"}'), id="no value"),
        pytest.param(
            template(variables='{"first_name": "a\\nb", "offer": "x"}'), id="newline"
        ),
        pytest.param(template(template_name=None), id="no template"),
        pytest.param(template(language_code=None), id="no language"),
        pytest.param(
            template(header_format="LOCATION", header_parameter="offer"), id="location"
        ),
        pytest.param(
            template(header_format="IMAGE", header_parameter="offer"), id="no link"
        ),
        pytest.param(template(button_parameters="0:flow:offer"), id="flow"),
        pytest.param(template(button_parameters="url:offer"), id="half a button"),
        pytest.param(
            template(
                button_parameters="0:copy_code:offer",
                variables=json.dumps({"first_name": "A", "offer": "x" * 16}),
            ),
            id="long coupon",
        ),
        pytest.param(message("whatsapp", free_text="x" * 4097), id="long WhatsApp"),
        pytest.param(message("rcs", free_text="x" * 3073), id="long RCS"),
        pytest.param(message("kakao", free_text="x" * 1001), id="long AlimTalk"),
        pytest.param(message("kakao", template_name=None), id="AlimTalk, no template"),
        pytest.param(message("rcs", free_text=" "), id="nothing to say"),
    ],
)
def test_what_infobip_would_refuse_is_not_sent(row):
    with pytest.raises(RowError) as caught:
        INFOBIP.request([row])

    assert caught.value.reason_code == "template_params_invalid"
    assert "Ana" not in str(caught.value)


def test_a_template_filled_by_name_is_not_sent_by_place():
    with pytest.raises(RowError) as caught:
        INFOBIP.request([template(parameter_format="NAMED")])

    assert caught.value.reason_code == "content_not_supported"


@pytest.mark.parametrize("address", ["6590000001", "+65 9000", "+0590000001", ""])
@pytest.mark.parametrize("channel", ["whatsapp", "rcs", "kakao"])
def test_an_address_of_the_wrong_shape_is_not_sent(channel, address):
    with pytest.raises(RowError) as caught:
        INFOBIP.request([message(channel, address=address)])

    assert caught.value.reason_code == "address_invalid"


# ---------- Infobip's own description


def described(row):
    name, path = {
        "whatsapp": ("infobip_whatsapp.json", None),
        "rcs": ("infobip_rcs.json", "/rcs/2/messages"),
        "kakao": ("infobip_kakao.json", "/kakao-alim/1/messages"),
    }[row.channel]
    request = INFOBIP.request([row])
    return description(name).errors("post", path or request.url.path, body_of(request))


@pytest.mark.parametrize(("channel", "kind"), EVERY)
def test_infobips_description_takes_each_kind(channel, kind):
    assert described(message(channel, kind)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"body_parameters": ""},
        {"header_format": "TEXT", "header_parameter": "offer"},
        {"header_format": "IMAGE", "header_parameter": "picture"},
        {"header_format": "VIDEO", "header_parameter": "clip"},
        {"header_format": "DOCUMENT", "header_parameter": "paper"},
        {"button_parameters": "0:url:path,1:quick_reply:stop,2:copy_code:coupon"},
    ],
    ids=str,
)
def test_infobips_description_takes_each_template(changes):
    assert described(template(**changes)) == []


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [WHATSAPP]},
        {"messages": [{**WHATSAPP, "content": {}}]},
        {
            "messages": [
                {
                    **WHATSAPP,
                    "smsFailOver": {},
                    "content": {
                        "templateName": "a",
                        "language": "en",
                        "templateData": {"body": {"placeholders": []}},
                    },
                }
            ]
        },
    ],
    ids=["no content", "empty content", "a field nobody knows"],
)
def test_infobips_description_would_notice(body):
    spec = description("infobip_whatsapp.json")

    assert spec.errors("post", "/whatsapp/1/message/template", body)


# ---------- answers


def status(key, group=1, number=7, **more):
    return {"messageId": key, "status": {"groupId": group, "id": number}, **more}


def two(*messages, code=200, headers=None):
    body = {"bulkId": "b", "messages": list(messages)}
    return httpx.Response(code, json=body, headers=headers)


def read(response, count=2):
    return INFOBIP.read(response, templates(count))


def kinds(response, count=2):
    return [(answer.kind, answer.code) for answer in read(response, count)]


K1, K2 = f"{1:032x}", f"{2:032x}"


def test_each_message_has_its_own_status_whatever_their_order():
    answers = read(two(status(K2, 5, 14), status(K1)))

    assert [(a.kind, a.code) for a in answers] == [
        ("accepted", None),
        ("refused", "status_14"),
    ]
    assert answers[0].provider_message_id == K1


def test_one_free_form_message_has_its_status_alone():
    assert kinds(httpx.Response(200, json=status(K1, to="6590000001")), 1) == [
        ("accepted", None)
    ]


@pytest.mark.parametrize("group", [0, 1, 3])
def test_a_status_on_its_way_is_an_acceptance(group):
    assert kinds(two(status(K1, group)), 1) == [("accepted", None)]


@pytest.mark.parametrize("group", [2, 4, 6, -1, True, "1", None, 1.0])
def test_another_group_of_status_proves_nothing(group):
    assert kinds(two(status(K1, group)), 1)[0][0] == "unknown"


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([], id="none"),
        pytest.param([status("another")], id="of another"),
        pytest.param([status(K1)], id="half of them"),
        pytest.param([status(K1), {"messageId": K2}], id="without a status"),
        pytest.param([status(K1), {"to": "6590000002"}], id="without an id"),
        pytest.param([status(K1), status(K2, 1), status(K2, 5)], id="two of one"),
        pytest.param([status(K1), 7, None], id="junk"),
    ],
)
def test_a_row_without_a_status_is_unknown(messages):
    assert read(two(*messages))[1].kind == "unknown"


def older(code, word, headers=None):
    exception = {"messageId": word, "text": "no"}
    body = {"requestError": {"serviceException": exception}}
    return httpx.Response(code, json=body, headers=headers)


def newer(code, headers=None):
    body = {"errorCode": f"E{code}", "description": "no", "violations": []}
    return httpx.Response(code, json=body, headers=headers)


@pytest.mark.parametrize(
    ("response", "code", "action"),
    [
        (older(400, "BAD_REQUEST"), "BAD_REQUEST", "refuse"),
        (newer(400), "E400", "refuse"),
        (older(401, "UNAUTHORIZED"), "UNAUTHORIZED", "stop_run"),
        (newer(401), "E401", "stop_run"),
        (older(403, "FORBIDDEN"), "FORBIDDEN", "stop_run"),
        (newer(403), "E403", "stop_run"),
        (older(404, "NOT_FOUND"), "NOT_FOUND", "stop_run"),
        (newer(404), "E404", "stop_run"),
        (older(429, "TOO_MANY_REQUESTS"), "TOO_MANY_REQUESTS", "retry"),
        (newer(429), "E429", "retry"),
        (older(418, "A WORD NOBODY LISTED"), "http_418", "refuse"),
    ],
)
def test_infobips_own_refusals_say_what_happens_next(response, code, action):
    assert kinds(response, 1)[0][1] == code
    assert load_classes(ROOT).of("infobip", code).action == action


@pytest.mark.parametrize(
    "response", [older(400, "BAD_REQUEST"), newer(400), newer(422)]
)
def test_an_array_refused_as_one_is_asked_in_halves(response):
    assert [answer.kind for answer in read(response)] == ["split", "split"]
    assert [answer.kind for answer in read(response, 1)] == ["refused"]


@pytest.mark.parametrize("response", [newer(401), newer(429), older(403, "FORBIDDEN")])
def test_what_is_wrong_with_all_is_not_asked_in_halves(response):
    assert [answer.kind for answer in read(response)] == ["refused", "refused"]


# What the vendor's page "Response status and error codes" says, and what follows.
ACTIONS = {
    "refuse": "status_6 status_24 status_25 status_51 status_87 status_100 7006 7008 "
    "7012 7018 BAD_REQUEST E400",
    "suppress_address": "status_8 status_10 status_14 status_52 7002 7003 7030 7033 "
    "7201",
    "close_window": "7010",
    "defer_person": "status_20 7024 7032",
    "retry": "status_21 7017 TOO_MANY_REQUESTS E429",
    "pause_template": "7007 7009 7026 7027 7037",
    "stop_sender": "status_11 status_13 7005 7016 7034",
    "stop_run": "status_12 status_17 status_18 status_19 7001 7004 7011 7019 "
    "UNAUTHORIZED E401 FORBIDDEN E403 NOT_FOUND E404",
    # Nobody says that these were not sent.
    "unknown": "status_23 7050 7051 7280 GENERAL_ERROR E500",
}


def test_every_code_leads_where_the_table_says():
    codes = load_classes(ROOT).codes
    expected = {code: a for a, listed in ACTIONS.items() for code in listed.split()}

    assert {
        code: kind.action for (owner, code), kind in codes.items() if owner == "infobip"
    } == expected


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200), id="empty"),
        pytest.param(httpx.Response(200, html="<html>"), id="a proxy's page"),
        pytest.param(httpx.Response(200, json={}), id="an empty object"),
        pytest.param(httpx.Response(200, json={"messages": {}}), id="an object"),
        pytest.param(httpx.Response(200, json=[status(K1)]), id="a list"),
        pytest.param(
            httpx.Response(
                200,
                content=json.dumps({"messages": [status(K1)]}).encode()[:-3],
                headers={"content-type": "application/json"},
            ),
            id="cut off",
        ),
        pytest.param(
            httpx.Response(
                200,
                text=json.dumps({"messages": [status(K1)]}),
                headers={"content-type": "text/html"},
            ),
            id="wrong type",
        ),
        pytest.param(two(status(K1), status(K2), code=302), id="a redirect"),
        pytest.param(older(500, "GENERAL_ERROR"), id="500"),
        pytest.param(newer(500), id="newer 500"),
        pytest.param(newer(503, {"retry-after": "5"}), id="503"),
        pytest.param(newer(408), id="408"),
        pytest.param(newer(409), id="409"),
        pytest.param(httpx.Response(401, html="<html>"), id="a proxy's 401"),
        pytest.param(httpx.Response(400, json={"error": "x"}), id="not its shape"),
        pytest.param(httpx.Response(400, json={"errorCode": 7}), id="code 7"),
    ],
)
def test_what_proves_nothing_is_unknown(response):
    assert {answer.kind for answer in read(response)} == {"unknown"}


@pytest.mark.parametrize("make", [lambda h: older(429, "TOO_MANY_REQUESTS", h)])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        (
            {
                "retry-after": "Mon, 23 Nov 2026 10:01:30 GMT",
                "date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            90.0,
        ),
        ({"x-ratelimit-reset": "12"}, 12.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_from_a_429(make, headers, seconds):
    assert read(make(headers), 1)[0].retry_after == seconds


names = st.sampled_from(
    ["messages", "messageId", "status", "groupId", "id", "errorCode", "requestError"]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from([K1, K2, "E400"])
    | st.text(max_size=5)
)
json_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
    ),
    max_leaves=14,
)
bodies = st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode())
types = st.sampled_from(["application/json", "text/html", "text/javascript", ""])


@given(status_code=st.integers(100, 599), body=bodies, kind=types)
def test_no_answer_whatever_breaks_reading(status_code, body, kind):
    headers = {"content-type": kind, "retry-after": kind}
    response = httpx.Response(status_code, content=body, headers=headers)

    for answer, key in zip(read(response), (K1, K2), strict=True):
        if answer.kind == "accepted":
            assert 200 <= status_code < 300
            assert answer.provider_message_id == key
            assert key in body.decode()
        if answer.kind == "split":
            assert status_code in (400, 413, 422)


# ---------- settings


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTT_INFOBIP_API_KEY": "s3cret"},
        {"OTT_INFOBIP_BASE_URL": URL},
        {"OTT_INFOBIP_API_KEY": "App s3cret", "OTT_INFOBIP_BASE_URL": URL},
        {
            "OTT_INFOBIP_API_KEY": "s3cret",
            "OTT_INFOBIP_BASE_URL": "http://xyz.api.infobip.com",
        },
        *(
            {
                "OTT_INFOBIP_API_KEY": "s3cret",
                "OTT_INFOBIP_BASE_URL": URL,
                "OTT_INFOBIP_VALIDITY_MINUTES": minutes,
            }
            for minutes in ("0", "2881", "-5", "1.5", "soon", "9" * 20)
        ),
    ],
    ids=str,
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        InfobipDestination.from_env(env)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("given_", "minutes"), [("", 60), ("1", 1), ("2880", 2880)])
def test_the_time_it_may_take_is_an_hour_or_as_told(given_, minutes):
    infobip = InfobipDestination.from_env(
        {
            "OTT_INFOBIP_API_KEY": "k",
            "OTT_INFOBIP_BASE_URL": URL,
            "OTT_INFOBIP_VALIDITY_MINUTES": given_,
        }
    )

    assert infobip.validity_minutes == minutes


# ---------- the sandbox


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def sandbox(folder):
    one = Sandbox(folder, landing=folder / "raw_whatsapp_webhooks.jsonl")
    yield one
    one.close()


def at(sandbox):
    return replace(INFOBIP, base_url=sandbox.url + "/infobip", key="sandbox-token")


def arrived(sandbox, *some):
    keys = {one.delivery_key for one in some}
    return [entry for entry in sandbox.log() if entry["delivery_key"] in keys]


@pytest.mark.parametrize(("channel", "kind"), EVERY)
def test_each_kind_of_content_arrives(sandbox, channel, kind):
    row = message(channel, kind, 1000 + EVERY.index((channel, kind)))

    [outcome], _ = drive(at(sandbox), [row])

    assert outcome.event == "accepted"
    [entry] = arrived(sandbox, row)
    assert entry["said"] == said(row)["content"]


def test_a_rejected_message_costs_only_itself(sandbox):
    five = [template(2000 + n) for n in range(5)]
    five[1] = replace(five[1], address="+99912345678")

    outcomes, _ = drive(at(sandbox), five)

    assert [one.event for one in outcomes] == [
        *("accepted", "refused", "accepted", "accepted", "accepted")
    ]
    assert outcomes[1].provider_code == "status_52"
    assert len({entry["arrived"] for entry in arrived(sandbox, *five)}) == 1


def test_one_bad_row_of_five_costs_only_itself(sandbox):
    five = [template(3000 + n) for n in range(5)]
    five[2] = replace(five[2], template_name="Winback-Offer")

    outcomes, _ = drive(at(sandbox), five)

    assert [(one.event, one.provider_code) for one in outcomes] == [
        ("accepted", None),
        ("accepted", None),
        ("refused", "BAD_REQUEST"),
        ("accepted", None),
        ("accepted", None),
    ]
    assert len(arrived(sandbox, *five)) == 4


def test_a_lost_answer_for_many_is_unknown_for_all_and_never_repeated(sandbox):
    some = [template(4000 + n) for n in range(3)]
    sandbox.faults("lost_answer#1")

    outcomes, _ = drive(at(sandbox), some)

    assert {one.event for one in outcomes} == {"unknown"}
    assert len(arrived(sandbox, *some)) == 3


def test_a_message_id_infobip_knows_is_of_unknown_fate(sandbox):
    row = template(5000)
    drive(at(sandbox), [row])

    [outcome], _ = drive(at(sandbox), [row])

    assert (outcome.event, outcome.provider_code) == ("unknown", "status_23")
    assert len(arrived(sandbox, row)) == 1


def test_rows_of_several_calls_get_a_request_each(sandbox):
    some = [template(6000), message("whatsapp", number=6001), template(6002)]

    outcomes, _ = drive(at(sandbox), some)

    assert {one.event for one in outcomes} == {"accepted"}
    assert len(arrived(sandbox, *some)) == 3


@pytest.mark.parametrize("channel", ["whatsapp", "rcs", "kakao"])
def test_what_became_of_it_comes_back_as_staging_reads_it(sandbox, folder, channel):
    row = message(channel, number=7000 + len(channel))

    drive(at(sandbox), [row])

    lines = (folder / "raw_provider_webhooks.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if row.delivery_key in line]
    assert {one["provider"] for one in found} == {"infobip"}
    [report, *seen] = [json.loads(one["payload"])["results"][0] for one in found]
    assert report["messageId"] == report["callbackData"] == row.delivery_key
    assert report["status"]["groupName"] == "DELIVERED"
    assert report["to"] == row.address.lstrip("+")
    assert datetime.fromisoformat(report["doneAt"])
    assert all(one["seenAt"] for one in seen)
    assert report.get("sender") == (None if channel == "whatsapp" else "ACME")
