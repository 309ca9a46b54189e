"""One warehouse, one ledger: whatever became of the file, nobody is messaged twice."""

from __future__ import annotations

import json
import math
import shutil
import signal
import sqlite3

import pytest
from sync_project import THIRD, key, now, people, wait_until


def lose(project):
    for path in project.ledger.parent.glob("ledger.sqlite*"):
        path.unlink()


def kill_in_the_middle(project):
    """Four of twelve requests are still without an answer."""
    project.provider.most = 8
    process = project.start("send", "whatsapp", "--in-flight", "4")
    wait_until(lambda: len(project.provider.seen) == 12)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    project.provider.most = math.inf


def reconcile(project, *words):
    done = project.ott("reconcile", "--json", *words)
    done.told = json.loads(done.out) if done.out.startswith("{") else {}
    return done


def test_a_new_ledger_in_place_of_a_lost_one_is_refused(project):
    project.build(people(5))
    project.send()
    lose(project)

    done = project.send()

    assert done.returncode == 4
    assert "ott reconcile --adopt" in done.err
    assert len(project.provider.seen) == 5


def test_what_a_lost_ledger_told_the_warehouse_is_taken_over(project):
    project.build(people(5))
    project.provider.answers[key(3)] = [131026]
    project.send()
    lose(project)

    taken = reconcile(project, "--adopt")
    again = project.send()
    project.build(people(5), build_id="build-2")
    later = project.send()

    assert taken.returncode == 0, taken.err
    assert taken.told["adopted_runs"] == 1
    assert again.summary["due"] == 0
    assert later.summary["outcomes"] == {"accepted": 1}, "the refused one, again"
    assert project.provider.seen.count(key(3)) == 2
    assert len(project.provider.seen) == 6


def test_what_a_lost_ledger_never_told_is_unknown_and_not_sent(project):
    project.build(people(40))
    kill_in_the_middle(project)
    seen = len(project.provider.seen)
    lose(project)

    taken = reconcile(project, "--adopt")
    again = project.send()
    project.build(people(45), build_id="build-2")
    later = project.send()

    assert taken.returncode == 6, taken.err
    assert taken.told["adopted_unknown"] == 40
    assert again.summary["due"] == 0
    assert later.summary["outcomes"] == {"accepted": 5}, "people the lost run never had"
    assert len(project.provider.seen) == seen + 5
    written = project.sql(
        "select count(*) from raw.raw_delivery_events where reason_code = 'ledger_lost'"
    )
    assert written == [(40,)]


def test_a_lost_ledger_of_a_build_nobody_kept_is_not_taken_over(project):
    project.build(people(40))
    kill_in_the_middle(project)
    lose(project)
    project.sql("delete from ott_sync.sync_decided")

    taken = reconcile(project, "--adopt")

    assert taken.returncode == 4
    assert project.send().returncode == 4


def test_a_ledger_restored_from_a_backup_is_refused(project, tmp_path):
    project.build(people(3))
    project.send()
    copy = tmp_path / "backup.sqlite"
    with sqlite3.connect(project.ledger) as ledger, sqlite3.connect(copy) as backup:
        ledger.backup(backup)
    project.build([{"number": n} for n in range(3, 6)], build_id="build-2")
    project.send()
    lose(project)
    shutil.copy(copy, project.ledger)

    done = project.send()

    assert done.returncode == 4
    assert len(project.provider.seen) == 6


def test_a_ledger_restored_from_the_middle_of_a_run_is_refused(project, tmp_path):
    project.build(people(40))
    project.provider.most = 5
    process = project.start("send", "whatsapp", "--in-flight", "2")
    wait_until(lambda: len(project.provider.seen) == 7)
    copy = tmp_path / "backup.sqlite"
    with sqlite3.connect(project.ledger) as ledger, sqlite3.connect(copy) as backup:
        ledger.backup(backup)
    project.provider.most = math.inf
    process.communicate(timeout=120)
    lose(project)
    shutil.copy(copy, project.ledger)

    done = project.send()

    assert done.returncode == 4
    assert len(project.provider.seen) == 40


def test_a_ledger_restored_from_the_middle_of_a_run_that_died_is_refused(
    project, tmp_path
):
    project.build(people(40))
    project.provider.most = 5
    process = project.start("send", "whatsapp", "--in-flight", "2")
    wait_until(lambda: len(project.provider.seen) == 7)
    copy = tmp_path / "backup.sqlite"
    with sqlite3.connect(project.ledger) as ledger, sqlite3.connect(copy) as backup:
        ledger.backup(backup)
    project.provider.most = 12
    wait_until(lambda: len(project.provider.seen) == 14)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for path in project.ledger.parent.glob("ledger.sqlite*"):
        if not path.name.endswith(".lock"):
            path.unlink()
    shutil.copy(copy, project.ledger)

    done = project.send()

    assert done.returncode == 4
    assert "put back from a copy" in done.err


def test_a_run_settles_the_claims_that_other_destinations_left(project):
    project.build(people(40))
    kill_in_the_middle(project)
    assert "claimed" in project.states().values()
    project.build([], model="sync_braze_profiles", build_id="build-2")

    project.send(name="braze_profiles")

    assert "claimed" not in project.states().values()
    written = project.sql(
        "select count(*) > 0 from raw.raw_delivery_events where event = 'unknown'"
    )
    assert written == [(True,)]


def test_the_old_ledger_is_refused_once_another_has_taken_over(project, tmp_path):
    other = {"OTT_LEDGER": str(tmp_path / "other.sqlite")}
    project.build(people(5))
    project.send()
    project.ott("reconcile", "--adopt", **other)

    old = project.send()
    taken_back = reconcile(project, "--adopt")
    new = project.send(**other)

    assert old.returncode == 4
    assert taken_back.returncode == 4
    assert "Use that ledger" in taken_back.err
    assert new.returncode == 0, new.err
    assert len(project.provider.seen) == 5


def test_a_ledger_that_took_over_can_be_lost_too(project, tmp_path):
    first, second = (
        {"OTT_LEDGER": str(tmp_path / f"{name}.sqlite")} for name in ("two", "three")
    )
    project.build(people(5))
    project.send()
    project.ott("reconcile", "--adopt", **first)
    project.build(people(8), build_id="build-2")
    project.send(**first)
    taken = project.ott("reconcile", "--adopt", **second)
    project.build(people(9), build_id="build-3")

    refused = [project.send(), project.send(**first)]
    done = project.send(**second)

    assert taken.returncode == 0, taken.err
    assert [each.returncode for each in refused] == [4, 4]
    assert done.summary["outcomes"] == {"accepted": 1}
    assert len(project.provider.seen) == len(set(project.provider.seen)) == 9


def test_nothing_is_sent_before_the_warehouse_knows_of_the_run(project):
    project.build(people(3))
    project.sql(
        "drop table raw.raw_sync_runs; create view raw.raw_sync_runs as "
        "select null::varchar as run_id, null::varchar as ledger_id, "
        "null::varchar as build_id, null::varchar as destination, "
        "null::varchar as event, null::timestamp as occurred_at, "
        "null::timestamp as received_at where false"
    )

    done = project.send()

    assert done.returncode == 4
    assert project.provider.seen == []


def test_of_two_first_ledgers_at_once_none_sends_unknown_to_the_other(
    project, tmp_path
):
    project.build(people(3))
    stranger = (
        "insert into raw.raw_sync_runs values ('r', 'other', 'b', 'braze', "
        "'run_opened', ?, ?)"
    )
    project.sql(stranger, now(), now())

    done = project.send()

    assert done.returncode == 4
    assert project.provider.seen == []


FIRST = """
    alter table deliveries drop column occurrence;
    alter table deliveries drop column states;
    alter table runs drop column claims;
    drop table adopted_runs;
    update meta set value = '1' where key = 'schema_version'
"""


@pytest.mark.parametrize("older", ["", FIRST])
def test_an_older_ledger_is_brought_up_to_date(project, older):
    project.build(people(2))
    project.send()
    with sqlite3.connect(project.ledger) as ledger:
        ledger.executescript(f"{THIRD}; update events set written_at = null; {older}")
    for path in project.ledger.parent.glob("*.lock"):
        path.write_text("{}")

    done = project.send()
    project.build(people(3))
    later = project.send()

    assert done.returncode == 0, done.err
    assert done.summary["known"] == 2
    assert later.summary["outcomes"] == {"accepted": 1}
    told = "select count(*), count(distinct delivery_event_id) from "
    assert project.sql(told + "raw.raw_delivery_events") == [(5, 3)], "told again"


def test_a_warehouse_put_back_from_a_copy_is_told_again(project, tmp_path):
    project.build(people(2))
    project.send()
    shutil.copy(project.file, tmp_path / "yesterday")
    project.build([{"number": 2}, {"number": 3}], build_id="build-2")
    project.send()
    shutil.copy(tmp_path / "yesterday", project.file)
    others = [{"number": n, "campaign_id": "other"} for n in range(2, 5)]
    others = [one | {"delivery_key": key(f"other{n}")} for n, one in enumerate(others)]
    project.build(others, build_id="build-3")

    refused = project.send()
    told = project.ott("reconcile", "--retell")
    sent = project.send()

    assert refused.returncode == 4
    assert "ott reconcile --retell" in refused.err
    assert told.returncode == 0, told.err
    known = project.sql(
        "select count(distinct delivery_event_id), count(*) "
        "from raw.raw_delivery_events where event = 'accepted'"
    )
    assert sent.summary["outcomes"] == {"accepted": 1, "skipped": 2}
    assert sent.summary["reasons"] == {"skipped: decided_before_last_message": 2}
    assert known == [(5, 5)]
    assert project.ott("reconcile", "--retell").returncode == 0
