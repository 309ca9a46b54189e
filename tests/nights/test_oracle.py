"""The oracle sees each thing it is there to see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from campaigns import CAMPAIGNS
from oracle import Oracle
from truth import Merge, Stop, Truth, Yes

NOON = datetime.fromisoformat("2026-10-10T12:00:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONCE, DEAL, DAILY = CAMPAIGNS[:3]


def somebody(campaign, *, held_out=False):
    """Name an id that falls on this side of the campaign's holdout."""
    ids = (f"c-{number}" for number in range(1000))
    return next(each for each in ids if campaign.holds_out(each) is held_out)


@pytest.fixture
def ana():
    ids = (f"c-{number}" for number in range(1000))
    return next(
        each for each in ids if not (ONCE.holds_out(each) or DEAL.holds_out(each))
    )


@pytest.fixture
def oracle(ana):
    truth = Truth({each.campaign_id: each for each in CAMPAIGNS})
    truth.owns(NOON - 9 * DAY, ana, "+44")
    truth.owns(NOON - 9 * DAY, "c-other", "+33")
    return Oracle(truth)


def sent(oracle, campaign, at, decided=None, **said):
    path = f"/v25.0/{campaign.number}/messages"
    entry = {"seq": 1, "path": path, "to": "+44", "delivery_key": said.pop("key", "k")}
    oracle.judge([entry | said], at, decided or at - HOUR)
    return [each.kind for each in oracle.violations]


def test_one_message_is_nothing_to_blame(oracle):
    assert sent(oracle, ONCE, NOON) == []


def test_a_second_one_in_the_same_round_is_seen(oracle):
    sent(oracle, ONCE, NOON)

    assert sent(oracle, ONCE, NOON + 9 * DAY) == ["twice"]


def test_the_next_round_is_another_message(oracle):
    midnight = DEAL.starts_at + 12 * DAY
    sent(oracle, DEAL, midnight - 2 * DAY)

    assert sent(oracle, DEAL, midnight) == []


def test_a_second_step_needs_a_failure_known_to_the_build(oracle):
    first = DEAL.starts_at + 9 * DAY + 3 * HOUR
    sent(oracle, DEAL, first, key="one")
    oracle.truth.failures["one"] = first + HOUR

    assert sent(oracle, DEAL, first + DAY, first + 2 * HOUR) == []


def test_a_failure_heard_of_after_the_build_proves_nothing(oracle):
    first = DEAL.starts_at + 9 * DAY + 3 * HOUR
    sent(oracle, DEAL, first, key="one")
    oracle.truth.failures["one"] = first + 3 * HOUR

    assert "twice" in sent(oracle, DEAL, first + DAY, first + 2 * HOUR)


def test_a_merged_person_is_one_person(oracle, ana):
    oracle.truth.merges.append(Merge(NOON, NOON, "c-other", ana))
    sent(oracle, DAILY, NOON - HOUR, to="+33")

    assert sent(oracle, DAILY, NOON + HOUR, decided=NOON) == ["twice"]


def test_a_merge_after_the_build_is_told_apart(oracle, ana):
    oracle.truth.merges.append(Merge(NOON, NOON, "c-other", ana))
    sent(oracle, DAILY, NOON - HOUR, to="+33")

    kinds = sent(oracle, DAILY, NOON + HOUR, decided=NOON - HOUR)

    assert kinds == ["twice, merged after the build"]


@pytest.mark.parametrize("how", ["customer", "address"])
def test_a_message_after_a_stop_is_seen(oracle, ana, how):
    whom = {"customer": ana} if how == "customer" else {"address": "+44"}
    oracle.truth.stops.append(Stop("x", NOON, NOON, **whom))

    assert sent(oracle, ONCE, NOON) == ["after a stop (x)"]


def test_a_stop_that_nobody_knows_yet_is_none(oracle, ana):
    oracle.truth.stops.append(Stop("x", NOON + HOUR, NOON - HOUR, ana))

    assert sent(oracle, ONCE, NOON) == []


def test_a_stop_of_marketing_leaves_the_rest(oracle, ana):
    oracle.truth.stops.append(Stop("x", NOON, NOON, ana, purpose="marketing"))

    assert sent(oracle, DAILY, NOON) == []


@pytest.mark.parametrize(("later", "expected"), [(HOUR, 0), (-HOUR, 1)])
def test_only_a_later_yes_lifts_a_stop(oracle, ana, later, expected):
    stop = Stop("x", NOON, NOON, ana, purpose="marketing", lifted_by="grant")
    oracle.truth.stops.append(stop)
    oracle.truth.yeses.append(Yes(NOON + later, NOON + later, ana, "marketing"))

    assert len(sent(oracle, ONCE, NOON + 2 * HOUR)) == expected


def test_another_marketing_message_within_a_day_is_seen(oracle):
    sent(oracle, ONCE, NOON)

    assert sent(oracle, DEAL, NOON + DAY - timedelta(seconds=1)) == ["cap"]


def test_after_a_day_the_next_one_may_go(oracle):
    sent(oracle, ONCE, NOON)

    assert sent(oracle, DEAL, NOON + DAY) == []


def test_a_message_that_had_failed_uses_up_nobodys_day(oracle):
    sent(oracle, ONCE, NOON, key="failed")
    oracle.truth.failures["failed"] = NOON + HOUR

    assert sent(oracle, DEAL, NOON + 3 * HOUR, NOON + 2 * HOUR) == []


def test_a_failure_nobody_had_heard_of_does(oracle):
    sent(oracle, ONCE, NOON, key="failed")
    oracle.truth.failures["failed"] = NOON + 2 * HOUR

    assert sent(oracle, DEAL, NOON + 3 * HOUR, NOON + HOUR) == ["cap"]


def test_a_held_out_person_is_seen(oracle):
    held = somebody(DEAL, held_out=True)
    oracle.truth.owns(NOON - DAY, held, "+55")

    assert sent(oracle, DEAL, NOON, to="+55") == ["held out"]


def test_held_out_stays_held_out_after_a_merge(oracle, ana):
    held = somebody(DEAL, held_out=True)
    oracle.truth.merges.append(Merge(NOON - DAY, NOON - DAY, held, ana))

    assert sent(oracle, DEAL, NOON) == ["held out by a merged id"]


def summary(**changed):
    said = {"destination": "whatsapp", "due": 2, "not_sent": 0, "exit_code": 0}
    return said | {"outcomes": {"accepted": 2}} | changed


@pytest.mark.parametrize(
    ("said", "code", "left", "expected"),
    [
        (summary(), 0, 2, []),
        (summary(due=3), 0, 2, ["account"]),
        (summary(), 0, 1, ["account"]),
        (summary(), 0, 3, ["account"]),
        (summary(), 6, 2, ["exit code"]),
        (summary(not_sent=1, due=3), 0, 2, ["exit code"]),
        (summary(outcomes={"accepted": 1, "unknown": 1}), 0, 2, ["exit code"]),
        (summary(outcomes={"unknown": 2}, exit_code=6), 6, 1, []),
    ],
)
def test_an_account_that_does_not_add_up_is_seen(oracle, said, code, left, expected):
    oracle.account([said], code, {"whatsapp": left, "braze_triggers": 0}, NOON, "")

    assert [each.kind for each in oracle.violations] == expected


def test_a_flag_too_many_a_missing_one_and_one_after_a_stop_are_seen(oracle, ana):
    oracle.truth.stops.append(Stop("x", NOON - DAY, NOON - DAY, ana))
    profiles = {ana: {"attributes": {"ott_winback": True, "ott_other": False}}}

    oracle.platform(profiles, {("c-other", "ott_winback")}, NOON, NOON)

    assert sorted(each.kind for each in oracle.violations) == [
        "a flag after a stop",
        "a flag is missing",
        "a flag too many",
    ]


def test_a_flag_of_somebody_merged_since_is_not_missed(oracle, ana):
    oracle.truth.merges.append(Merge(NOON, NOON, "c-other", ana))

    oracle.platform({}, {("c-other", "ott_winback")}, NOON - HOUR, NOON)

    assert oracle.violations == []


def test_what_left_and_is_not_in_the_warehouse_is_seen(oracle):
    sent(oracle, ONCE, NOON, key="gone")

    oracle.forgotten(NOON, {"another"})

    assert [each.kind for each in oracle.violations] == ["not in the warehouse"]


@pytest.mark.parametrize(
    ("hour", "kinds"), [(6, ["at night"]), (7, []), (18, []), (19, ["at night"])]
)
def test_marketing_at_night_is_seen(oracle, ana, hour, kinds):
    # Amsterdam is an hour ahead in the winter.
    oracle.truth.countries[ana] = "NL"
    at = datetime.fromisoformat("2026-11-10") + hour * HOUR

    assert sent(oracle, DEAL, at) == kinds


def test_a_notice_may_come_at_night(oracle, ana):
    oracle.truth.countries[ana] = "NL"

    assert sent(oracle, DAILY, NOON + 10 * HOUR) == []
