"""Rows of one group that must not be in flight together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sync_project import now, row

from sync.ledger import Ledger
from sync.messages import WhatsAppRow


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


@pytest.mark.parametrize(
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
    ],
)
def test_of_twins_in_one_group_the_first_goes(ledger, twins, expected):
    between = [{"number": number} for number in range(10, 13)]

    found = claim(ledger, made(twins[0], *between, twins[1]))

    assert found == ["claimed"] * 4 + [expected]


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
