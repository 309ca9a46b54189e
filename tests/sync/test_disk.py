"""A disk that takes nothing more: one clear line, and nothing is sent again."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import subprocess
import sys

import pytest
from sync_project import ROOT, people

from sync.disk import disk_error, is_full
from sync.ledger import Ledger

# A fresh ledger has more than this; the limit stands for a disk without room.
LITTLE = 20_000
SMALL = 4096


def limited(project, *words, most=LITTLE):
    """Run `ott` where no file may grow beyond so many bytes."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(
        [sys.executable, "-m", "sync", *words],
        cwd=project.folder,
        env=project.env(PYTHONPATH=str(ROOT)),
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_is_one_clear_line_and_the_ledger_is_not_called_damaged(project):
    project.build(people(3))

    done = limited(project, "send", "whatsapp")

    assert done.returncode == 4
    assert "Make room" in done.stderr
    assert "damaged" not in done.stderr
    assert project.provider.seen == []


def test_what_waited_for_room_is_sent_once_there_is_some(project):
    project.build(people(3))
    limited(project, "send", "whatsapp")

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 3}
    assert len(project.provider.seen) == 3


def test_a_transaction_sqlite_took_back_by_itself_hides_no_error(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    connection = ledger._connection
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {pages}")

    def fill():
        with ledger.transaction():
            for number in range(1000):
                values = (f"{number}" * SMALL, "x")
                connection.execute(
                    "insert into meta (key, value) values (?, ?)", values
                )

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    assert not connection.in_transaction
    connection.execute("pragma max_page_count = 1000000")
    with ledger.transaction():
        connection.execute("insert into meta (key, value) values ('a', 'b')")
    ledger.close()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), True),
        (ExceptionGroup("", [ValueError(), OSError(errno.EDQUOT, "")]), True),
        (OSError(errno.ECONNRESET, ""), False),
        (sqlite3.OperationalError("no such column"), False),
        (ValueError(), False),
    ],
)
def test_only_a_disk_is_a_disk(error, expected):
    assert is_full(error) is expected
    assert (disk_error(error) is not None) is expected
