"""A short, seeded piece of `make faults`, and that its oracle sees what it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ground import Ground, Result, chosen_cases, tail
from kills import killed, shares

SEED = 7


@pytest.mark.long
def test_a_few_killed_runs_lose_nobody_and_tell_nobody_twice(tmp_path):
    case = chosen_cases()["whatsapp"]

    result = killed(tmp_path / "ground", case, SEED, 5)

    assert result.kills >= 5
    assert not result.bad, result.notes


def test_every_destination_gets_its_share_of_the_kills():
    given = shares(500)

    assert sum(given.values()) == 500
    assert set(given) == set(chosen_cases())
    assert min(given.values()) > 0


@pytest.fixture
def ground(tmp_path):
    one = Ground(tmp_path / "ground", chosen_cases()["twilio"], SEED)
    yield one
    one.close()


def test_the_oracle_sees_what_goes_wrong(ground):
    rows = ground.night(6)
    ground.run()
    ground.stopped[tail(rows[0])] = 0.0
    again = replace(rows[1], delivery_key="f" * 32)
    ground.rows[again.delivery_key] = again
    ground.rows["e" * 32] = ground.row(99, rows[0].decided_at, "build")
    result = Result()

    ground.judge(result, settles=False)

    assert result.after_a_stop == 1
    assert result.unaccounted == 2
