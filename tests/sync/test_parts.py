from __future__ import annotations

import asyncio
import itertools
from datetime import datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_project import row

from sync import config, exchange, guard, masking
from sync.errors import (
    ConfigError,
    GuardError,
    LockedError,
    StoppedError,
    SyncError,
    TrustError,
)
from sync.limiter import Limiter
from sync.messages import WhatsAppRow
from sync.stops import Stops


class FakeClock:
    def __init__(self):
        self.seconds = 100.0

    def now(self):
        return datetime(2026, 1, 1)  # noqa: DTZ001 - naive UTC everywhere.

    def monotonic(self):
        return self.seconds

    async def sleep(self, seconds):
        self.seconds += max(seconds, 1e-6)


@given(
    rate=st.integers(1, 500),
    pauses=st.lists(st.floats(0, 2, allow_nan=False), min_size=1, max_size=80),
)
def test_no_second_has_more_than_the_senders_rate(rate, pauses):
    clock = FakeClock()
    limiter = Limiter(clock)
    sent = []

    async def send():
        for pause in pauses:
            await limiter.wait("wa_main", rate)
            await limiter.pace("wa_main", rate)
            sent.append(clock.monotonic())
            clock.seconds += pause / 50

    asyncio.run(send())

    for first in sent:
        within = [at for at in sent if first <= at < first + 1 - 1e-6]
        assert len(within) <= rate


def left_at(rate, many, stalls):
    """Tell when each of `many` that wait at once leaves, with stalls of seconds."""
    clock = FakeClock()
    limiter = Limiter(clock)
    left = []

    async def leave():
        await limiter.pace("wa_main", rate)
        left.append(clock.monotonic())

    async def stall():
        for seconds in stalls:
            clock.seconds += seconds
            for _ in range(3):
                await asyncio.sleep(0)

    async def run():
        await asyncio.gather(*[leave() for _ in range(many)], stall())

    clock.sleep = lambda seconds: asyncio.sleep(0)
    asyncio.run(run_beside_a_ticking_clock(clock, run()))
    return left


def test_a_stall_is_not_made_up_for_by_a_burst():
    left = left_at(10, many=15, stalls=[5])

    assert len(left) == 15
    for first in left:
        assert sum(first <= at < first + 1 for at in left) <= 10


@given(
    rate=st.integers(1, 300),
    stalls=st.lists(st.floats(0, 0.4, allow_nan=False), min_size=1, max_size=20),
)
def test_no_second_has_more_than_the_rate_however_late_they_wake(rate, stalls):
    left = left_at(rate, min(2 * rate, 200), stalls)

    for first in left:
        assert sum(first <= at < first + 1 for at in left) <= rate


def test_who_wakes_a_little_late_keeps_its_place_and_those_after_theirs():
    left = left_at(100, many=20, stalls=[0.05])

    assert sum(at < 100.075 for at in left) == 6
    assert left[-1] == pytest.approx(100 + 19 * 0.0104, abs=0.02)


def test_who_wakes_very_late_takes_a_new_place():
    left = left_at(100, many=20, stalls=[5])

    assert left[-1] - left[1] >= 18 * 0.01


async def run_beside_a_ticking_clock(clock, work):
    """Let time pass in hundredths while others wait."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0)
        clock.seconds += 0.01
    await task


def test_a_quiet_hold_counts_for_who_already_waits():
    clock = FakeClock()
    limiter = Limiter(clock)
    left = []

    async def leave():
        await limiter.pace("wa_main", 10)
        left.append(clock.monotonic())

    async def run():
        first = asyncio.ensure_future(leave())
        await first
        waiting = asyncio.ensure_future(leave())
        await asyncio.sleep(0)
        limiter.hold("wa_main", 30)
        await waiting

    clock.sleep = lambda seconds: asyncio.sleep(0)
    asyncio.run(run_beside_a_ticking_clock(clock, run()))

    assert left[1] >= 130


def test_places_are_spaced_evenly():
    limiter = Limiter(FakeClock())

    places = [limiter.reserve("wa_main", 10) for _ in range(5)]

    gaps = [after - before for before, after in itertools.pairwise(places)]
    assert min(gaps) >= 0.1
    assert max(gaps) - min(gaps) < 1e-6


def test_senders_do_not_wait_for_each_other():
    limiter = Limiter(FakeClock())

    limiter.hold("slow", 60)

    assert limiter.reserve("slow", 10) == 160
    assert limiter.reserve("quick", 10) == 100


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("+6591234567", "+65******67", id="number"),
        pytest.param("US.13491208655302741918", "US.******************18", id="bsuid"),
        pytest.param("+6591", "*****", id="short"),
        pytest.param(None, "", id="none"),
    ],
)
def test_an_address_is_masked(address, shown):
    assert masking.mask(address) == shown


def test_a_hash_depends_on_the_key_and_not_on_spaces():
    one = masking.keyed_hash(b"one", "+65 9123-4567")

    assert one == masking.keyed_hash(b"one", "006591234567")
    assert one != masking.keyed_hash(b"two", "+6591234567")


def test_a_row_shows_neither_address_nor_text():
    shown = repr(WhatsAppRow(*row(7, free_text="secret text")))

    assert "659" not in shown
    assert "secret" not in shown
    assert "Canaryella" not in shown


def test_an_empty_audience_trips_where_there_were_many():
    with pytest.raises(GuardError, match="Nobody"):
        guard.check({}, 0, {}, {"winback": [500, 400]}, guard.Limits())

    guard.check({}, 0, {}, {"winback": [5]}, guard.Limits())
    guard.check({}, 500, {}, {"winback": [500, 400]}, guard.Limits())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SyncError, 1),
        (ConfigError, 3),
        (TrustError, 4),
        (GuardError, 4),
        (StoppedError, 5),
    ],
)
def test_errors_carry_their_exit_code(error, code):
    assert error.exit_code == code


def test_a_profile_is_rendered_as_dbt_does(tmp_path, monkeypatch):
    (tmp_path / "dbt_project.yml").write_text("profile: ott\n")
    (tmp_path / "profiles.yml").write_text(
        "ott:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n"
        "      path: \"{{ env_var('P', flags.PROFILES_DIR ~ '/x.duckdb') }}\"\n"
        "    other:\n      type: postgres\n      host: \"{{ env_var('NOPE') }}\"\n"
    )
    monkeypatch.chdir(tmp_path)

    assert config.load(env={}).profile.path == f"{tmp_path}/x.duckdb"
    assert config.load(env={"P": "/y"}).profile.path == "/y"
    with pytest.raises(ConfigError, match="NOPE"):
        config.load("other", env={})


class HeldWarehouse:
    def reading(self):
        raise LockedError("held")


class Enough(Exception):  # noqa: N818 - not an error.
    pass


class EndingClock(FakeClock):
    end = 0.0

    async def sleep(self, seconds):
        if self.seconds + seconds > self.end:
            raise Enough
        await super().sleep(seconds)


def test_stops_that_cannot_be_read_for_long_pause_sending(capsys):
    clock = EndingClock()
    stops = Stops("sync_stops", clock, every=120, max_age=900)
    stops._read_at = clock.monotonic()

    def wait_until(seconds):
        clock.end = seconds
        with pytest.raises(Enough):
            asyncio.run(stops.keep_reading(HeldWarehouse()))

    wait_until(1000)
    fresh_at_first = stops.is_fresh()
    wait_until(1100)

    assert fresh_at_first
    assert not stops.is_fresh()
    assert "Sending pauses" in capsys.readouterr().err


class Asked:
    """A session that counts how often it was asked."""

    times = 0

    def rows(self, query):
        self.times += 1
        return [("k1", "older"), ("k2", "older"), ("k2", "newer")]


def test_stops_are_known_for_as_long_as_a_run_would_not_ask_again():
    clock, asked = FakeClock(), Asked()
    stops = Stops("sync_stops", clock, every=120, max_age=900)

    before = stops.is_known("sync_stops")
    stops.read(asked)
    at_once = stops.is_known("sync_stops"), stops.is_known("another_build.sync_stops")
    clock.seconds += 119
    just_so = stops.is_known("sync_stops")
    clock.seconds += 1
    too_old = stops.is_known("sync_stops")
    stops.read(asked)
    stops.forget()

    assert stops.of("older") == {"k1", "k2"}
    assert stops.of("newer") == {"k2"}, "which may have judged the other anew"
    assert not stops.of("another")
    assert not before
    assert at_once == (True, False)
    assert just_so
    assert not too_old
    assert not stops.is_known("sync_stops"), "what was sent meanwhile may stop a row"
    assert asked.times == 2


def test_a_cut_connection_is_never_taken_for_one_that_was_not_made():
    async def ask(port):
        async with exchange.client(1) as http:
            request = httpx.Request("POST", f"http://127.0.0.1:{port}/", content=b"x")
            return await exchange.exchange(http, request)

    async def both():
        async def cut(reader, writer):
            await reader.read(1)
            writer.close()

        server = await asyncio.start_server(cut, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            after = await ask(port)
        return after, await ask(port)

    after, never = asyncio.run(both())

    assert isinstance(after, exchange.Lost)
    assert isinstance(never, exchange.NotSent)
