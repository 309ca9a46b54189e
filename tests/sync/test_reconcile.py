from __future__ import annotations

import json
import re
import sqlite3
from datetime import timedelta

import pytest
from sync_project import key, now, people


@pytest.fixture
def lost(project):
    """A project in which the second of three messages got no answer."""
    project.build(people(3), as_of=now() - timedelta(minutes=5))
    project.provider.answers[key(1)] = ["drop"]
    project.send()
    return project


def reconcile(project, *words):
    done = project.ott("reconcile", "--json", *words)
    done.told = json.loads(done.out) if done.out.startswith("{") else {}
    return done


def events(project):
    return project.sql(
        "select event, reason_code, provider_message_id from raw.raw_delivery_events "
        "where delivery_key = ? order by occurred_at",
        key(1),
    )


def settle(project, reason):
    project.sql(
        "insert into ott_sync.sync_settlements values (?, 'wamid.9', ?, null, ?)",
        key(1),
        reason,
        now(),
    )


def test_what_is_unknown_is_listed_with_the_choices(lost):
    done = lost.ott("reconcile")

    assert done.returncode == 6
    assert key(1) in done.out
    assert "--not-sent KEY" in done.out


@pytest.mark.parametrize("reason", ["reconciled_sent", "reconciled_failed"])
def test_a_status_settles_an_unknown_message(lost, reason):
    settle(lost, reason)

    done = reconcile(lost)

    assert done.returncode == 0, done.err
    assert done.told["proven"] == 1
    assert lost.states()[key(1)] == "accepted"
    assert events(lost) == [
        ("unknown", "answer_lost", None),
        ("reconciled", reason, "wamid.9"),
    ]


def test_a_status_of_another_message_settles_nothing(lost):
    lost.sql("insert into ott_sync.sync_settlements values ('x', 'w', 'y', null, null)")

    assert reconcile(lost).returncode == 6


def test_a_message_somebody_knows_was_not_sent_may_go_by_a_later_decision(lost):
    told = reconcile(lost, "--not-sent", key(1))
    same_night = lost.send()
    lost.build(people(3), build_id="build-2", as_of=now() + timedelta(seconds=1))
    later = lost.send()

    assert told.returncode == 0, told.err
    assert same_night.summary["due"] == 0
    assert later.summary["outcomes"] == {"accepted": 1}
    assert lost.provider.seen.count(key(1)) == 2


def test_a_message_somebody_knows_was_sent_never_goes_again(lost):
    reconcile(lost, "--sent", key(1))
    lost.build(people(3), build_id="build-2", as_of=now() + timedelta(seconds=1))

    assert lost.send().summary["due"] == 0


def test_a_word_about_a_message_that_is_not_unknown_is_refused(lost):
    done = reconcile(lost, "--not-sent", key(0))

    assert done.returncode == 3
    assert lost.states()[key(0)] == "accepted"


def test_two_words_about_one_message_are_refused(lost):
    done = reconcile(lost, "--sent", key(1), "--not-sent", key(1))

    assert done.returncode == 3
    assert "both --sent and --not-sent" in done.err
    assert lost.states()[key(1)] == "unknown"


def test_a_settled_message_does_not_hold_its_person_back_for_ever(lost):
    settle(lost, "reconciled_sent")
    reconcile(lost)
    lost.build(
        [{"number": 7, "customer_id": "c1", "campaign_id": "other"}],
        build_id="build-2",
        as_of=now() + timedelta(seconds=1),
    )

    assert lost.send().summary["outcomes"] == {"accepted": 1}


def test_the_morning_is_one_screen(lost):
    lost.ott("stop", "c2")

    done = lost.ott("status")

    assert done.returncode == 0
    assert len(done.out.splitlines()) <= 24
    assert "2 accepted, 1 unknown" in done.out
    assert "ott reconcile" in done.out
    assert re.search(r"2 accepted, 1 unknown\s+6\b", done.out), "its exit code"


def test_a_bad_run_is_told_of_however_many_destinations_ran_after_it(lost):
    with sqlite3.connect(lost.ledger) as ledger:
        ledger.executemany(
            "insert into runs (run_id, destination, build_id, host, pid, opened_at, "
            "closed_at, exit_code) select ?, 'line', build_id, host, pid, ?, ?, 0 "
            "from runs limit 1",
            [
                (f"r{n}", *[(now() + timedelta(seconds=n)).isoformat()] * 2)
                for n in range(1, 12)
            ],
        )

    told = lost.ott("status").out

    assert "whatsapp: the last run ended with unknown" in told


def test_a_quiet_morning_says_there_is_nothing_to_do(project):
    project.build(people(3))
    project.send()

    done = project.ott("status")

    assert "Nothing." in done.out
    assert "none: every message that left is accounted for" in done.out


def test_the_status_names_a_run_that_died_and_runs_of_another_ledger(project):
    project.build(people(3))
    project.send()
    project.sql(
        "insert into raw.raw_sync_runs values ('r', 'other', 'b', 'whatsapp', "
        "'run_opened', ?, ?)",
        now(),
        now(),
    )

    assert "1 runs this ledger does not" in project.ott("status").out
