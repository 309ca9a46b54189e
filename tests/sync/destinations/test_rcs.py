"""
RCS's adapter, beside tables made from Google's pages.

No client on PyPI sends agent messages. The bodies are those of the guide "Send
messages" and of "phones.agentMessages" (REST reference, 2026); FIELDS are the fields of
Google's own Java client (rbm-api-examples e3f8f1c), by object.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import jwt
import pytest
from driving import ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with
from provider_cases.rcs import CASES, KEY, ROW, key_file

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.contents import Content
from sync.destinations.rcs import RcsDestination
from sync.errors import ConfigError
from sync.sandbox.rcs import public_key

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - naive UTC, as the clock tells it.
IMAGE, CLIP = "https://example.test/a.jpg", "https://example.test/a.mp4"
SHOP = "https://example.test/shop?a=1"
CARD = {
    "title": "Card",
    "text": "More",
    "image_url": IMAGE,
    "buttons": [{"title": "Shop", "url": SHOP}],
}
CONTENTS = {
    "image": {"url": IMAGE},
    "video": {"url": CLIP, "preview_url": IMAGE},
    "buttons": {"text": "Look", "buttons": [{"title": "Shop", "url": SHOP}]},
    "quick_replies": {
        "text": "Again?",
        "replies": [
            {"title": "Yes", "payload": "yes now"},
            {"title": "No", "payload": "no"},
        ],
    },
    "carousel": {"text": "Two", "cards": [CARD, CARD]},
}
OPEN = {
    "action": {
        "text": "Shop",
        "postbackData": "U2hvcA==",
        "openUrlAction": {"url": SHOP},
    }
}
SAID_CARD = {
    "title": "Card",
    "description": "More",
    "media": {"height": "MEDIUM", "contentInfo": {"fileUrl": IMAGE}},
    "suggestions": [OPEN],
}
# "Send messages": text, media by URL, suggested replies and actions, carousels.
EXPECTED = {
    "text": {"text": "Hi Ana, 10% for you"},
    "image": {"contentInfo": {"fileUrl": IMAGE}},
    "video": {"contentInfo": {"fileUrl": CLIP, "thumbnailUrl": IMAGE}},
    "buttons": {"text": "Look", "suggestions": [OPEN]},
    "quick_replies": {
        "text": "Again?",
        "suggestions": [
            {"reply": {"text": "Yes", "postbackData": "eWVzIG5vdw=="}},
            {"reply": {"text": "No", "postbackData": "bm8="}},
        ],
    },
    "carousel": {
        "richCard": {
            "carouselCard": {
                "cardWidth": "MEDIUM",
                "cardContents": [SAID_CARD, SAID_CARD],
            }
        }
    },
}
FIELDS = {
    "": {"contentMessage", "messageTrafficType", "ttl", "expireTime"},
    "contentMessage": {"contentInfo", "fileName", "richCard", "suggestions", "text"},
    "contentInfo": {"fileUrl", "forceRefresh", "thumbnailUrl"},
    "richCard": {"carouselCard", "standaloneCard"},
    "carouselCard": {"cardContents", "cardWidth"},
    "cardContents": {"description", "media", "suggestions", "title"},
    "media": {"contentInfo", "fileName", "height"},
    "suggestions": {"action", "reply"},
    "reply": {"postbackData", "text"},
    "action": {"fallbackUrl", "openUrlAction", "postbackData", "text"},
    "openUrlAction": {"application", "description", "url", "webviewViewMode"},
}


def account(**changed):
    env = {"OTT_RCS_KEY": KEY}
    return RcsDestination.from_env(env | changed)


@pytest.fixture(scope="module")
def rcs():
    contents = {kind: Content(kind, body) for kind, body in CONTENTS.items()}
    return replace(account(), contents=contents)


def row_of(kind):
    if kind == "text":
        return ROW
    return replace(ROW, content=kind, content_kind=kind, free_text=None)


def body_of(request):
    return json.loads(request.content)


def read(response, row=ROW):
    [answer] = RcsDestination(account=None).read(response, [row])
    return answer


def refusal(status, name, **headers):
    error = {"code": status, "message": "no", "status": name}
    return httpx.Response(status, json={"error": error}, headers=headers)


def taken(name="phones/+14165550123/agentMessages/m-1", status=200):
    body = {"name": name, "sendTime": "2026-11-23T10:00:00Z"}
    return httpx.Response(status, json=body)


# ---------- requests


def test_a_row_becomes_one_post_with_its_ids_in_the_query(rcs):
    request = rcs.request([ROW])

    assert request.method == "POST"
    assert str(request.url.copy_with(query=None)) == (
        "https://rcsbusinessmessaging.googleapis.com/v1/phones/+14165550123/agentMessages"
    )
    assert list(request.url.params) == ["messageId", "agentId"]
    assert request.url.params["agentId"] == "acme@rbm.goog"
    assert UUID(request.url.params["messageId"]).version == 5
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_kind_is_said_as_googles_pages_say_it(rcs, kind):
    body = body_of(rcs.request([row_of(kind)]))

    assert body == {
        "contentMessage": EXPECTED[kind],
        "messageTrafficType": "PROMOTION",
        "ttl": "14400s",
    }


@pytest.mark.parametrize("kind", EXPECTED)
def test_no_field_is_one_googles_client_does_not_know(rcs, kind):
    def look(value, name):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                assert set(item) <= FIELDS[name], name
                for inner, found in item.items():
                    look(found, inner)

    look(body_of(rcs.request([row_of(kind)])), "")


def test_a_payload_comes_back_whole(rcs):
    [yes, _] = body_of(rcs.request([row_of("quick_replies")]))["contentMessage"][
        "suggestions"
    ]

    assert b64decode(yes["reply"]["postbackData"]) == b"yes now"


@pytest.mark.parametrize(
    ("purpose", "traffic"),
    [
        ("marketing", "PROMOTION"),
        ("utility", "TRANSACTION"),
        ("authentication", "AUTHENTICATION"),
        ("service", "SERVICEREQUEST"),
    ],
)
def test_the_traffic_type_is_the_purpose(rcs, purpose, traffic):
    body = body_of(rcs.request([replace(ROW, purpose=purpose)]))

    assert body["messageTrafficType"] == traffic


def message_id(rcs, **changes):
    return rcs.request([replace(ROW, **changes)]).url.params["messageId"]


def test_the_same_delivery_has_always_the_same_bytes(rcs):
    first, second = rcs.request([ROW]), rcs.request([ROW])

    assert (first.url, first.content) == (second.url, second.content)
    assert message_id(rcs) == message_id(rcs, build_id="build-2", free_text="Other")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"delivery_key": "0" * 31 + "2"}, id="delivery"),
        pytest.param({"provider_account": "other@rbm.goog"}, id="agent"),
        pytest.param({"address": "+14165550124"}, id="address: Google would ignore it"),
    ],
)
def test_another_delivery_has_another_id(rcs, changes):
    assert message_id(rcs, **changes) != message_id(rcs)


LONG_REPLIES = [{"title": f"R{n}", "payload": "x"} for n in range(12)]
LONG_BUTTONS = [{"title": f"B{n}", "url": SHOP} for n in range(5)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("list", {}, id="a list"),
        pytest.param("audio", {"url": IMAGE, "seconds": 3}, id="audio"),
        pytest.param(
            "quick_replies", {"text": "a", "replies": LONG_REPLIES}, id="12 replies"
        ),
        pytest.param("carousel", {"text": "a", "cards": [CARD]}, id="1 card"),
        pytest.param("carousel", {"text": "a", "cards": [CARD] * 11}, id="11 cards"),
        pytest.param(
            "carousel",
            {"text": "a", "cards": [CARD | {"buttons": LONG_BUTTONS}] * 2},
            id="5 buttons on a card",
        ),
        pytest.param(
            "quick_replies",
            {"text": "a", "replies": [{"title": "R", "payload": "é" * 769}]},
            id="a payload over 2,048 in base64",
        ),
    ],
)
def test_what_rcs_has_no_room_for_is_not_sent(rcs, kind, body):
    rcs = replace(rcs, contents={"file": Content(kind, body)})

    with pytest.raises(RowError) as caught:
        rcs.request([replace(ROW, content="file", content_kind=kind)])

    assert caught.value.reason_code == "content_not_supported"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("buttons", {"text": "a", "buttons": LONG_BUTTONS}, id="5 buttons"),
        pytest.param(
            "quick_replies", {"text": "a", "replies": LONG_REPLIES[:11]}, id="11"
        ),
        pytest.param("carousel", {"text": "a", "cards": [CARD] * 10}, id="10 cards"),
        pytest.param(
            "quick_replies",
            {"text": "a", "replies": [{"title": "R" * 25, "payload": "x" * 1536}]},
            id="25 letters, 2,048 in base64",
        ),
    ],
)
def test_what_just_fits_is_sent(rcs, kind, body):
    rcs = replace(rcs, contents={"file": Content(kind, body)})

    assert rcs.request([replace(ROW, content="file", content_kind=kind)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"address": "14165550123"}, "address_invalid", id="no plus"),
        pytest.param({"address": "+1 416 555"}, "address_invalid", id="spaces"),
        pytest.param({"address": "+1416/../2"}, "address_invalid", id="a path"),
        pytest.param({"provider_account": ""}, "wrong_sender", id="no agent"),
        pytest.param({"purpose": "poetry"}, "policy_missing", id="purpose"),
        pytest.param({"free_text": None}, "template_params_invalid", id="no text"),
        pytest.param(
            {"free_text": "x" * 3073}, "template_params_invalid", id="long text"
        ),
        pytest.param(
            {"free_text": "\ud800"}, "template_params_invalid", id="surrogate"
        ),
    ],
)
def test_a_row_google_would_refuse_is_not_sent(rcs, changes, reason):
    with pytest.raises(RowError) as caught:
        rcs.request([replace(ROW, **changes)])

    assert caught.value.reason_code == reason
    assert "4165550123" not in str(caught.value)


def test_text_of_3072_letters_is_sent(rcs):
    assert rcs.request([replace(ROW, free_text="x" * 3072)])


# ---------- tokens


def test_the_token_request_is_a_signed_grant(rcs):
    # "Using OAuth 2.0 for Server to Server Applications", HTTP/REST, 2026.
    request = rcs.token_request(NOW)

    form = parse_qs(request.content.decode())
    assertion = form["assertion"][0]
    key = public_key(json.loads(KEY)["private_key"])
    read_back = jwt.decode(
        assertion,
        key,
        ["RS256"],
        {"verify_exp": False, "verify_iat": False},
        audience="https://oauth2.googleapis.com/token",
    )
    began = int(NOW.replace(tzinfo=UTC).timestamp())

    assert str(request.url) == "https://oauth2.googleapis.com/token"
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert jwt.get_unverified_header(assertion) == {
        "alg": "RS256",
        "typ": "JWT",
        "kid": "key-1",
    }
    assert read_back == {
        "iss": "sender@acme.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/rcsbusinessmessaging",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": began,
        "exp": began + 3600,
    }


def test_a_token_is_read_and_carried_as_a_bearer(rcs):
    given = {"access_token": "t", "expires_in": 3599, "token_type": "Bearer"}

    token = rcs.read_token(httpx.Response(200, json=given))
    request = rcs.authorized(rcs.request([ROW]), token.value)

    assert token.seconds == 3599
    assert request.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(
            httpx.Response(400, json={"error": "invalid_grant"}), id="refused"
        ),
        pytest.param(
            httpx.Response(500, json={"access_token": "t", "expires_in": 1}), id="500"
        ),
        pytest.param(httpx.Response(200, html="<html>"), id="html"),
    ],
)
def test_no_token_is_none(rcs, response):
    assert rcs.read_token(response) is None


# ---------- answers


def test_a_named_message_is_acceptance_by_its_id_alone():
    found = read(taken())

    assert (found.kind, found.provider_message_id) == ("accepted", "m-1")


def test_an_id_google_knows_is_acceptance(rcs):
    found = read(refusal(409, "ALREADY_EXISTS"))

    assert (found.kind, found.code) == ("accepted", None)
    assert found.provider_message_id == message_id(rcs)


# What the reference says of each status ("channels", 4.3), in the run's words.
ACTIONS = {
    (400, "INVALID_ARGUMENT"): "refuse",
    (401, "UNAUTHENTICATED"): "renew_token",
    (403, "PERMISSION_DENIED"): "stop_sender",
    (404, "NOT_FOUND"): "suppress_address",
    (429, "RESOURCE_EXHAUSTED"): "retry",
}


def test_the_seed_holds_these_statuses_and_no_others():
    codes = load_classes(ROOT).codes

    assert {code for owner, code in codes if owner == "rcs"} == {
        name for _, name in ACTIONS
    }


@pytest.mark.parametrize(("status", "name"), ACTIONS)
def test_a_status_is_a_refusal_with_its_class(status, name):
    found = read(refusal(status, name))

    assert (found.kind, found.code) == ("refused", name)
    assert load_classes(ROOT).of("rcs", name).action == ACTIONS[status, name]


JSON_TYPE = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200), id="empty"),
        pytest.param(httpx.Response(200, html="<html>proxy</html>"), id="html 200"),
        pytest.param(httpx.Response(404, html="<html>no such path</html>"), id="html"),
        pytest.param(httpx.Response(502, html="<html>proxy</html>"), id="html 502"),
        pytest.param(httpx.Response(200, json={}), id="no name"),
        pytest.param(taken("m-1"), id="a name of another form"),
        pytest.param(taken("phones/+1/agentMessages/"), id="no id"),
        pytest.param(taken(7), id="name is a number"),
        pytest.param(taken(status=302), id="302"),
        pytest.param(taken(status=500), id="500 after it was taken"),
        pytest.param(refusal(503, "UNAVAILABLE"), id="503"),
        pytest.param(refusal(500, "INTERNAL"), id="500"),
        pytest.param(refusal(504, "DEADLINE_EXCEEDED"), id="504"),
        pytest.param(refusal(409, "ABORTED"), id="another 409"),
        pytest.param(refusal(499, "CANCELLED"), id="499"),
        pytest.param(refusal(200, "NOT_FOUND"), id="an error on a 200"),
        pytest.param(httpx.Response(400, json={"error": "no"}), id="no status"),
        pytest.param(refusal(400, "no, not to +14165550123"), id="words for a status"),
        pytest.param(
            httpx.Response(200, content=b'{"name":"phones/+1', headers=JSON_TYPE),
            id="cut off",
        ),
        pytest.param(httpx.Response(200, text=taken().text), id="another content type"),
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
        pytest.param({}, None, id="none"),
    ],
)
def test_googles_own_wait_is_read(headers, seconds):
    found = read(refusal(429, "RESOURCE_EXHAUSTED", **headers))

    assert found.retry_after == seconds


bodies = bodies_with("name", "error", "status", "code", "sendTime")
types = st.sampled_from(["application/json", "text/html", "text/plain", ""])


@given(status=st.integers(100, 599), body=bodies, kind=types)
def test_junk_never_breaks_reading_and_is_never_accepted(status, body, kind):
    response = httpx.Response(status, content=body, headers={"content-type": kind})

    assert read(response).kind != "accepted"


# ---------- against the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rcs")
    landing = folder / "raw_whatsapp_webhooks.jsonl"
    # It knows the key, so it looks at signatures.
    one = Sandbox(folder, landing=landing, secrets={"OTT_RCS_KEY": KEY})
    yield one
    one.close()


@pytest.fixture
def there(sandbox, rcs):
    sandbox.forget()
    return replace(CASES[0].destination(sandbox.url), contents=rcs.contents)


def events(folder):
    text = (folder / "raw_rcs_webhooks.jsonl").read_text()
    bodies = [json.loads(json.loads(line)["payload"]) for line in text.splitlines()]
    return [body["message"]["data"] for body in bodies]


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_kind_of_content_is_taken_as_it_was_said(there, sandbox, kind):
    row = replace(row_of(kind), delivery_key=kind)

    [outcome], _ = drive(there, [row])

    assert outcome.event == "accepted"
    [entry] = sandbox.log()
    assert entry["said"]["contentMessage"] == EXPECTED[kind]


def test_what_arrives_is_told_under_the_id_of_the_acceptance(there, sandbox):
    [outcome], _ = drive(there, [replace(ROW, delivery_key="arrives")])

    told = [
        event
        for event in events(sandbox.settings.directory)
        if event["messageId"] == outcome.provider_message_id
    ]

    assert told[0]["eventType"] == "DELIVERED"
    assert told[0]["senderPhoneNumber"] == ROW.address
    assert told[0]["agentId"] == ROW.provider_account
    assert "+" not in outcome.provider_message_id


def test_what_waits_too_long_is_told_by_the_server(tmp_path):
    one = Sandbox(tmp_path, landing=tmp_path / "w.jsonl", undelivered=1.0)
    try:
        drive(CASES[0].destination(one.url), [ROW])
    finally:
        one.close()

    [event] = events(tmp_path)
    assert event["eventType"] == "TTL_EXPIRATION_REVOKED"
    assert event["phoneNumber"] == ROW.address
    assert "senderPhoneNumber" not in event


def test_a_used_id_is_ignored_whoever_it_is_for(there, sandbox):
    with httpx.Client() as http:
        token = there.read_token(http.send(there.token_request(NOW))).value
        first = there.authorized(there.request([ROW]), token)
        http.send(first)
        other = str(first.url).replace("+14165550123", "+14165550199")
        ignored = http.post(other, headers=first.headers, content=first.content)

    assert ignored.status_code == 200
    assert [entry["to"] for entry in sandbox.log()] == ["+14165550123"]


def test_a_lost_answer_that_is_then_known_is_an_acceptance(there, sandbox):
    row = replace(ROW, delivery_key="lost")
    sandbox.faults("lost_answer#1", "code:409#1")
    [outcome], _ = drive(there, [row])
    sandbox.faults()

    assert outcome.event == "accepted"
    assert outcome.provider_message_id == message_id(there, delivery_key="lost")
    assert len(sandbox.log()) == 1


def test_a_key_the_sandbox_does_not_know_gives_no_token(sandbox):
    env = {"OTT_RCS_KEY": key_file(), "OTT_RCS_TOKEN_URL": f"{sandbox.url}/rcs/token"}
    stranger = RcsDestination.from_env(env)

    with httpx.Client() as http:
        refused = http.send(stranger.token_request(NOW))

    assert refused.status_code == 400
    assert refused.json()["error_description"] == "Invalid JWT: InvalidSignatureError"
    assert stranger.read_token(refused) is None


@pytest.mark.parametrize(
    ("changes", "params", "status"),
    [
        pytest.param({"messageTrafficType": None}, {}, 400, id="no traffic type"),
        pytest.param({"ttl": "1300000s"}, {}, 400, id="ttl over 15 days"),
        pytest.param({"contentMessage": {}}, {}, 400, id="no content"),
        pytest.param(
            {"contentMessage": {"text": "a", "richCard": {}}}, {}, 400, id="two"
        ),
        pytest.param({"contentMessage": {"text": "x" * 3073}}, {}, 400, id="long"),
        pytest.param({}, {"messageId": "123456661"}, 400, id="an id that is no UUID"),
        pytest.param({}, {"agentId": ""}, 403, id="no agent"),
    ],
)
def test_the_sandbox_refuses_what_google_would(there, changes, params, status):
    with httpx.Client() as http:
        token = there.read_token(http.send(there.token_request(NOW))).value
        asked = there.authorized(there.request([ROW]), token)
        url = asked.url.copy_merge_params(params)
        body = {k: v for k, v in (body_of(asked) | changes).items() if v is not None}
        headers = {"authorization": f"Bearer {token}"}
        refused = http.post(url, headers=headers, json=body)

    assert refused.status_code == status
    assert read(refused).kind == "refused"


def test_no_log_line_has_a_number_or_a_token(there, sandbox, caplog):
    caplog.set_level(logging.DEBUG)

    drive(there, [replace(ROW, delivery_key="logged")])

    assert ROW.address not in caplog.text
    assert "Bearer" not in caplog.text


# ---------- settings


def test_settings_are_taken_from_the_key_and_the_environment(tmp_path):
    path = tmp_path / "key.json"
    path.write_text(KEY)

    rcs = RcsDestination.from_env(
        {
            "OTT_RCS_KEY_FILE": str(path),
            "OTT_RCS_TTL_SECONDS": "600",
            "OTT_RCS_BASE_URL": "https://europe-rcsbusinessmessaging.googleapis.com/",
        }
    )

    assert rcs.account.token_url == "https://oauth2.googleapis.com/token"
    assert rcs.base_url == "https://europe-rcsbusinessmessaging.googleapis.com"
    assert body_of(rcs.request([ROW]))["ttl"] == "600s"


@pytest.mark.parametrize("seconds", ["10", "1296000"])
def test_a_ttl_at_googles_bounds_is_allowed(seconds):
    assert account(OTT_RCS_TTL_SECONDS=seconds).ttl_seconds == int(seconds)


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"OTT_RCS_KEY": ""}, id="no key"),
        pytest.param({"OTT_RCS_KEY": "a-secret"}, id="no JSON"),
        pytest.param({"OTT_RCS_KEY": '{"client_email": "a-secret"}'}, id="no key in"),
        pytest.param({"OTT_RCS_KEY": key_file(private_key="a-secret")}, id="broken"),
        pytest.param({"OTT_RCS_KEY": key_file(token_uri=None)}, id="no token url"),
        pytest.param(
            {"OTT_RCS_KEY": key_file(token_uri="http://a.test")}, id="in the clear"
        ),
        pytest.param({"OTT_RCS_TOKEN_URL": "http://a.test"}, id="set in the clear"),
        pytest.param({"OTT_RCS_BASE_URL": "http://a.test"}, id="base in the clear"),
        pytest.param({"OTT_RCS_TTL_SECONDS": "9"}, id="ttl too short"),
        pytest.param({"OTT_RCS_TTL_SECONDS": "1296001"}, id="ttl too long"),
        pytest.param({"OTT_RCS_TTL_SECONDS": "4h"}, id="ttl no number"),
    ],
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        account(**env)

    assert "a-secret" not in str(caught.value)
    assert "PRIVATE KEY" not in str(caught.value)


def test_the_private_key_shows_nowhere(rcs):
    assert "PRIVATE KEY" not in repr(rcs)
