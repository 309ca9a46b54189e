"""What Kakao itself offers: events of a bot, and a channel's customer file."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest
from driving import ROOT, Sandbox, drive
from hypothesis import given
from hypothesis import strategies as st
from provider_cases.kakao import EVENT, FILE_ENV, USER

from sync.classes import load_classes
from sync.destinations import RowError
from sync.destinations.kakao_customer_file import KakaoCustomerFileDestination
from sync.destinations.kakao_event import KakaoEventDestination
from sync.errors import ConfigError


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("kakao"))
    yield one
    one.close()


def event(**env):
    return KakaoEventDestination.from_env({"OTT_KAKAO_REST_API_KEY": "key"} | env)


def body_of(request):
    return json.loads(request.content)


def answer_to(response):
    [answer] = event().read(response, [EVENT])
    return answer.kind, answer.code, answer.provider_message_id


# ---------- events


def test_an_event_is_said_to_one_person():
    request = event().request([EVENT])

    assert str(request.url) == (
        "https://bot-api.kakao.com/v2/bots/667e5382f2b2f84cb555091c/talk"
    )
    assert request.headers["authorization"] == "KakaoAK key"
    # The fields of Kakao's help "Event API" (copies of 2026).
    assert body_of(request) == {
        "event": {"name": "order_answer", "data": {"text": "Hi Ana, 10% for you"}},
        "user": [{"type": "plusfriendUserKey", "id": "ckUy2724egt1"}],
        "params": {
            "first_name": "Ana",
            "offer": "10%",
            "delivery_key": EVENT.delivery_key,
        },
    }


@pytest.mark.parametrize("kind", ["botUserKey", "plusfriendUserKey", "appUserId"])
def test_what_a_key_is_is_a_setting(kind):
    [user] = body_of(event(OTT_KAKAO_USER_KEY=kind).request([EVENT]))["user"]

    assert user == {"type": kind, "id": "ckUy2724egt1"}


def test_a_bots_development_channel_keeps_its_mark():
    row = replace(EVENT, provider_account="667e!")

    assert str(event().request([row]).url).endswith("/v2/bots/667e!/talk")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "marketing"}, "policy_missing"),
        ({"purpose": "utility"}, "policy_missing"),
        ({"template_name": None}, "template_missing"),
        ({"address": "two words"}, "address_invalid"),
        ({"provider_account": "a/b"}, "sender_restricted"),
        ({"content": "x", "content_kind": "image"}, "content_not_supported"),
        ({"variables": "{}"}, "template_params_invalid"),
    ],
)
def test_what_an_event_cannot_say_is_refused(changes, reason):
    with pytest.raises(RowError) as caught:
        event().request([replace(EVENT, **changes)])

    assert caught.value.reason_code == reason


TAKEN = {"taskId": "5f767a00", "status": "SUCCESS", "timestamp": 1728382106745}


def test_a_task_is_what_was_accepted():
    assert answer_to(httpx.Response(200, json=TAKEN)) == ("accepted", None, "5f767a00")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"status": "FAIL", "message": "no"}, "http_400"),
        (401, {"message": "unauthorized"}, "http_401"),
        (403, {"code": -403, "msg": "no"}, "-403"),
        (401, {"code": -401, "msg": "wrong appKey"}, "-401"),
        (404, {"status": "ERROR"}, "http_404"),
        (429, {"message": "slow down"}, "http_429"),
    ],
)
def test_a_refusal_is_kakaos_own_json_in_a_4xx(status, body, code):
    assert answer_to(httpx.Response(status, json=body)) == ("refused", code, None)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(200, json=TAKEN | {"status": "FAIL"}), id="failed"),
        pytest.param(httpx.Response(200, json=TAKEN | {"taskId": ""}), id="no task"),
        pytest.param(httpx.Response(200, json={"status": "SUCCESS"}), id="no id"),
        pytest.param(httpx.Response(500, json=TAKEN), id="500 that says success"),
        pytest.param(httpx.Response(302, json=TAKEN), id="redirect"),
        pytest.param(httpx.Response(408, json={"message": "late"}), id="408"),
        pytest.param(httpx.Response(400, text="<html>"), id="proxy"),
        pytest.param(httpx.Response(400, json={"error": "x"}), id="of another shape"),
        pytest.param(httpx.Response(400, json=TAKEN), id="a success in a 400"),
        pytest.param(httpx.Response(429, text="slow down"), id="429 of a proxy"),
        pytest.param(httpx.Response(200, text='{"taskId": "5f'), id="cut off"),
        pytest.param(
            httpx.Response(
                200, text=json.dumps(TAKEN), headers={"content-type": "text"}
            ),
            id="wrong content type",
        ),
        pytest.param(httpx.Response(200), id="empty"),
    ],
)
def test_what_proves_nothing_of_an_event_is_unknown(response):
    assert answer_to(response) == ("unknown", None, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "taskId",
                    "status",
                    "message",
                    "code",
                    "msg",
                    "request_count",
                    "success_count",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)
STATUS = st.sampled_from([200, 201, 204, 301, 400, 401, 429, 500])


@given(body=JSON, status=STATUS)
def test_junk_makes_no_event_accepted(body, status):
    kind, _, _ = answer_to(httpx.Response(status, json=body))

    assert kind != "accepted" or body["status"] == "SUCCESS"


def test_a_wrong_key_stops_the_run(sandbox):
    env = {
        "OTT_KAKAO_REST_API_KEY": "wrong",
        "OTT_KAKAO_BOT_BASE_URL": sandbox.url + "/kakao",
    }

    [outcome], run = drive(KakaoEventDestination.from_env(env), [EVENT])

    assert (outcome.event, outcome.provider_code) == ("refused", "http_401")
    assert run.actions == ["stop_run"]


# ---------- the customer file


def file(**env):
    return KakaoCustomerFileDestination.from_env(FILE_ENV | env)


def file_answer(response, rows=(USER, USER)):
    return [(a.kind, a.code) for a in file().read(response, rows)]


def counted(asked, done, status=200):
    body = {"file_id": 1, "request_count": asked, "success_count": done}
    return httpx.Response(status, json=body)


def write(sandbox, rows, *faults):
    sandbox.faults(*faults)
    try:
        return drive(file(OTT_KAKAO_API_BASE_URL=sandbox.url + "/kakao"), rows)
    finally:
        sandbox.faults()


def users(name, number):
    return [
        replace(USER, delivery_key=f"{name}{i}", kakao_user_id=f"9{i}{name}1")
        for i in range(number)
    ]


def written(sandbox, rows):
    ids = {row.kakao_user_id for row in rows}
    return {e["to"] for e in sandbox.log() if e["to"] in ids}


def test_a_user_carries_its_keys_as_kakao_takes_them():
    request = file().request([USER])

    assert (
        str(request.url) == "https://kapi.kakao.com/v1/talkchannel/update/target_users"
    )
    assert request.headers["authorization"] == "KakaoAK sandbox-token"
    # The fields of "Kakao Talk Channel, REST API", "Add users" (copies of 2026).
    assert body_of(request) == {
        "file_id": 21274,
        "channel_public_id": "_acme",
        "user_type": "app",
        "users": [
            {
                "id": "1515035367",
                "field": {
                    "ott_winback": 1,
                    "ott_until": 202611281800,
                    "지역": "서울",
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("false", 0),
        ("0", 0),
        ("007", "007"),
        ("-3", -3),
        ("1.5", "1.5"),
        ("9" * 16, "9" * 16),
    ],
)
def test_only_what_is_a_number_becomes_one(text, said):
    row = replace(USER, states=json.dumps({"k": text}))

    assert body_of(file().request([row]))["users"][0]["field"] == {"k": said}


def test_a_user_without_an_id_of_our_app_is_refused():
    with pytest.raises(RowError) as caught:
        file().request([replace(USER, kakao_user_id="+821012345678")])

    assert caught.value.reason_code == "address_invalid"
    assert "1515035367" not in repr(USER)


def test_counts_that_agree_are_an_acceptance():
    assert file_answer(counted(2, 2)) == [("accepted", None)] * 2


def test_fewer_than_asked_for_are_looked_for_in_halves():
    assert file_answer(counted(2, 1)) == [("split", "not_registered")] * 2
    assert file_answer(counted(1, 0), [USER]) == [("split", "not_registered")]


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(counted(3, 3), id="another number asked"),
        pytest.param(counted(2, 3), id="more than asked"),
        pytest.param(counted(2, -1), id="less than none"),
        pytest.param(counted(2, 2, 500), id="500"),
        pytest.param(httpx.Response(200, json={"file_id": 1}), id="no counts"),
        pytest.param(httpx.Response(200, text="<html>"), id="proxy"),
        pytest.param(httpx.Response(400, text="<html>"), id="400 of a proxy"),
        pytest.param(
            httpx.Response(500, json={"code": -1, "msg": "x"}), id="500 coded"
        ),
    ],
)
def test_what_proves_nothing_of_the_file_is_unknown(response):
    assert file_answer(response) == [("unknown", None)] * 2


@given(body=JSON, status=STATUS)
def test_junk_makes_no_user_accepted(body, status):
    kinds = {kind for kind, _ in file_answer(httpx.Response(status, json=body))}

    assert "accepted" not in kinds or body["success_count"] == 2


@pytest.mark.parametrize("code", [-541, -544, -816, -817, -818, -819, -401])
def test_kakaos_codes_stop_the_run(code):
    response = httpx.Response(400, json={"code": code, "msg": "no"})

    assert file_answer(response) == [("refused", str(code))] * 2
    assert load_classes(ROOT).of("kakao", str(code)).action == "stop_run"


def test_users_are_written(sandbox):
    rows = users("1", 3)

    outcomes, _ = write(sandbox, rows)

    assert [o.event for o in outcomes] == ["accepted"] * 3
    assert written(sandbox, rows) == {row.kakao_user_id for row in rows}


def test_a_stranger_costs_only_itself(sandbox):
    rows = users("2", 5)
    rows[3] = replace(rows[3], kakao_user_id="93000")

    outcomes, _ = write(sandbox, rows)

    assert [o.event for o in outcomes] == [
        "accepted",
        "accepted",
        "accepted",
        "refused",
        "accepted",
    ]
    assert outcomes[3].provider_code == "not_registered"


@pytest.mark.parametrize(
    "fault", ["lost_answer#1", "empty_200#1", "html_502#1", "reset#1", "rate_429#1"]
)
def test_a_value_is_said_again_when_its_answer_is_lost(sandbox, fault):
    rows = users("3", 2)

    outcomes, _ = write(sandbox, rows, fault)

    assert [o.event for o in outcomes] == ["accepted"] * 2


@pytest.mark.parametrize(
    ("kind", "env"),
    [
        (KakaoEventDestination, {}),
        (
            KakaoEventDestination,
            {"OTT_KAKAO_REST_API_KEY": "k", "OTT_KAKAO_USER_KEY": "x"},
        ),
        (KakaoCustomerFileDestination, FILE_ENV | {"OTT_KAKAO_FILE_ID": "x"}),
        (KakaoCustomerFileDestination, FILE_ENV | {"OTT_KAKAO_CHANNEL": ""}),
        (KakaoCustomerFileDestination, FILE_ENV | {"OTT_KAKAO_ADMIN_KEY": ""}),
    ],
)
def test_a_setting_of_kakaos_that_cannot_be_stops_before_anything(kind, env):
    with pytest.raises(ConfigError):
        kind.from_env(env)


def test_no_key_of_kakaos_shows_in_a_repr():
    assert "sandbox-token" not in repr(file())
