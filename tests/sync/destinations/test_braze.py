from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junk import bodies_with

from sync.classes import load_classes
from sync.destinations import DESTINATIONS, RowError
from sync.destinations.braze import (
    BrazeProfilesDestination,
    BrazeTriggersDestination,
)
from sync.destinations.http import rate_wait
from sync.errors import ConfigError
from sync.messages import BrazeProfileRow, BrazeTriggerRow

ROOT = Path(__file__).parents[3]
URL = "https://rest.fra-01.braze.eu"
GROUP = "8f1c2b9e-6a4d-4f0e-9a57-2d3c0e5b7a11"
EVERY = {
    "delivery_key": "key-1",
    "build_id": "build-1",
    "occurrence": "once",
    "customer_id": "c1",
    "sender_id": "braze",
    "decided_at": datetime(2026, 11, 23, 2),  # noqa: DTZ001 - naive UTC, as in the warehouse
    "send_not_before": datetime(2026, 11, 23, 2),  # noqa: DTZ001
    "send_not_after": datetime(2026, 11, 24, 2),  # noqa: DTZ001
    "send_rank": 1,
}
PROFILE = BrazeProfileRow(
    **EVERY,
    campaign_id="braze_profiles",
    channel="*",
    purpose="state",
    message_type="profile",
    destination="braze_profiles",
    is_withdrawal=False,
    requests_per_second=1000,
    states='{"ott_winback":"true","ott_winback_until":"2026-11-25T10:05:00Z"}',
)
TRIGGER = BrazeTriggerRow(
    **EVERY,
    campaign_id="spring",
    channel="whatsapp",
    purpose="marketing",
    message_type="template",
    destination="braze_triggers",
    provider_campaign_id="b5c7-spring",
    requests_per_second=60,
    parameters="first_name,offer",
    variables='{"first_name": "Ana", "offer": "10%", "secret": "not named"}',
)


@pytest.fixture
def profiles():
    return BrazeProfilesDestination("secret-key", URL)


@pytest.fixture
def triggers():
    return BrazeTriggersDestination("secret-key", URL)


def people(row, count):
    return [
        replace(row, customer_id=f"c{n}", delivery_key=f"key-{n}") for n in range(count)
    ]


def body_of(request):
    return json.loads(request.content)


def states(**values):
    return replace(PROFILE, states=json.dumps(values))


def attributes_of(profiles, row):
    [item] = body_of(profiles.request([row]))["attributes"]
    return item


def success(status=201, **body):
    return httpx.Response(status, json={"message": "success"} | body)


def kinds(answers):
    return [(answer.kind, answer.code) for answer in answers]


# ---------- profiles


def test_each_profile_row_is_one_attributes_object(profiles):
    request = profiles.request(people(PROFILE, 2))

    assert (request.method, str(request.url)) == ("POST", f"{URL}/users/track")
    assert request.headers["authorization"] == "Bearer secret-key"
    assert request.headers["content-type"] == "application/json"
    assert body_of(request) == {
        "attributes": [
            {
                "external_id": person,
                "_update_existing_only": True,
                "ott_winback": True,
                "ott_winback_until": "2026-11-25T10:05:00Z",
            }
            for person in ("c0", "c1")
        ]
    }


def test_no_profile_is_ever_created(profiles):
    sent = attributes_of(profiles, PROFILE)

    assert sent["_update_existing_only"] is True


def test_true_and_false_are_booleans_and_nothing_else_is(profiles):
    row = states(a="true", b="false", c="True", d="1", e="no")

    sent = attributes_of(profiles, row)

    assert [sent[name] for name in "abcde"] == [True, False, "True", "1", "no"]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("unsubscribed", "unsubscribed"),
        ("subscribed:consent-7", "subscribed"),
        ("subscribed:a:b", "subscribed"),
        ("unsubscribed:stop-9", "unsubscribed"),
    ],
)
def test_a_subscription_is_said_without_its_evidence(profiles, value, state):
    sent = attributes_of(profiles, states(**{f"subscription_group:{GROUP}": value}))

    assert sent["subscription_groups"] == [
        {"subscription_group_id": GROUP, "subscription_state": state}
    ]
    assert f"subscription_group:{GROUP}" not in sent


def test_attributes_and_subscriptions_travel_together(profiles):
    row = states(ott_a="false", **{f"subscription_group:{GROUP}": "unsubscribed"})

    assert attributes_of(profiles, row) == {
        "external_id": "c1",
        "_update_existing_only": True,
        "ott_a": False,
        "subscription_groups": [
            {"subscription_group_id": GROUP, "subscription_state": "unsubscribed"}
        ],
    }


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({f"subscription_group:{GROUP}": "opted_in"}, id="opted_in"),
        pytest.param({f"subscription_group:{GROUP}": "Subscribed:e"}, id="capital"),
        pytest.param({f"subscription_group:{GROUP}": ":subscribed"}, id="no state"),
        pytest.param({f"subscription_group:{GROUP}": "true"}, id="true"),
        pytest.param({f"subscription_group:{GROUP}": None}, id="null"),
        pytest.param({"subscription_group:": "subscribed:e"}, id="no group"),
        pytest.param({"subscription_group:a b": "subscribed:e"}, id="not an id"),
        pytest.param({"ott_a": None}, id="null would remove the attribute"),
        pytest.param({"ott_a": ["x"]}, id="a list"),
        pytest.param({"ott_a": {"inc": 1}}, id="an object"),
        pytest.param({"ott_a": " "}, id="blank"),
        pytest.param({"external_id": "somebody else"}, id="external_id"),
        pytest.param({"phone": "+6591234567"}, id="phone"),
        pytest.param({"email_subscribe": "opted_in"}, id="email_subscribe"),
        pytest.param({"subscription_groups": "x"}, id="subscription_groups"),
        pytest.param({"_update_existing_only": "false"}, id="_update_existing_only"),
        pytest.param({"Ott": "true"}, id="capital letter"),
        pytest.param({"": "true"}, id="no name"),
    ],
)
def test_states_that_are_not_ours_to_say_are_refused_here(profiles, values):
    with pytest.raises(RowError) as caught:
        profiles.request([states(**values)])

    assert caught.value.reason_code == "template_params_invalid"


@pytest.mark.parametrize("text", ["[]", "{", "null"])
def test_states_that_are_no_object_are_refused_here(profiles, text):
    with pytest.raises(RowError):
        profiles.request([replace(PROFILE, states=text)])


@pytest.mark.parametrize("person", ["", " ", "x" * 988, "\ud800"])
def test_an_external_id_braze_could_not_have_is_not_sent(profiles, triggers, person):
    for braze, row in ((profiles, PROFILE), (triggers, TRIGGER)):
        with pytest.raises(RowError) as caught:
            braze.request([replace(row, customer_id=person)])

        assert caught.value.reason_code == "address_invalid"


def test_an_error_of_one_profile_refuses_that_row_alone(profiles):
    error = {"input_array": "attributes", "index": 1}
    errors = [{"type": "EXTERNAL_USER_ID_TOO_LARGE", **error}]

    answers = profiles.read(
        success(attributes_processed=2, errors=errors), people(PROFILE, 3)
    )

    assert kinds(answers) == [
        ("accepted", None),
        ("refused", "external_user_id_too_large"),
        ("accepted", None),
    ]


def test_an_error_in_words_has_a_code_of_its_words(profiles):
    errors = [{"type": "'external_id' must be fewer than 988 bytes", "index": 0}]

    [answer] = profiles.read(success(errors=errors), [PROFILE])

    assert answer.code == "external_id_must_be_fewer_than_988_bytes"


def test_an_error_without_a_type_still_refuses_its_row(profiles):
    answers = profiles.read(success(errors=[{"index": 0}]), people(PROFILE, 2))

    assert kinds(answers) == [("refused", "error_without_type"), ("accepted", None)]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param("something minor", id="words alone"),
        pytest.param({"type": "X"}, id="no index"),
        pytest.param({"type": "X", "index": "0"}, id="index as text"),
        pytest.param({"type": "X", "index": True}, id="index true"),
        pytest.param({"type": "X", "index": -1}, id="negative"),
        pytest.param({"type": "X", "index": 3}, id="too large"),
        pytest.param(
            {"type": "X", "input_array": "events", "index": 0}, id="another array"
        ),
    ],
)
def test_an_error_nobody_can_place_leaves_the_others_unknown(profiles, error):
    errors = [error, {"type": "Y", "index": 2}]

    answers = profiles.read(
        success(attributes_processed=3, errors=errors), people(PROFILE, 3)
    )

    assert kinds(answers) == [("unknown", None), ("unknown", None), ("refused", "y")]


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (3, "accepted"),
        (4, "accepted"),
        (2, "unknown"),
        (0, "unknown"),
        ("3", "unknown"),
        (True, "unknown"),
        (None, "unknown"),
    ],
)
def test_fewer_profiles_processed_than_sent_leaves_all_unknown(profiles, count, kind):
    answers = profiles.read(success(attributes_processed=count), people(PROFILE, 3))

    assert {answer.kind for answer in answers} == {kind}


def test_two_rows_of_one_customer_may_count_as_one(profiles):
    rows = [replace(PROFILE, is_withdrawal=True), PROFILE]

    answers = profiles.read(success(attributes_processed=1), rows)

    assert kinds(answers) == [("accepted", None)] * 2


# ---------- triggers


def test_rows_of_one_campaign_are_its_recipients(triggers):
    request = triggers.request(people(TRIGGER, 2))

    assert (request.method, str(request.url)) == (
        "POST",
        f"{URL}/campaigns/trigger/send",
    )
    assert body_of(request) == {
        "campaign_id": "b5c7-spring",
        "broadcast": False,
        "recipients": [
            {
                "external_user_id": f"c{n}",
                "send_to_existing_only": True,
                "trigger_properties": {
                    "first_name": "Ana",
                    "offer": "10%",
                    "delivery_key": f"key-{n}",
                },
            }
            for n in range(2)
        ],
    }


def test_a_value_cannot_take_the_place_of_the_delivery_key(triggers):
    row = replace(
        TRIGGER, parameters="delivery_key", variables='{"delivery_key": "forged"}'
    )

    [recipient] = body_of(triggers.request([row]))["recipients"]

    assert recipient["trigger_properties"] == {"delivery_key": "key-1"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"variables": '{"first_name": "Ana"}'}, "template_params_invalid"),
        ({"variables": "[]"}, "template_params_invalid"),
        ({"provider_campaign_id": ""}, "template_missing"),
        ({"provider_campaign_id": "another"}, "template_missing"),
    ],
)
def test_rows_that_make_no_request_are_refused_here(triggers, changes, reason):
    with pytest.raises(RowError) as caught:
        triggers.request([TRIGGER, replace(TRIGGER, **changes)])

    assert caught.value.reason_code == reason
    assert "Ana" not in str(caught.value)


def test_one_dispatch_id_is_everybodys(triggers):
    answers = triggers.read(success(dispatch_id="d-1"), people(TRIGGER, 2))

    assert [(a.kind, a.provider_message_id) for a in answers] == [
        ("accepted", "d-1"),
        ("accepted", "d-1"),
    ]


def test_a_queued_request_is_accepted_without_a_dispatch_id(triggers, profiles):
    queued = httpx.Response(202, json={"message": "queued"})

    [answer] = triggers.read(queued, [TRIGGER])

    assert (answer.kind, answer.provider_message_id) == ("accepted", None)
    assert profiles.read(queued, [PROFILE])[0].kind == "accepted"


def test_an_error_beside_a_dispatch_is_no_proof_that_nothing_was_sent(triggers):
    error = {"type": "INVALID", "input_array": "recipients", "index": 1}

    named = triggers.read(success(dispatch_id="d", errors=[error]), people(TRIGGER, 2))
    unnamed = triggers.read(
        success(dispatch_id="d", errors=["minor"]), people(TRIGGER, 2)
    )

    assert kinds(named) == [("accepted", None), ("unknown", "invalid")]
    assert kinds(unnamed) == [("unknown", None), ("unknown", None)]


# ---------- answers to both

JSON_TYPE = {"content-type": "application/json"}
BOTH = [
    pytest.param(BrazeProfilesDestination("k", URL), PROFILE, id="profiles"),
    pytest.param(BrazeTriggersDestination("k", URL), TRIGGER, id="triggers"),
]


@pytest.mark.parametrize(("braze", "row"), BOTH)
@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(201), id="empty"),
        pytest.param(httpx.Response(201, html="<html>"), id="html"),
        pytest.param(httpx.Response(201, text='{"message":"success"}'), id="type"),
        pytest.param(
            httpx.Response(201, content=b'{"message":"succ', headers=JSON_TYPE),
            id="truncated",
        ),
        pytest.param(httpx.Response(201, json={"message": "error"}), id="message"),
        pytest.param(httpx.Response(201, json={"message": ["success"]}), id="list"),
        pytest.param(httpx.Response(201, json=["success"]), id="no object"),
        pytest.param(httpx.Response(201, json={}), id="no message"),
        pytest.param(httpx.Response(301, json={"message": "success"}), id="301"),
        pytest.param(success(errors={"0": "x"}), id="errors is an object"),
        pytest.param(success(errors="x"), id="errors is text"),
        pytest.param(success(500), id="500 success"),
        pytest.param(httpx.Response(500, json={"message": "oops"}), id="500"),
        pytest.param(httpx.Response(503, text="busy"), id="503"),
        pytest.param(httpx.Response(400, html="<html>"), id="400 of a proxy"),
        pytest.param(httpx.Response(429, text="slow down"), id="429 of a proxy"),
        pytest.param(httpx.Response(413, html="<html>"), id="413 of a proxy"),
        pytest.param(httpx.Response(400, json={"message": ""}), id="no words"),
        pytest.param(httpx.Response(400, json={"error": "x"}), id="another shape"),
        pytest.param(httpx.Response(408, json={"message": "Timeout"}), id="408"),
        pytest.param(
            httpx.Response(400, content=b"[" * 100_000, headers=JSON_TYPE), id="deep"
        ),
    ],
)
def test_what_proves_nothing_is_unknown(braze, row, response):
    assert kinds(braze.read(response, people(row, 2))) == [("unknown", None)] * 2


@pytest.mark.parametrize(("braze", "row"), BOTH)
@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (400, "Invalid Campaign ID", "invalid_campaign_id"),
        (400, "Invalid Canvas ID", "invalid_canvas_id"),
        (400, "No Recipients", "no_recipients"),
        (400, "Max Input Length Exceeded", "max_input_length_exceeded"),
        (400, "Bad Request: a@b.example 12345 unknown", "bad_request_unknown"),
        (400, "!!", "http_400"),
        (400, "x" * 10_000_000, "x" * 40),
        (401, "Invalid API Key", "http_401"),
        (403, "Forbidden", "http_403"),
        (404, "Not Found", "http_404"),
        (413, "Too large", "http_413"),
        (429, "Rate Limited", "http_429"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_fatal_error_refuses_every_row(braze, row, status, message, code):
    response = httpx.Response(status, json={"message": message})

    assert kinds(braze.read(response, people(row, 2))) == [("refused", code)] * 2


bodies = bodies_with(
    "message", "errors", "index", "type", "attributes_processed", values=["success"]
)
header_text = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=30
).map(str.strip)
kinds_of_body = st.sampled_from(["application/json", "text/html", ""])


@pytest.mark.parametrize(("braze", "row"), BOTH)
@given(st.tuples(st.integers(100, 599), bodies, header_text, kinds_of_body))
def test_no_answer_whatever_breaks_reading(braze, row, given_answer):
    status, body, text, kind = given_answer
    names = ("retry-after", "date", "x-ratelimit-reset", "x-ratelimit-remaining")
    headers = {"content-type": kind} | dict.fromkeys(names, text)

    answers = braze.read(
        httpx.Response(status, content=body, headers=headers), people(row, 3)
    )

    assert len(answers) == 3
    for answer in answers:
        if answer.kind == "accepted":
            assert 200 <= status < 300
            assert json.loads(body)["message"] == "success"
        if answer.kind == "refused":
            assert answer.code
            assert status < 500
        assert answer.retry_after is None or 0 <= answer.retry_after <= 3600


@pytest.mark.parametrize(("braze", "row"), BOTH)
@given(st.integers(100, 599))
def test_only_a_2xx_can_accept(braze, row, status):
    [answer] = braze.read(success(status), [row])

    assert (answer.kind == "accepted") == (200 <= status < 300)


# ---------- waits

DATE = "Mon, 23 Nov 2026 10:00:00 GMT"
NOW = 1795428000  # DATE, in seconds since 1970.


def wait_of(status=429, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return rate_wait(httpx.Response(status, headers=named))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry_after": "7"}, 7.0, id="Retry-After"),
        pytest.param(
            {"retry_after": "Mon, 23 Nov 2026 10:01:30 GMT", "date": DATE},
            90,
            id="date",
        ),
        pytest.param(
            {"x_ratelimit_retry_after": "3"}, 3.0, id="X-Ratelimit-Retry-After"
        ),
        pytest.param({"X_RateLimit_Reset": "5"}, 5.0, id="Reset in seconds"),
        pytest.param({"x_ratelimit_reset": "0.5"}, 1.0, id="Reset within the second"),
        pytest.param(
            {"x_ratelimit_reset": str(NOW + 30), "date": DATE},
            30,
            id="Reset as instant",
        ),
        pytest.param(
            {"x_ratelimit_reset": str(NOW - 30), "date": DATE}, 1, id="Reset gone by"
        ),
        pytest.param({"x_ratelimit_reset": str(NOW)}, 1, id="Reset without a clock"),
        pytest.param(
            {"x_ratelimit_reset": str(NOW), "date": "yesterday"}, 1, id="broken clock"
        ),
        pytest.param(
            {"x_ratelimit_reset": "9", "x_ratelimit_retry_after": "2"},
            2,
            id="nearer word",
        ),
        pytest.param(
            {"retry_after": "2", "x_ratelimit_retry_after": "4"}, 4, id="longer"
        ),
        pytest.param({"retry_after": "999999999"}, 3600, id="31 years"),
        pytest.param(
            {"x_ratelimit_reset": "9999999999", "date": DATE}, 3600, id="in 260 years"
        ),
        pytest.param({"x_ratelimit_reset": "9" * 400}, None, id="endless"),
        pytest.param({"x_ratelimit_reset": "-5"}, None, id="negative"),
        pytest.param({"x_ratelimit_reset": "soon"}, None, id="junk"),
        pytest.param({"x_ratelimit_reset": "1e9"}, None, id="exponent"),
        pytest.param({"x_ratelimit_reset": "5, 5"}, None, id="twice"),
        pytest.param({"x_ratelimit_retry_after": "nan"}, None, id="nan"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_every_form_of_wait_after_a_429_is_read(headers, seconds):
    assert wait_of(**headers) == seconds


def test_digits_of_other_scripts_are_no_number():
    headers = [(b"x-ratelimit-reset", "٣".encode())]

    assert rate_wait(httpx.Response(429, headers=headers)) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param(
            {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "2"}, 2.0, id="used up"
        ),
        pytest.param(
            {
                "x_ratelimit_remaining": "0",
                "x_ratelimit_reset": str(NOW + 3),
                "date": DATE,
            },
            3.0,
            id="used up, as an instant",
        ),
        pytest.param({"x_ratelimit_remaining": "0"}, None, id="no end named"),
        pytest.param(
            {"x_ratelimit_remaining": "1", "x_ratelimit_reset": "2"},
            None,
            id="one left",
        ),
        pytest.param(
            {"x_ratelimit_remaining": "", "x_ratelimit_reset": "2"}, None, id="unnamed"
        ),
    ],
)
def test_an_accepted_answer_asks_for_quiet_when_the_limit_is_used_up(headers, seconds):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    taken = httpx.Response(201, json={"message": "success"}, headers=named)

    [answer] = BrazeProfilesDestination("k", URL).read(taken, [PROFILE])

    assert (answer.kind, answer.retry_after) == ("accepted", seconds)


def test_a_429_carries_its_wait_to_every_row(triggers):
    response = httpx.Response(
        429, json={"message": "Rate Limited"}, headers={"X-Ratelimit-Retry-After": "2"}
    )

    answers = triggers.read(response, people(TRIGGER, 2))

    assert [answer.retry_after for answer in answers] == [2.0, 2.0]


# ---------- what the codes lead to


# The table a person checks against Braze's pages.
EXPECTED = {
    "refuse": "http_413 bad_request no_recipients external_user_id_too_large "
    "external_id_must_be_fewer_than_988_bytes blacklisted_external_user_id "
    "external_id_is_blacklisted provided_external_id_is_blacklisted_and",
    "retry": "http_429",
    "pause_template": "invalid_campaign_id invalid_canvas_id campaign_is_paused "
    "campaign_is_archived "
    "no_message_to_send",
    "stop_run": "http_401 http_403 http_404 max_input_length_exceeded "
    "the_max_number_of_external_ids_and_alias the_max_number_of_ids_per_request_was_ex",
}
ACTIONS = {code: action for action, codes in EXPECTED.items() for code in codes.split()}


def codes_of_the_table():
    path = ROOT / "seeds/reference/provider_error_classes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [r["code"] for r in csv.DictReader(file) if r["provider"] == "braze"]


def test_every_code_of_the_table_is_expected_and_the_other_way_round():
    assert sorted(codes_of_the_table()) == sorted(ACTIONS)


@pytest.mark.parametrize("code", [*ACTIONS, "words_nobody_listed"])
def test_a_code_leads_to_what_the_table_says(code):
    kind = load_classes(ROOT).of("braze", code)

    assert kind.action == ACTIONS.get(code, "refuse")
    assert (kind.max_tries > 1) == (kind.action == "retry")


def test_every_code_of_the_table_is_one_the_adapter_can_make(profiles):
    for code in codes_of_the_table():
        status = int(code[5:]) if code.startswith("http_") else 400
        response = httpx.Response(status, json={"message": code.replace("_", " ")})
        [answer] = profiles.read(response, [PROFILE])

        assert answer.code == code


# ---------- settings


@pytest.mark.parametrize("kind", [BrazeProfilesDestination, BrazeTriggersDestination])
def test_settings_come_from_the_environment(tmp_path, kind):
    path = tmp_path / "key"
    path.write_text("from-file\n")
    env = {"OTT_BRAZE_API_KEY_FILE": str(path), "OTT_BRAZE_BASE_URL": URL + "/"}

    braze = kind.from_env(env)

    assert (braze.key, braze.base_url) == ("from-file", URL)


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"OTT_BRAZE_BASE_URL": URL}, id="no key"),
        pytest.param({"OTT_BRAZE_API_KEY": "a-secret"}, id="no instance"),
        pytest.param(
            {"OTT_BRAZE_API_KEY": "a-secret", "OTT_BRAZE_BASE_URL": " "}, id="blank"
        ),
        *(
            pytest.param(
                {"OTT_BRAZE_API_KEY": "a-secret", "OTT_BRAZE_BASE_URL": url}, id=url
            )
            for url in (
                "http://rest.fra-01.braze.eu",
                "rest.fra-01.braze.eu",
                "http://[",
            )
        ),
    ],
)
def test_settings_that_cannot_work_stop_the_run(env):
    with pytest.raises(ConfigError) as caught:
        BrazeProfilesDestination.from_env(env)

    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    assert "OTT_BRAZE" in str(caught.value)
    assert "a-secret" not in str(caught.value)


def test_secrets_and_values_stay_out_of_repr(profiles, triggers):
    seen = repr(profiles) + repr(triggers) + repr(PROFILE) + repr(TRIGGER)
    seen += repr(profiles.request([PROFILE])) + repr(triggers.request([TRIGGER]))

    assert "secret-key" not in seen
    assert "Ana" not in seen
    assert "winback" not in seen


def test_withdrawals_go_before_every_message():
    kinds = list(DESTINATIONS.values())
    states = [kind.keeps_state for kind in kinds]

    assert states == sorted(states, reverse=True)
    assert states[0]
    assert kinds[-1].name == "holdout"


def test_only_state_may_be_said_twice(profiles, triggers):
    assert (profiles.keeps_state, profiles.batch_size, profiles.answers) == (
        True,
        75,
        "per_row",
    )
    assert (triggers.keeps_state, triggers.batch_size, triggers.answers) == (
        False,
        50,
        "batch",
    )
