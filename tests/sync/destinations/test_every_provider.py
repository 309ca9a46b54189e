"""What holds for each destination alike, over real HTTP against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import httpx
import pytest
from driving import Sandbox, cases, drive

CASES = {f"{case.kind.name} {case.row.message_type}": case for case in cases()}
# The provider took it and no caller can read so.
SILENT = (
    "lost_answer#1",
    "http_500_after_accept#1",
    "truncated_json#1",
    "wrong_content_type#1",
    "empty_200#1",
)
# Nobody can tell whether the provider took it; it did not.
DOUBTFUL = ("reset#1", "html_502#1", "http_503_before#1")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield one
    one.close()


@pytest.fixture
def sandbox(server):
    server.forget()
    return server


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def row(case, request):
    """The case's row under a key of this test's own."""
    key = sha256(request.node.name.encode()).hexdigest()[:32]
    return replace(case.row, delivery_key=key)


def assert_arrived(case, sandbox, times):
    """Of all that did in this test: some providers see no key of ours."""
    # A value may be set as often as is wanted; a message may not.
    if not case.kind.keeps_state:
        assert len(sandbox.log()) == times


def send(case, sandbox, row, *faults):
    sandbox.faults(*faults)
    try:
        [outcome], run = drive(case.destination(sandbox.url), [row])
    finally:
        sandbox.faults()
    return outcome, run


def test_a_good_row_is_accepted_once(case, sandbox, row):
    outcome, _ = send(case, sandbox, row)

    assert outcome.event == "accepted"
    assert outcome.provider_code is None
    assert_arrived(case, sandbox, 1)


@pytest.mark.parametrize("fault", SILENT)
def test_an_answer_nobody_can_read_is_never_a_refusal(case, sandbox, row, fault):
    outcome, _ = send(case, sandbox, row, fault)

    tells = case.repeats and case.repeat_tells
    assert outcome.event == ("accepted" if tells else "unknown")
    assert_arrived(case, sandbox, 1)


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_a_request_nobody_saw_the_end_of_is_never_sent_twice(case, sandbox, row, fault):
    outcome, _ = send(case, sandbox, row, fault)

    assert outcome.event == ("accepted" if case.repeats else "unknown")
    assert_arrived(case, sandbox, 1 if case.repeats else 0)


def test_a_provider_that_is_too_busy_is_asked_again_later(case, sandbox, row):
    outcome, run = send(case, sandbox, row, "rate_429#1")

    assert outcome.event == "accepted"
    assert "retry" in run.actions
    assert_arrived(case, sandbox, 1)


def test_a_token_that_expires_in_the_middle_is_renewed_once(case, sandbox, row):
    if not case.expires:
        pytest.skip("its token has no life of its own")

    outcome, run = send(case, sandbox, row, case.expires)

    assert outcome.event == "accepted"
    assert run.actions[:1] == ["renew_token"]
    assert_arrived(case, sandbox, 1)


def test_a_token_nobody_takes_stops_the_run(case, sandbox, row):
    if not case.expires:
        pytest.skip("its token has no life of its own")

    outcome, run = send(case, sandbox, row, case.expires.partition("#")[0])

    assert outcome.event == "refused"
    assert run.actions[-1] == "stop_run"
    assert_arrived(case, sandbox, 0)


def test_no_secret_and_no_address_shows_in_a_repr(case, sandbox):
    shown = repr(case.destination(sandbox.url)) + repr(case.row)

    address = getattr(case.row, "address", None)
    assert address is None or address not in shown
    assert "sandbox-token" not in shown


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Retry-After": "999999999"}, id="seconds"),
        pytest.param(
            {
                "Retry-After": "Fri, 23 Nov 2057 10:00:00 GMT",
                "Date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            id="a_date",
        ),
    ],
)
def test_no_provider_keeps_anybody_quiet_for_years(case, headers):
    body = {"error": {"code": 130429}, "errorcode": 50100, "message": "Busy"}
    response = httpx.Response(429, json=body, headers=headers)

    [answer] = case.destination("http://127.0.0.1:1").read(response, [case.row])

    assert (answer.retry_after or 0) <= 3600
