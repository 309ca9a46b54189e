"""The limiter, the pairs and the headers by themselves, on a clock of the test's."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_project import ROOT

from sync.classes import load_classes
from sync.destinations import Answer
from sync.destinations.limits import NOTHING, Limits, limits_of
from sync.exchange import NotSent
from sync.ledger import Ledger
from sync.limiter import Limiter
from sync.masking import keyed_hash
from sync.outcomes import decide
from sync.pairs import Pairs

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - naive UTC everywhere.


class FakeClock:
    def __init__(self):
        self.seconds = 100.0

    def monotonic(self):
        return self.seconds


def gap(limiter, rate=10):
    """Tell how far apart two places are now."""
    first, second = (limiter.reserve("wa_main", rate) for _ in range(2))
    return second - first


def test_a_rate_that_was_lowered_comes_back_slowly_and_never_above():
    clock = FakeClock()
    limiter = Limiter(clock)
    usual = gap(limiter)

    limiter.lower("wa_main")

    lowered = gap(limiter)
    clock.seconds += 15
    later = gap(limiter)
    clock.seconds += 3600
    assert lowered == pytest.approx(2 * usual, rel=0.05)
    assert usual * 1.2 < later < lowered * 0.9
    assert gap(limiter) == pytest.approx(usual)


def test_many_refusals_at_once_lower_the_rate_once():
    clock = FakeClock()
    limiter = Limiter(clock)
    usual = gap(limiter)

    for _ in range(64):
        limiter.lower("wa_main")
    once = gap(limiter)
    clock.seconds += 2
    limiter.lower("wa_main")

    assert once == pytest.approx(2 * usual, rel=0.05)
    assert gap(limiter) > 3 * usual


def test_what_is_left_of_a_limit_lowers_the_rate_and_never_raises_it():
    limiter = Limiter(FakeClock())
    usual = gap(limiter)

    limiter.lower_to("wa_main", 10, 1000)
    assert gap(limiter) == pytest.approx(usual)
    limiter.lower_to("wa_main", 10, 2)

    assert gap(limiter) == pytest.approx(5 * usual, rel=0.05)


def test_quiet_time_regains_nothing():
    clock = FakeClock()
    limiter = Limiter(clock)
    usual = gap(limiter)

    limiter.lower("wa_main")
    limiter.hold("wa_main", 600)
    clock.seconds += 600

    assert gap(limiter) == pytest.approx(2 * usual, rel=0.05)


@given(
    rate=st.integers(1, 200),
    deeds=st.lists(st.sampled_from(["lower", "lower_to", "hold", "pass", "send"])),
)
def test_no_word_of_a_provider_makes_a_sender_faster(rate, deeds):
    clock = FakeClock()
    limiter = Limiter(clock)
    places = []
    for deed in deeds:
        match deed:
            case "lower":
                limiter.lower("wa_main")
            case "lower_to":
                limiter.lower_to("wa_main", rate, rate * 3 / 4)
            case "hold":
                limiter.hold("wa_main", 0.5)
            case "pass":
                clock.seconds += 0.7
        places.append(limiter.reserve("wa_main", rate))

    for first in places:
        assert sum(first <= at < first + 1 - 1e-6 for at in places) <= rate


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, NOTHING, id="nothing"),
        pytest.param(
            {"x-business-use-case-usage": '{"1": [{"call_count": 90}]}'},
            Limits(is_near=True),
            id="near",
        ),
        pytest.param(
            {"x-business-use-case-usage": '{"1": [{"call_count": 89}]}'},
            Limits(),
            id="far",
        ),
        pytest.param(
            {
                "x-business-use-case-usage": (
                    '{"1": [], "2": [{"estimated_time_to_regain_access": 5}]}'
                )
            },
            Limits(quiet=300),
            id="minutes_until_calls_are_taken",
        ),
        pytest.param(
            {"x-business-use-case-usage": '{"1": [{"call_count": "99"}, 3], "2": 4}'},
            Limits(),
            id="junk",
        ),
        pytest.param({"x-business-use-case-usage": "<"}, Limits(), id="no_json"),
        pytest.param(
            {"x-ratelimit-remaining": "300", "x-ratelimit-reset": "60"},
            Limits(rate=5),
            id="remaining",
        ),
        pytest.param(
            {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "3"},
            Limits(),
            id="a_short_window_is_waited_for_when_it_is_used_up",
        ),
        pytest.param({"x-ratelimit-remaining": "5"}, Limits(), id="no_reset"),
    ],
)
def test_headers_say_what_is_left(headers, expected):
    assert limits_of(httpx.Response(200, headers=headers)) == expected


@pytest.mark.parametrize(
    ("provider", "code", "action", "hold"),
    [
        pytest.param("meta", "130429", "retry", 7, id="throughput"),
        pytest.param("twilio", "20429", "retry", 7, id="too_many_requests"),
        pytest.param("meta", "131056", "retry_alone", 0, id="pair"),
        pytest.param("wechat", "45066", "retry_alone", 0, id="same_key"),
    ],
)
def test_only_what_concerns_the_sender_slows_it_down(provider, code, action, hold):
    answer = Answer("refused", code, retry_after=7)

    decision = decide(answer, load_classes(ROOT), provider, 1, NOW)

    assert (decision.action, decision.hold) == (action, hold)
    assert decision.wait == 7


def test_a_provider_nobody_reaches_is_not_too_fast_for_us():
    assert decide(NotSent(), load_classes(ROOT), "meta", 1, NOW).action != "retry"


def test_an_answer_nobody_can_read_may_ask_for_quiet():
    answer = Answer("unknown", retry_after=30)

    assert decide(answer, load_classes(ROOT), "meta", 1, NOW).hold == 30


def row(number, address="+6590000001", **given):
    return SimpleNamespace(
        **{
            "delivery_key": str(number),
            "sender_id": "wa_main",
            "channel": "whatsapp",
            "address": address,
            **given,
        }
    )


def test_who_waits_for_a_person_goes_one_by_one():
    clock = FakeClock()
    pairs = Pairs(clock)
    rows = [row(n) for n in range(4)]
    left = []

    assert [pairs.admit(one) for one in rows] == [True, False, False, False]
    going = rows[0]
    while going:
        pairs.left([going])
        left.append(clock.seconds)
        pairs.done([going])
        assert pairs.waited() is None
        clock.seconds += 6
        going = pairs.waited()

    assert [after - left[0] for after in left] == [0, 6, 12, 18]
    assert pairs.waiting == 0


def test_a_request_under_way_keeps_its_person_from_the_next():
    clock = FakeClock()
    pairs = Pairs(clock)
    pairs.admit(row(0))
    pairs.admit(row(1))

    clock.seconds += 60
    assert pairs.waited() is None
    pairs.done([row(0)])

    assert pairs.waited() == row(1), "it never left, so nobody has to wait"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(row(1, sender_id="wa_two"), id="another_sender"),
        pytest.param(row(1, address="+6590000002"), id="another_person"),
        pytest.param(row(1, channel="line"), id="another_channel"),
        pytest.param(row(1, address=None), id="no_address"),
    ],
)
def test_others_need_not_wait(other):
    pairs = Pairs(FakeClock())
    pairs.admit(row(0))
    pairs.left([row(0)])

    assert pairs.admit(other)


def test_what_is_past_is_forgotten():
    clock = FakeClock()
    pairs = Pairs(clock)
    for number in range(1000):
        one = row(number, address=f"+65{number}")
        pairs.admit(one)
        pairs.left([one])
        pairs.done([one])
        clock.seconds += 1

    assert len(pairs._free_at) <= 6
    assert not pairs._under_way


def test_messages_of_the_run_before_count(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite", "key")
    address_hash = keyed_hash(b"key", "+6590000001")
    sent = NOW - timedelta(seconds=2)
    ledger._connection.execute(
        "insert into deliveries (delivery_key, run_id, build_id, destination, "
        "campaign_id, customer_id, channel, sender_id, purpose, address_hash, state, "
        "state_at, decided_at, attempt, claims) values ('k', 'r', 'b', 'whatsapp', "
        "'c', 'c1', 'whatsapp', 'wa_main', 'utility', ?, 'accepted', ?, ?, 1, 1)",
        (address_hash, str(sent), str(sent)),
    )
    with ledger.transaction():
        run = {"run_id": "r", "destination": "whatsapp", "build_id": "b"}
        ledger.open_run(run | {"host": "h", "pid": 1, "opened_at": sent})
        ledger.close_run("r", sent, 1, 0)
    clock = FakeClock()
    pairs = Pairs(clock)

    pairs.know(ledger, NOW)
    ledger.close()

    assert not pairs.admit(row(0))
    assert pairs.admit(row(1, address="+6590000002"))
    clock.seconds += 4.1
    assert pairs.waited() == row(0)
