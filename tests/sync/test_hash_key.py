"""One key for all hashes of a ledger: under another, stops would be void."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sync_project import now, people

from sync.errors import ConfigError
from sync.ledger import Ledger

ADDRESS = "+6590000001"


@pytest.fixture
def stopped(project):
    """A project whose ledger holds a stop by address, hashed with the key `one`."""
    project.build(people(3))
    done = project.ott("stop", "--address-stdin", stdin=ADDRESS, OTT_HASH_KEY="one")
    assert done.returncode == 0, done.err
    return project


@pytest.mark.parametrize("other", ["two", ""], ids=["another", "none"])
def test_a_stop_is_not_made_void_by_another_key(stopped, other):
    done = stopped.send(OTT_HASH_KEY=other)

    assert done.returncode == 3
    assert "Set OTT_HASH_KEY to the one it was first used with." in done.err
    assert stopped.provider.seen == []
    assert stopped.send(OTT_HASH_KEY="one").summary["outcomes"] == {
        "accepted": 2,
        "skipped": 1,
    }


def test_a_key_given_late_is_refused_once_the_ledgers_own_was_used(project):
    project.build(people(2))
    project.send()

    done = project.ott("status", OTT_HASH_KEY="late")

    assert done.returncode == 3
    assert "Unset OTT_HASH_KEY." in done.err


def test_the_doctor_looks_at_the_ledger_with_the_key_that_is_set(stopped):
    right = stopped.ott("doctor", OTT_HASH_KEY="one").out
    wrong = stopped.ott("doctor", OTT_HASH_KEY="two").out

    assert "ok  ledger" in right
    assert "NO  ledger: This ledger has hashed with another key" in wrong


def test_a_ledger_in_which_nothing_is_hashed_takes_any_key(tmp_path):
    path = tmp_path / "ledger.sqlite"
    for key in ("one", None, "two"):
        Ledger(path, key).close()

    with closing(Ledger(path, "two")) as ledger, ledger.transaction():
        ledger.erasure.bury("c1", (), now())

    with pytest.raises(ConfigError, match="OTT_HASH_KEY"):
        Ledger(path, "one")
    Ledger(path, "two").close()


def test_a_key_may_be_any_bytes(tmp_path):
    path = tmp_path / "ledger.sqlite"
    given = b"\xff".decode(errors="surrogateescape")

    Ledger(path, given).close()

    with closing(Ledger(path, given)) as ledger:
        assert ledger.hash_key == b"\xff"


def test_a_ledger_of_before_takes_the_first_key_and_holds_to_it(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with closing(Ledger(path, "one")) as ledger, ledger.transaction():
        ledger.erasure.bury("c1", (), now())
    with closing(sqlite3.connect(path)) as before, before:
        before.execute("delete from meta where key = 'hash_key_check'")

    Ledger(path, "one").close()

    with pytest.raises(ConfigError, match="OTT_HASH_KEY"):
        Ledger(path, "two")


def test_the_key_itself_is_not_in_the_ledger(stopped):
    with closing(sqlite3.connect(stopped.ledger)) as read:
        kept = {value for (value,) in read.execute("select value from meta")}

    assert "one" not in kept
