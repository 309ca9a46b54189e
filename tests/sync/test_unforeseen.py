"""One row, one reader or one reading breaks: it costs itself and nobody else."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections import Counter

import pytest
from sync_project import NAME, changed, insist, people, row, wait_until

from sync import log
from sync.errors import TrustError
from sync.messages import WhatsAppRow
from sync.spool import spool

BREAKS_IN_A_READER = """
from sync.destinations.whatsapp import WhatsAppDestination

read = WhatsAppDestination.read

def breaks(self, response, rows):
    if rows[0].customer_id == "c0":
        raise KeyError(rows[0].address)
    return read(self, response, rows)

WhatsAppDestination.read = breaks
"""
READING_BREAKS_OFF = """
from sync.errors import unreachable
from sync.warehouse_duckdb import DuckDBSession

rows, broken = DuckDBSession.rows, []

def breaks(self, query, *values):
    found = rows(self, query, *values)
    if {which!r} in query and not broken:
        broken.append(True)
        {first}
        raise unreachable()
    yield from found

DuckDBSession.rows = breaks
"""
ENDS_READING = """
from sync.stops import Stops

async def end(self, warehouse):
    raise RuntimeError("gone")

Stops.keep_reading = end
"""


def test_a_row_whose_request_cannot_be_made_costs_nobody_else_anything(project):
    project.provider.delay = 1
    rows = people(30)
    rows[28]["phone_number_id"] = rows[29]["phone_number_id"] = None
    project.build(rows)

    done = project.send()

    assert done.returncode == 6, done.err
    assert done.summary["outcomes"] == {"accepted": 28, "refused": 2}
    assert done.summary["reasons"] == {"refused: template_params_invalid": 2}
    assert done.err.count("its request cannot be made: TypeError at") == 1
    assert "65900" not in done.err
    assert NAME not in done.err
    assert Counter(project.states().values()) == {"accepted": 28, "refused": 2}


def test_what_nobody_foresaw_ends_the_run_after_what_is_under_way(project):
    project.provider.delay = 1
    project.build(people(40))

    done = project.send("--in-flight", "8", **changed(project, BREAKS_IN_A_READER))
    states = Counter(project.states().values())

    assert done.returncode == 1
    assert "KeyError at" in done.err
    assert "65900" not in done.err
    # The one that broke is told by the next run: nobody knows what came of it.
    assert states["claimed"] == 1
    assert states["accepted"] == len(project.provider.seen) - 1 >= 7
    assert len(project.provider.seen) <= 16


@pytest.mark.parametrize("command", ["send", "plan"])
@pytest.mark.parametrize(
    ("which", "first"),
    [
        pytest.param("sync_stops", "", id="after_all_rows"),
        pytest.param("where sent.delivery_key in", "yield next(found)", id="amid_rows"),
    ],
)
def test_a_reading_that_broke_off_is_done_anew(project, command, which, first):
    project.build(people(3))
    code = READING_BREAKS_OFF.format(which=which, first=first or "pass")
    env = changed(project, code)

    done = project.ott(command, "whatsapp", "--json", "--wait", "5", **env)

    assert done.returncode == 0, done.err
    assert "Waiting up to 5 s" in done.err
    assert '"due": 3' in done.out
    assert len(project.provider.seen) == (3 if command == "send" else 0)


def test_an_emptied_spool_is_a_new_one(tmp_path):
    rows = [WhatsAppRow(*row(number)) for number in range(3)]
    with spool(tmp_path, WhatsAppRow, "whatsapp") as queue:
        queue.add(rows[:2])
        with pytest.raises(TrustError):
            queue.add([rows[2], rows[0]])
        queue.empty()
        queue.add(rows[1:])

        assert queue.sample(5) == rows[1:]
        assert queue.queues() == [("wa_main", "winback")]


def unread(project, *words, **env):
    """Start a run whose stderr nobody reads any more."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sync", *words],
        cwd=project.folder,
        env=project.env(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stderr.close()
    return process


@pytest.mark.parametrize("form", ["", pytest.param("json", marks=pytest.mark.long)])
def test_a_run_whose_lines_nobody_reads_goes_on(project, form):
    project.build(people(24, messages_per_second=40))
    project.provider.most = 3
    # One at a time, so that no claim waits so long that it is asked about again.
    words = ("--stops-every", "0.3", "--max-stop-age", "1", "--json")
    words += ("--in-flight", "1")
    running = unread(project, "send", "whatsapp", *words, OTT_LOG=form)
    wait_until(lambda: len(project.provider.seen) == 4)

    # Until the stops are too old, which is told to nobody.
    insist(project, "alter view ott_sync.sync_stops rename to away")
    time.sleep(1.5)
    project.provider.most = math.inf
    wait_until(lambda: paused(project))
    assert len(project.provider.seen) < 10
    insist(project, "alter view ott_sync.away rename to sync_stops")
    out, _ = running.communicate(timeout=120)

    assert running.returncode == 0
    assert b'"accepted": 24' in out


@pytest.mark.parametrize("to", ["| true", "> /dev/full"])
def test_results_that_nobody_can_read_end_no_call(project, to):
    project.build(people(2))
    project.build([{"number": 9}], model="sync_braze_profiles")
    send = f"{sys.executable} -m sync send --all --wait 0 {to}; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(
        ["bash", "-c", send],
        cwd=project.folder,
        env=project.env(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Results cannot be shown" in done.stderr
    assert "Traceback" not in done.stderr
    # Only what was never built, as without a pipe.
    assert done.stdout == "4\n"
    assert len(project.provider.calls) == 1
    assert len(project.provider.seen) == 2


def paused(project, seconds=2.5):
    seen = len(project.provider.seen)
    time.sleep(seconds)
    return seen == len(project.provider.seen)


def test_a_run_that_looks_for_no_stops_any_more_ends(project):
    project.provider.delay = 0.5
    project.build(people(60, messages_per_second=10))

    done = project.send(**changed(project, ENDS_READING))

    assert done.returncode == 1
    assert "RuntimeError at" in done.err
    assert len(project.provider.seen) < 30
    assert set(project.states().values()) <= {"accepted", "deferred"}


def test_a_line_for_a_closed_stream_is_no_error(monkeypatch, tmp_path):
    with (tmp_path / "closed").open("w") as closed:
        pass
    monkeypatch.setattr(sys, "stderr", closed)

    log.say("Nobody reads this.")
