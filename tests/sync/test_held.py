"""What was claimed and waits: it is asked about again, and given back at the end."""

from __future__ import annotations

import asyncio
import json
import math
import signal
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web
from sync_project import (
    Project,
    Provider,
    changed,
    insist,
    key,
    now,
    people,
    row,
    wait_until,
)

from sync.limiter import Limiter
from sync.messages import Outcome, WhatsAppRow
from sync.runner import Runner
from sync.talk import _without

# An `ott` for which twenty minutes pass at once, when there is a file of that name.
LEAPS = """
import signal
from datetime import timedelta
from pathlib import Path

from sync.clock import SystemClock

now, monotonic = SystemClock.now, SystemClock.monotonic

def passed():
    return 1200 if Path("leap").exists() else 0

# Tests may be run by `nohup`.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
SystemClock.now = lambda self: now(self) + timedelta(seconds=passed())
SystemClock.monotonic = lambda self: monotonic(self) + passed()
"""
MINUTE = '{"1": [{"estimated_time_to_regain_access": 1}]}'


def insert_stops(project, keys):
    insist(project, "insert into raw.stops select unnest(?)", keys)


def claimed(project):
    return [one for one, state in project.states().items() if state == "claimed"]


def start(project, *words):
    words = ("send", "whatsapp", "--json", "--wait", "0", *words)
    return project.start(*words, **changed(project, LEAPS))


def leap(project):
    (project.folder / "leap").touch()


def end(process, seconds=60):
    """Give what the process told; it does not go on for long."""
    out, _ = process.communicate(timeout=seconds)
    return json.loads(out)


def is_quiet(project, seconds=1):
    seen = len(project.provider.seen)
    time.sleep(seconds)
    return seen == len(project.provider.seen)


@pytest.fixture
def quiet(project):
    """A run whose sender was told to be quiet for long by the first answer."""
    project.provider.headers = {"Retry-After": "110"}
    project.provider.answers[key(0)] = [130429]
    project.build(people(30, messages_per_second=20))
    words = ("--stops-every", "2", "--max-stop-age", "600", "--in-flight", "30")
    running = start(project, *words)
    wait_until(lambda: project.provider.seen)
    wait_until(lambda: is_quiet(project))
    yield running
    running.kill()
    running.communicate()


def test_in_a_quiet_time_nothing_more_is_claimed(project, quiet):
    seen = len(project.provider.seen)
    waiting = len(claimed(project))

    assert seen < 20
    # What is claimed at once, and the row that was told to wait.
    assert waiting <= 15
    assert is_quiet(project, 2)
    assert len(claimed(project)) == waiting
    assert len(project.provider.seen) == seen


def test_stops_that_come_in_a_quiet_time_are_heard(project, quiet):
    told = [*dict.fromkeys(project.provider.seen)]
    project.ott("stop", "c29")
    # Nobody has read these when the time comes, and what was read is too old.
    insert_stops(project, [key(n) for n in range(30) if n != 29])
    leap(project)
    done = end(quiet)

    assert [*dict.fromkeys(project.provider.seen)] == told
    assert done["reasons"]["skipped: stopped_after_build"] == 31 - len(told)


def test_a_run_ends_soon_in_a_quiet_time_and_the_next_takes_up_the_rest(project, quiet):
    told = [*project.provider.seen]
    quiet.send_signal(signal.SIGTERM)

    done = end(quiet)
    project.provider.headers = {}
    rest = project.send()

    assert project.provider.seen[: len(told)] == told
    assert "interrupted" in done["message"]
    assert "claimed" not in project.states().values()
    # The first was refused, and waits as long as its provider asks.
    assert rest.summary["outcomes"] == {"accepted": 30 - len(told)}
    assert len(set(project.provider.seen)) == 30


@pytest.fixture
def slowed(project):
    """A run whose sender was slowed down: the last rows are claimed long before."""
    project.provider.answers[key(0)] = [130429]
    project.build(
        [
            *people(29, messages_per_second=10),
            {
                "number": 29,
                "messages_per_second": 10,
                "send_not_after": now() + timedelta(hours=1),
            },
        ]
    )
    running = start(project, "--stops-every", "0.3", "--max-stop-age", "600")
    wait_until(lambda: project.provider.seen)
    wait_until(lambda: key(29) in claimed(project))
    # The next answer keeps the rest for a minute, however long a test takes.
    project.provider.headers = {"X-Business-Use-Case-Usage": MINUTE}
    wait_until(lambda: is_quiet(project))
    assert key(29) not in project.provider.seen
    yield running
    running.kill()
    running.communicate()


def test_a_stop_is_heard_by_a_row_that_is_claimed_and_waits(project, slowed):
    insert_stops(project, [key(28)])
    project.ott("stop", "c29")
    assert key(29) not in project.provider.seen

    project.provider.headers = {}
    leap(project)
    done = end(slowed)

    assert done["reasons"]["skipped: stopped_after_build"] == 2
    assert not {key(28), key(29)} & set(project.provider.seen)
    assert project.states()[key(29)] == "skipped"


def test_a_run_whose_terminal_goes_gives_back_what_waits(project, slowed):
    slowed.send_signal(signal.SIGHUP)

    done = end(slowed)
    project.provider.headers = {}
    rest = project.send()

    assert done["reasons"]["deferred: run_halted"] >= 1
    assert done["not_sent"] == 0
    assert rest.summary["due"] == done["reasons"]["deferred: run_halted"]
    assert set(rest.summary["outcomes"]) == {"accepted"}
    sent = [one for one in project.provider.seen if one != key(0)]
    assert len(sent) == len(set(sent)) == 29


class Splitting(Provider):
    """Refuses the first batch as a whole; the first half is told the key is no good."""

    async def _track(self, request, profiles):
        self.calls.append([one["external_id"] for one in profiles])
        status = {1: 400, 2: 401}.get(len(self.calls), 201)
        done = {"message": "success", "attributes_processed": len(profiles)}
        return web.json_response(done, status=status)


SPLIT = """
from sync.destinations.base import Answer
from sync.destinations.braze import BrazeProfilesDestination as Braze

read = Braze.read

def split(self, response, rows):
    if response.status_code == 400:
        return [Answer("split", "bad_request") for _ in rows]
    return read(self, response, rows)

Braze.read = split
"""


def test_the_other_half_does_not_go_once_the_run_is_halted(tmp_path):
    provider = Splitting()
    project = Project(tmp_path / "project", provider)
    rows = [{"number": n} for n in range(8)]
    project.build(rows, model="sync_braze_profiles")

    done = project.send(name="braze_profiles", **changed(project, SPLIT))
    calls = [len(call) for call in provider.calls]
    rest = project.send(name="braze_profiles")
    provider.close()

    assert done.returncode == 5, done.err
    assert calls == [8, 4]
    assert done.summary["reasons"]["deferred: run_halted"] == 4
    assert rest.summary["outcomes"] == {"accepted": 4}


class Slow(Provider):
    """Refuses the first batch as a whole; answers the first half when it is told to."""

    async def _track(self, request, profiles):
        self.calls.append([one["external_id"] for one in profiles])
        if len(self.calls) == 1:
            return web.json_response({"message": "no"}, status=400)
        await self._wait(len(self.calls))
        done = {"message": "success", "attributes_processed": len(profiles)}
        return web.json_response(done, status=201)


def test_a_stop_is_heard_by_the_other_half_of_a_batch(tmp_path):
    provider = Slow()
    provider.most = 1
    project = Project(tmp_path / "project", provider)
    rows = [{"number": n} for n in range(8)]
    project.build(rows, model="sync_braze_profiles")
    words = ("send", "braze_profiles", "--json", "--wait", "0")
    running = project.start(*words, **changed(project, SPLIT))
    wait_until(lambda: len(provider.calls) == 2)

    project.ott("stop", provider.calls[0][-1])
    assert len(provider.calls) == 2
    provider.most = math.inf
    done = end(running)
    provider.close()

    assert [len(call) for call in provider.calls] == [8, 4, 3]
    assert done["outcomes"] == {"accepted": 7, "skipped": 1}


def test_nobody_waits_for_stops_that_stay_too_old_once_all_is_past(project):
    past = now() + timedelta(minutes=15)
    project.build(people(100, messages_per_second=4, send_not_after=past))
    running = start(project, "--stops-every", "0.3", "--max-stop-age", "1")
    wait_until(lambda: project.provider.seen)
    insist(project, "drop view ott_sync.sync_stops")

    leap(project)
    done = end(running)

    assert done["reasons"]["skipped: decision_expired"] >= 20
    assert done["not_sent"] == 0


class Clock:
    seconds = 100.0

    def monotonic(self):
        return self.seconds

    async def sleep(self, seconds):
        self.seconds += max(seconds, 1e-6)
        await asyncio.sleep(0)


def test_a_place_in_what_became_a_quiet_time_is_given_up():
    clock = Clock()
    limiter = Limiter(clock)
    limiter.reserve("wa_main", 1)

    async def wait():
        waiting = asyncio.ensure_future(limiter.wait("wa_main", 1))
        await asyncio.sleep(0)
        limiter.hold("wa_main", 60)
        await waiting

    asyncio.run(wait())

    assert clock.seconds == pytest.approx(160 - 0.1, abs=0.3)


@pytest.mark.parametrize("deed", ["wait", "pace"])
def test_nobody_waits_for_a_place_once_the_run_is_over(deed):
    clock = Clock()
    limiter = Limiter(clock, lambda: clock.seconds >= 101)
    limiter.hold("wa_main", 3600)

    asyncio.run(getattr(limiter, deed)("wa_main", 1))

    assert clock.seconds < 102


BUSY = Outcome("deferred", "provider_busy")
LOST = Outcome("unknown", "answer_lost")
BACK = Outcome("deferred", "run_halted")
STOP = Outcome("skipped", "stopped_after_build")


@pytest.mark.parametrize(
    ("before", "held", "after"),
    [
        pytest.param(None, BACK, BACK, id="never_sent"),
        pytest.param(None, STOP, STOP, id="never_sent_and_stopped"),
        pytest.param(LOST, BACK, LOST, id="may_have_arrived"),
        pytest.param(LOST, STOP, LOST, id="may_have_arrived_and_stopped"),
        pytest.param(BUSY, BACK, BUSY, id="waits_as_its_provider_asks"),
        pytest.param(BUSY, STOP, STOP, id="was_refused_and_stopped"),
    ],
)
def test_what_is_held_back_keeps_what_was_said_of_it(before, held, after):
    rows = [WhatsAppRow(*row(n)) for n in range(2)]
    done = {key(0): before} if before else {}

    others = _without(rows, {key(0): held}, done)

    assert done == {key(0): after}
    assert others == rows[1:]


@pytest.mark.parametrize(
    ("place", "answer", "paces"),
    [
        pytest.param([0.5], [], 1, id="soon"),
        pytest.param([30], [0.1], 1, id="late"),
        pytest.param([30, 0.5], [30], 2, id="late_and_the_ledger_too"),
        pytest.param([30, 30], [30, 0.1], 2, id="late_twice"),
    ],
)
def test_an_answer_that_was_late_itself_costs_the_place(place, answer, paces):
    clock, left = Clock(), []

    def take(times):
        async def passes(*_):
            clock.seconds += times.pop(0)
            return {}

        return passes

    counted = []
    limiter = SimpleNamespace(pace=take(place))
    runner = SimpleNamespace(
        job=SimpleNamespace(clock=clock),
        halted=None,
        _limiter=limiter,
        _recheck=SimpleNamespace(reasons=lambda rows: counted.append(1) or {}),
        _ask=take(answer),
        _pairs=SimpleNamespace(left=left.append),
    )

    held = asyncio.run(Runner.pace(runner, [WhatsAppRow(*row(0))]))

    assert held == {}
    assert (len(counted), len(left)) == (paces, 1)
    assert place == answer == []
