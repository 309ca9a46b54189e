"""Our requests against LINE's own description and SDK, and every answer it may give."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import httpx
import pytest
from driving import MESSAGE, ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with
from linebot.v3 import messaging as sdk
from openapi import description

from sync.classes import load_classes
from sync.destinations import DESTINATIONS, RowError
from sync.destinations.contents import Content, load_contents
from sync.destinations.line import LineDestination, LineMulticastDestination
from sync.errors import ConfigError, LockedError, StoppedError
from sync.exchange import Lost, NotSent
from sync.sandbox.line import NOBODY

CONTENTS = load_contents(ROOT)
USER = "U" + "0a" * 16
SETTINGS = {"channel_id": "1234567890", "channel_secret": "s3cret-channel"}
LINE = LineDestination(**SETTINGS, contents=CONTENTS)
MANY = LineMulticastDestination(**SETTINGS, contents=CONTENTS)
PUSH, MULTICAST = "/v2/bot/message/push", "/v2/bot/message/multicast"
KINDS = sorted(LINE.carries["line"])
VARIABLES = '{"first_name": "Ana", "offer": "10%"}'


def row(kind="", number=1, **changes):
    """A row with free text, or with the example content of a kind."""
    made = replace(
        MESSAGE,
        channel="line",
        destination="line",
        delivery_key=f"{number:032x}",
        address=f"U{number:032x}",
        address_type="line_user",
        variables=VARIABLES,
    )
    if kind:
        made = replace(
            made, free_text=None, content=f"example_{kind}", content_kind=kind
        )
    return replace(made, **changes)


def rows(count, **changes):
    return [row(number=number, **changes) for number in range(1, count + 1)]


def body_of(request):
    return json.loads(request.content)


# ---------- requests


def test_a_row_is_one_push_with_its_retry_key():
    request = LINE.request([row()])

    assert (request.method, request.url.path) == ("POST", PUSH)
    assert request.url.host == "api.line.me"
    assert body_of(request) == {
        "to": f"U{1:032x}",
        "messages": [{"type": "text", "text": "Hi Ana, 10% for you"}],
    }
    assert uuid.UUID(request.headers["x-line-retry-key"])


def test_the_retry_key_is_the_deliverys_and_nobody_elses():
    def key(one):
        return LINE.request([one]).headers["x-line-retry-key"]

    assert key(row()) == key(row(free_text="another"))
    assert key(row()) != key(row(number=2))


def test_the_same_row_is_always_the_same_bytes():
    assert LINE.request([row()]).content == LINE.request([row()]).content


def test_campaigns_are_counted_only_where_the_account_may():
    counting = replace(LINE, counts_campaigns=True)

    body = body_of(counting.request([row(campaign_id="spring-sale/" + "x" * 40)]))

    assert body["customAggregationUnits"] == ["spring_sale_" + "x" * 18]
    assert "customAggregationUnits" not in body_of(LINE.request([row()]))


def test_a_multicast_names_all_its_people():
    request = MANY.request(rows(3))

    assert request.url.path == MULTICAST
    assert body_of(request)["to"] == [f"U{n:032x}" for n in (1, 2, 3)]
    assert len(body_of(request)["messages"]) == 1


def test_a_multicasts_key_names_exactly_its_people():
    def key(some):
        return MANY.request(some).headers["x-line-retry-key"]

    three = rows(3)
    assert key(three) == key(three[::-1])
    assert len({key(three), key(three[:2]), key(three[1:]), key(three[:1])}) == 4


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"free_text": "Hi Ben"}, id="other text"),
        pytest.param(
            {"free_text": None, "content": "example_image", "content_kind": "image"},
            id="other content",
        ),
        pytest.param({"free_text": None}, id="nothing to say"),
    ],
)
def test_people_with_another_message_do_not_share_a_multicast(changes):
    other = row(number=2, **changes)

    assert not MANY.fits(row(), other)
    assert not MANY.fits(other, row())
    with pytest.raises(RowError):
        MANY.request([row(), other])


def test_people_whose_values_differ_do_not_share_a_multicast():
    ben = row("text", 2, variables='{"first_name": "Ben", "offer": "10%"}')

    assert MANY.fits(row("text", 1), row("text", 3))
    assert not MANY.fits(row("text", 1), ben)


@pytest.mark.parametrize("address", ["U" + "0A" * 16, "0a" * 16, "U0a", " " + USER])
@pytest.mark.parametrize("line", [LINE, MANY], ids=["push", "multicast"])
def test_an_id_that_is_no_user_is_not_sent(line, address):
    with pytest.raises(RowError) as caught:
        line.request([row(address=address)])

    assert caught.value.reason_code == "address_invalid"
    assert address not in str(caught.value)


def long(kind, **changes):
    content = CONTENTS[f"example_{kind}"]
    return Content(kind, {**content.body, **changes})


BUTTON = {"title": "Go", "url": "https://example.com"}
REPLY = {"title": "Go", "payload": "go"}
CARD = {"title": "A", "text": "a", "image_url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (long("text", text="x" * 5001), "template_params_invalid"),
        (long("text", text="\N{GRINNING FACE}" * 2501), "template_params_invalid"),
        (long("text", text="\ud800"), "template_params_invalid"),
        (long("buttons", text="x" * 161), "template_params_invalid"),
        (long("buttons", buttons=[BUTTON] * 5), "content_not_supported"),
        (
            long("buttons", buttons=[{**BUTTON, "title": "x" * 21}]),
            "template_params_invalid",
        ),
        (
            long("buttons", buttons=[{**BUTTON, "url": "https://" + "x" * 993}]),
            "template_params_invalid",
        ),
        (long("quick_replies", replies=[REPLY] * 14), "content_not_supported"),
        (
            long("quick_replies", replies=[{**REPLY, "payload": "x" * 301}]),
            "template_params_invalid",
        ),
        (
            long("carousel", cards=[{**CARD, "buttons": [BUTTON]}] * 11),
            "content_not_supported",
        ),
        (
            long(
                "carousel",
                cards=[{**CARD, "buttons": [BUTTON] * n} for n in (1, 2)],
            ),
            "content_not_supported",
        ),
        (
            long("carousel", cards=[{**CARD, "buttons": [BUTTON], "text": "x" * 61}]),
            "template_params_invalid",
        ),
        (long("list"), "content_not_supported"),
    ],
)
def test_what_line_would_refuse_is_not_sent(content, reason):
    line = replace(LINE, contents={"it": content})

    with pytest.raises(RowError) as caught:
        line.request([row(content="it", content_kind=content.kind)])

    assert caught.value.reason_code == reason


def test_as_long_as_it_may_be_is_sent():
    emoji = long("text", text="\N{GRINNING FACE}" * 2500)
    line = replace(LINE, contents={"it": emoji})

    assert line.request([row(content="it", content_kind="text")])


# ---------- oracles


@pytest.mark.parametrize("kind", ["", *KINDS])
@pytest.mark.parametrize("counts", [False, True], ids=["plain", "counted"])
def test_lines_description_takes_each_request(kind, counts):
    described = description("line_messaging_api.yml")
    push = replace(LINE, counts_campaigns=counts).request([row(kind)])
    many = replace(MANY, counts_campaigns=counts).request(rows(500, kind=kind))

    assert described.errors("post", PUSH, body_of(push)) == []
    assert described.errors("post", MULTICAST, body_of(many)) == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": "x", "previewUrl": True},
        {"type": "image", "originalContentUrl": "https://example.com"},
        {"type": "template", "altText": "x", "template": {"type": "buttons"}},
        {"type": "lottery"},
    ],
)
def test_lines_description_would_notice(message):
    described = description("line_messaging_api.yml")
    body = {"to": USER, "messages": [message]}

    assert described.errors("post", PUSH, body)


def postback(title, payload):
    action = sdk.PostbackAction(label=title, data=payload, displayText=title)
    return sdk.QuickReplyItem(type="action", action=action)


def template(alt_text, **about):
    kinds = {"buttons": sdk.ButtonsTemplate, "carousel": sdk.CarouselTemplate}
    made = kinds[about.pop("kind")](**about)
    return sdk.TemplateMessage(altText=alt_text, template=made)


def column(word, text):
    link = sdk.URIAction(label=word, uri=f"https://example.com/{word.lower()}")
    picture = f"https://example.com/{word.lower()}.jpg"
    return sdk.CarouselColumn(
        thumbnailImageUrl=picture, title=word, text=text, actions=[link]
    )


SDK_SAYS = {
    "text": sdk.TextMessage(
        text="Hi Ana, your 10% is waiting: https://example.com/offer"
    ),
    "image": sdk.ImageMessage(
        originalContentUrl="https://example.com/spring.jpg",
        previewImageUrl="https://example.com/spring.jpg",
    ),
    "audio": sdk.AudioMessage(
        originalContentUrl="https://example.com/hello.mp3", duration=12000
    ),
    "video": sdk.VideoMessage(
        originalContentUrl="https://example.com/spring.mp4",
        previewImageUrl="https://example.com/spring.jpg",
    ),
    "buttons": template(
        "Hi Ana, here is 10% off your next order.",
        kind="buttons",
        text="Hi Ana, here is 10% off your next order.",
        actions=[sdk.URIAction(label="See the offer", uri="https://example.com/offer")],
    ),
    "quick_replies": sdk.TextMessage(
        text="Hi Ana, shall we keep you posted?",
        quickReply=sdk.QuickReply(
            items=[postback("Yes please", "yes"), postback("Stop", "stop")]
        ),
    ),
    "carousel": template(
        "Picked for you, Ana",
        kind="carousel",
        columns=[
            column("Shoes", "For every weather"),
            column("Coats", "Light and warm"),
        ],
    ),
}


@pytest.fixture
def sdk_sends(monkeypatch):
    """What LINE's SDK puts on the wire for one call, kept instead of sent."""
    seen = []

    class Answer:
        status, reason = 200, "OK"
        data = b'{"sentMessages": [{"id": "1", "quoteToken": "q"}]}'

        def getheader(self, name, default=None):
            return default

        def getheaders(self):
            return {}

    def keep(_, method, url, **more):
        seen.append((method, url, more["headers"], more["body"]))
        return Answer()

    monkeypatch.setattr(sdk.rest.RESTClientObject, "request", keep)
    api = sdk.MessagingApi(sdk.ApiClient(sdk.Configuration(access_token="t")))

    def send(call, request, key):
        call(api)(request, x_line_retry_key=key)
        return seen[-1]

    return send


def said(method, url, headers, body):
    """A request without what is the same said or not said."""
    quiet = {"notificationDisabled": False, "customAggregationUnits": None}
    kept = {k: v for k, v in body.items() if quiet.get(k, "") != v}
    names = ("X-Line-Retry-Key", "Content-Type", "Authorization")
    return method, url, {name: headers.get(name) for name in names}, kept


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("many", [False, True], ids=["push", "multicast"])
def test_each_kind_is_said_as_lines_sdk_says_it(sdk_sends, kind, many):
    some = rows(2, kind=kind)
    ours = MANY.request(some) if many else LINE.request(some[:1])
    MANY.authorized(ours, "t")
    key = ours.headers["X-Line-Retry-Key"]
    users = [one.address for one in some]
    if many:
        asked = sdk.MulticastRequest(to=users, messages=[SDK_SAYS[kind]])
        theirs = sdk_sends(lambda api: api.multicast, asked, key)
    else:
        asked = sdk.PushMessageRequest(to=users[0], messages=[SDK_SAYS[kind]])
        theirs = sdk_sends(lambda api: api.push_message, asked, key)

    assert said(ours.method, str(ours.url), ours.headers, body_of(ours)) == said(
        *theirs
    )


# ---------- answers

OK = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
KNOWN = "The retry key is already accepted"
ID = {"x-line-request-id": "r-1"}


def read(response, line=LINE, count=1):
    answers = line.read(response, rows(count))
    assert len(answers) == count
    assert len(set(answers)) == 1
    return answers[0]


def refusal(status, words="no", headers=None, **more):
    return httpx.Response(status, json={"message": words, **more}, headers=headers)


def test_a_push_is_accepted_with_its_message_id():
    answer = read(httpx.Response(200, json=OK))

    assert (answer.kind, answer.provider_message_id) == (
        "accepted",
        "461230966842064897",
    )


def test_a_multicast_is_accepted_with_its_request_id():
    answer = read(httpx.Response(200, json={}, headers=ID), MANY, 3)

    assert (answer.kind, answer.provider_message_id) == ("accepted", "r-1")


@pytest.mark.parametrize(
    ("more", "headers", "found"),
    [
        (OK, {}, "461230966842064897"),
        ({}, {"x-line-accepted-request-id": "r-0"}, "r-0"),
        ({}, {}, None),
    ],
)
@pytest.mark.parametrize("line", [LINE, MANY], ids=["push", "multicast"])
def test_a_known_retry_key_is_an_acceptance(line, more, headers, found):
    answer = read(refusal(409, KNOWN, headers, **more), line)

    assert (answer.kind, answer.provider_message_id) == ("accepted", found)


CODES = [
    (refusal(400, "The request body has 1 error(s)"), "400", "refuse"),
    (
        refusal(400, "The property, 'to', in the request body is invalid"),
        "400_to",
        "refuse",
    ),
    (refusal(400, "Failed to send messages"), "400_failed", "suppress_address"),
    (refusal(401, "Authentication failed"), "401", "renew_token"),
    (refusal(403, "Access to this API is not available"), "403", "stop_run"),
    (refusal(404, "Not found"), "404", "stop_run"),
    (refusal(410, "Gone"), "410", "stop_run"),
    (refusal(413, "Too large"), "413", "stop_run"),
    (refusal(415, "Unsupported media type"), "415", "stop_run"),
    (
        refusal(429, "The API rate limit has been exceeded. Try again later."),
        "429",
        "retry",
    ),
    (
        refusal(429, "You have reached your monthly limit."),
        "429_monthly_limit",
        "stop_run",
    ),
    (refusal(422, "A status nobody listed"), "422", "refuse"),
]


@pytest.mark.parametrize(("response", "code", "action"), CODES)
@pytest.mark.parametrize("line", [LINE, MANY], ids=["push", "multicast"])
def test_lines_own_refusals_say_what_happens_next(line, response, code, action):
    answer = read(response, line)

    assert answer.kind in ("refused", "split")
    assert answer.code == code
    assert load_classes(ROOT).of("line", code).action == action


def test_every_code_of_the_seed_is_one_of_these():
    codes = load_classes(ROOT).codes

    assert {code for owner, code in codes if owner == "line"} == (
        {code for _, code, _ in CODES} - {"422"}
    )


@pytest.mark.parametrize(
    ("words", "more", "kind"),
    [
        pytest.param("Failed to send messages", {}, "split", id="no such person"),
        pytest.param("The property, 'to', in", {}, "split", id="not a user id"),
        pytest.param("no", {}, "split", id="nobody knows"),
        pytest.param(
            "no", {"details": [{"property": "to[3]"}]}, "split", id="one of many"
        ),
        pytest.param(
            "no",
            {"details": [{"property": "messages[0].text"}]},
            "refused",
            id="the message, the same for all",
        ),
    ],
)
def test_a_multicast_refused_for_one_of_many_is_asked_in_halves(words, more, kind):
    assert read(refusal(400, words, **more), MANY, 5).kind == kind
    assert read(refusal(400, words, **more), MANY, 1).kind == "refused"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200), id="empty"),
        pytest.param(httpx.Response(200, html="<html>"), id="a proxy's page"),
        pytest.param(httpx.Response(200, json={}), id="an empty object without an id"),
        pytest.param(
            httpx.Response(200, json={"message": "x"}, headers=ID), id="words"
        ),
        pytest.param(httpx.Response(200, json=[], headers=ID), id="a list"),
        pytest.param(httpx.Response(200, json={"sentMessages": []}), id="none sent"),
        pytest.param(
            httpx.Response(200, json={"sentMessages": [{"id": 7}]}), id="id 7"
        ),
        pytest.param(
            httpx.Response(
                200, text="{", headers={"content-type": "application/json", **ID}
            ),
            id="cut off",
        ),
        pytest.param(
            httpx.Response(200, text=json.dumps(OK), headers={"content-type": "text"}),
            id="wrong type",
        ),
        pytest.param(httpx.Response(302, json=OK), id="a redirect"),
        pytest.param(httpx.Response(409, html="<html>"), id="a proxy's 409"),
        pytest.param(refusal(409, "Conflict"), id="another 409"),
        pytest.param(refusal(408, "Request timeout"), id="408"),
        pytest.param(refusal(500, "Internal error"), id="500"),
        pytest.param(refusal(503, "Unavailable"), id="503"),
        pytest.param(httpx.Response(400, html="<html>"), id="a proxy's 400"),
        pytest.param(httpx.Response(400, json={"error": "x"}), id="not LINE's shape"),
    ],
)
@pytest.mark.parametrize("line", [LINE, MANY], ids=["push", "multicast"])
def test_what_proves_nothing_is_unknown(line, response):
    assert read(response, line).kind == "unknown"


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
def test_a_wait_is_read_from_a_429(headers, seconds):
    words = "The API rate limit has been exceeded. Try again later."

    assert read(refusal(429, words, headers)).retry_after == seconds


@pytest.mark.parametrize("many", [False, True])
def test_another_success_than_200_is_no_yes(many):
    body = b"{}" if many else b'{"sentMessages": [{"id": "1"}]}'
    headers = {"content-type": "application/json", "x-line-request-id": "r-1"}
    response = httpx.Response(201, content=body, headers=headers)

    answer = read(response, MANY if many else LINE, 2 if many else 1)

    assert answer.kind == "unknown"


bodies = bodies_with("sentMessages", "id", "message", "details", "property")
types = st.sampled_from(["application/json", "text/html", "text/javascript", ""])


@given(
    status=st.integers(100, 599), body=bodies, kind=types, many=st.booleans(), id_=types
)
def test_no_answer_whatever_breaks_reading(status, body, kind, many, id_):
    headers = {"content-type": kind, "retry-after": id_, "x-line-request-id": id_}
    response = httpx.Response(status, content=body, headers=headers)

    answer = read(response, MANY if many else LINE, 2 if many else 1)

    if answer.kind == "accepted":
        assert status == 200
        assert answer.provider_message_id
        found = json.loads(body)
        assert found == {} if many else found["sentMessages"][0]["id"]
    if answer.kind in ("refused", "split"):
        assert 400 <= status < 500
        assert isinstance(json.loads(body)["message"], str)


# ---------- tokens and settings


def test_a_token_is_asked_for_with_the_channels_secret():
    request = LINE.token_request(None)

    assert str(request.url) == "https://api.line.me/oauth2/v3/token"
    assert request.content.decode() == (
        "grant_type=client_credentials&client_id=1234567890"
        "&client_secret=s3cret-channel"
    )


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, json={"access_token": "t", "expires_in": 900}),
        httpx.Response(200, json={"access_token": "", "expires_in": 900}),
        httpx.Response(200, json={"access_token": "t"}),
        httpx.Response(200, html="<html>"),
    ],
)
def test_what_is_no_token_is_none(response):
    assert LINE.read_token(response) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(NotSent(), LockedError, id="out_of_reach"),
        pytest.param(Lost(), LockedError, id="lost"),
        pytest.param(httpx.Response(503), LockedError, id="broken"),
        pytest.param(httpx.Response(429), LockedError, id="busy"),
        pytest.param(httpx.Response(401), StoppedError, id="refused"),
        pytest.param(httpx.Response(200, text="hello"), StoppedError, id="no_token"),
    ],
)
def test_no_token_now_is_no_wrong_login(monkeypatch, answer, kind):
    async def answered(*_):
        return answer

    monkeypatch.setattr("sync.tokens.exchange", answered)

    with pytest.raises(kind):
        drive(LINE, [MESSAGE])


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTT_LINE_CHANNEL_ID": "1"},
        {"OTT_LINE_CHANNEL_SECRET": "s3cret"},
        {
            "OTT_LINE_CHANNEL_ID": "1",
            "OTT_LINE_CHANNEL_SECRET": "s3cret",
            "OTT_LINE_BASE_URL": "http://api.line.me",
        },
        {
            "OTT_LINE_CHANNEL_ID": "1",
            "OTT_LINE_CHANNEL_SECRET": "s3cret",
            "OTT_LINE_COUNT_CAMPAIGNS": "perhaps",
        },
    ],
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        LineDestination.from_env(env)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("answer", ["true", "True", "false", ""])
def test_counting_campaigns_is_a_yes_or_a_no(answer):
    line = LineMulticastDestination.from_env(
        {
            "OTT_LINE_CHANNEL_ID": "1",
            "OTT_LINE_CHANNEL_SECRET": "s",
            "OTT_LINE_COUNT_CAMPAIGNS": answer,
        }
    )

    assert line.counts_campaigns is (answer.lower() == "true")


# ---------- the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield one
    one.close()


def at(sandbox, line):
    secret = "sandbox-token"
    return replace(line, base_url=sandbox.url + "/line", channel_secret=secret)


def arrived(sandbox, *some):
    users = {one.address for one in some}
    return [entry for entry in sandbox.log() if entry["to"] in users]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["line", "line_multicast"])
def test_each_kind_of_content_arrives(sandbox, name, kind):
    line = at(sandbox, {"line": LINE, "line_multicast": MANY}[name])
    one = row(kind, 1000 + 50 * list(DESTINATIONS).index(name) + KINDS.index(kind))

    [outcome], _ = drive(line, [one])

    assert outcome.event == "accepted"
    [entry] = arrived(sandbox, one)
    assert entry["said"]["messages"] == body_of(line.request([one]))["messages"]


def test_one_wrong_person_of_five_costs_only_themselves(sandbox):
    five = [row(number=2000 + n) for n in range(5)]
    five[3] = replace(five[3], address=NOBODY)

    outcomes, _ = drive(at(sandbox, MANY), five)

    assert [one.event for one in outcomes] == [
        *("accepted", "accepted", "accepted", "refused", "accepted")
    ]
    assert outcomes[3].reason_code == "address_unreachable"
    assert len(arrived(sandbox, *five)) == 4


def test_a_multicast_whose_answer_is_lost_reaches_nobody_twice(sandbox):
    some = [row(number=3000 + n) for n in range(4)]
    sandbox.faults("lost_answer#1")

    outcomes, _ = drive(at(sandbox, MANY), some)

    assert {one.event for one in outcomes} == {"accepted"}
    assert len(arrived(sandbox, *some)) == 4


def test_rows_that_cannot_share_a_call_get_one_each(sandbox):
    some = [row(number=4000 + n, free_text=f"Hi {n % 2}") for n in range(4)]

    outcomes, _ = drive(at(sandbox, MANY), some)

    assert {one.event for one in outcomes} == {"accepted"}
    found = arrived(sandbox, *some)
    texts = {one["to"]: one["said"]["messages"][0]["text"] for one in found}
    assert texts == {one.address: one.free_text for one in some}
    assert len(found) == 4
