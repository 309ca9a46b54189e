"""Rows of one group that must not be in flight together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sync_project import now, row

from sync.ledger import Ledger
from sync.messages import Outcome, WhatsAppRow


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "ledger.sqlite", "key")
    yield made
    made.close()


def made(*several):
    """Rows of one build, which began five minutes ago."""
    decided_at = now() - timedelta(minutes=5)
    return [WhatsAppRow(*row(decided_at=decided_at, **given)) for given in several]


def claim(ledger, rows):
    """Claim `rows` in one group, as the send path does; tell what became of each."""
    with ledger.transaction():
        verdicts = ledger.deliveries.claim(rows, "run", now(), [None] * len(rows))
    return [verdict.reason_code or verdict.kind for verdict in verdicts]


TWINS = pytest.mark.parametrize(
    ("twins", "expected"),
    [
        pytest.param(
            ({"number": 1}, {"number": 2, "address": "+6590000001"}),
            "duplicate_address",
            id="two_customers_at_one_address",
        ),
        pytest.param(
            ({"number": 1}, {"number": 2, "customer_id": "c1", "campaign_id": "b"}),
            "decided_before_last_message",
            id="two_campaigns_for_one_customer",
        ),
        pytest.param(
            (
                {"number": 1},
                {"number": 2, "address": "+6590000001", "campaign_id": "b"},
            ),
            "decided_before_last_message",
            id="two_campaigns_for_one_address",
        ),
    ],
)


@TWINS
def test_of_twins_in_one_group_the_first_goes(ledger, twins, expected):
    between = [{"number": number} for number in range(10, 13)]

    found = claim(ledger, made(twins[0], *between, twins[1]))

    assert found == ["claimed"] * 4 + [expected]


@TWINS
@pytest.mark.parametrize("became", ["accepted", "unknown", "held_out", "refused"])
def test_a_twin_goes_only_after_what_surely_did_not_arrive(
    ledger, twins, expected, became
):
    first, twin = made(*twins)
    claim(ledger, [first])
    with ledger.transaction():
        told = [(first.delivery_key, Outcome(became))]
        ledger.deliveries.record(told, now())

    found = claim(ledger, [twin])

    # Whoever was held out has no message, and yet no other one either.
    others = {"refused": "claimed", "held_out": "decided_before_last_message"}
    assert found == [others.get(became, expected)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(None, "decided_before_last_message", id="not_at_all"),
        pytest.param(4, "decided_before_last_message", id="after_the_build_began"),
        pytest.param(6, "claimed", id="before_the_build"),
    ],
)
def test_a_build_knows_of_a_message_that_was_written_back_before_it(
    ledger, written, expected
):
    first, other = made(
        {"number": 1}, {"number": 2, "customer_id": "c1", "campaign_id": "b"}
    )
    claim(ledger, [first])
    ago = [written and now() - timedelta(minutes=written), now() - timedelta(hours=1)]
    with ledger.transaction():
        ledger.deliveries.record([(first.delivery_key, Outcome("accepted"))], ago[1])
        if written:
            events = ledger.unwritten_events(9)
            ledger.deliveries.written(events, ago[0])

    assert claim(ledger, [other]) == [expected]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param({}, "duplicate_address", id="same_build"),
        pytest.param({"build_id": "build-2"}, "claimed", id="the_next_step"),
        pytest.param(
            {"build_id": "build-2", "customer_id": "c2"},
            "duplicate_address",
            id="another_customer_of_another_build",
        ),
        pytest.param({"occurrence": "2"}, "claimed", id="the_next_round"),
    ],
)
def test_one_address_has_each_round_of_a_campaign_once(ledger, other, expected):
    same = {"address": "+6590000001", "customer_id": "c1", "purpose": "utility"}
    first, second = made({"number": 1, **same}, {"number": 2, **same, **other})
    claim(ledger, [first])

    assert claim(ledger, [second]) == [expected]


@pytest.mark.parametrize("is_soon", [True, False], ids=["told_soon", "told_late"])
@pytest.mark.parametrize("became", [None, "accepted"])
def test_an_event_of_an_earlier_try_tells_no_build_of_a_later_one(
    ledger, became, is_soon
):
    [first] = made({"number": 1})
    claim(ledger, [first])
    with ledger.transaction():
        told = [(first.delivery_key, Outcome("deferred"))]
        ledger.deliveries.record(told, now() - timedelta(minutes=4))
        events = ledger.unwritten_events(9)
        if is_soon:
            ledger.deliveries.written(events, now() - timedelta(minutes=3))
    claim(ledger, [first])
    with ledger.transaction():
        if became:
            told = [(first.delivery_key, Outcome(became))]
            ledger.deliveries.record(told, now() - timedelta(minutes=2))
        if not is_soon:
            ledger.deliveries.written(events, now() - timedelta(minutes=1))
    other = {"number": 2, "customer_id": "c1", "campaign_id": "b"}
    later = WhatsAppRow(*row(decided_at=now() + timedelta(seconds=1), **other))

    assert claim(ledger, [later]) == ["decided_before_last_message"]


def test_who_is_nobodys_twin_shares_a_group(ledger):
    found = claim(ledger, made(*({"number": number} for number in range(20))))

    assert found == ["claimed"] * 20


def test_a_key_that_stands_twice_in_a_group_is_claimed_once(ledger):
    found = claim(ledger, made({"number": 1}, {"number": 2}, {"number": 1}))

    assert found == ["claimed", "claimed", "known"]


def test_rows_of_a_group_keep_what_is_their_own(ledger):
    rows = made(
        {"number": 1, "campaign_id": "a", "purpose": "service"},
        {"number": 2, "campaign_id": "b", "sender_id": "another"},
        {"number": 3, "campaign_id": "a", "occurrence": "2"},
    )
    ledger.stop(
        {
            "operator_stop_id": "stop",
            "customer_id": rows[1].customer_id,
            "address_hash": None,
            "channel": "*",
            "purpose": "*",
            "reason": "asked",
            "occurred_at": now(),
        }
    )

    found = claim(ledger, rows)

    kept = "delivery_key", "campaign_id", "sender_id", "occurrence", "purpose"
    query = f"select {', '.join(kept)}, state, claims from deliveries"
    told = {tuple(row) for row in ledger._connection.execute(query)}
    ends = ("claimed", 1), ("skipped", 0), ("claimed", 1)
    assert found == ["claimed", "stopped_after_build", "claimed"]
    assert told == {
        (*(getattr(row, name) for name in kept), *end)
        for row, end in zip(rows, ends, strict=True)
    }
