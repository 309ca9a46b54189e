"""What holds for each destination alike, over real HTTP against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from driving import Sandbox, cases, drive

from sync.destinations.message import uuid_of

CASES = {case.kind.name: case for case in cases()}
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
def sandbox(tmp_path_factory):
    one = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield one
    one.close()


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def row(case, request):
    """The case's row under a key of this test's own."""
    key = sha256(request.node.name.encode()).hexdigest()[:32]
    return replace(case.row, delivery_key=key)


def assert_arrived(case, sandbox, row, times):
    """A value may be set as often as is wanted; a message may not."""
    if not case.kind.keeps_state:
        keys = [entry["delivery_key"] for entry in sandbox.log()]
        assert sum(key in keys_of(row) for key in keys) == times


def keys_of(row):
    return {row.delivery_key, uuid_of(row.destination, row.delivery_key)}


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
    assert_arrived(case, sandbox, row, 1)


@pytest.mark.parametrize("fault", SILENT)
def test_an_answer_nobody_can_read_is_never_a_refusal(case, sandbox, row, fault):
    outcome, _ = send(case, sandbox, row, fault)

    repeats = case.kind.dedupe_seconds or case.kind.keeps_state
    tells = repeats and case.repeat_tells
    assert outcome.event == ("accepted" if tells else "unknown")
    assert_arrived(case, sandbox, row, 1)
