"""What was acknowledged is kept, whatever becomes of the process or the disk."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
import signing
from blasting import blast

from sync.errors import ConfigError
from sync.webhook.files import Files
from sync.webhook.landing import LandingError, Row

TABLE = "raw_whatsapp_webhooks"
CONNECTIONS = 300


def numbered(most=10**6):
    for number in itertools.islice(itertools.count(), most):
        body = json.dumps({"number": number, "text": "x" * 500}).encode()
        yield number, signing.whatsapp(body).raw()


def numbers(lines):
    return [json.loads(line["payload"])["number"] for line in lines]


@pytest.mark.parametrize("after", [400, 1500])
def test_nothing_acknowledged_is_lost_at_a_kill(fresh, after):
    one = fresh("--max-connections", "400")

    acknowledged = asyncio.run(
        blast(one.port, numbered(), CONNECTIONS, after, one.process.kill)
    )

    landed = set(numbers(one.lines(TABLE)))
    assert one.process.wait(60) == -9
    # Hundreds were under way: some landed that nobody was told of, none the other way.
    assert len(acknowledged) >= after
    assert set(acknowledged) <= landed


def test_it_stops_on_request_with_everything_answered(fresh):
    one = fresh("--max-connections", "400")

    acknowledged = asyncio.run(
        blast(one.port, numbered(), 50, 300, one.process.terminate)
    )

    assert one.process.wait(60) == 0
    assert sorted(numbers(one.lines(TABLE))) == sorted(acknowledged)
    assert f"Taken {len(acknowledged)}. Refused: nothing." in one.said()


def test_a_full_disk_is_no_200(fresh):
    # A file may have 64 KiB, then writing fails as on a full disk.
    one = fresh(prefix=("bash", "-c", 'ulimit -f 64; exec "$@"', "bash"))

    acknowledged = asyncio.run(blast(one.port, numbered(1000), 50))

    landed = numbers(one.lines(TABLE))
    assert 0 < len(acknowledged) < 1000
    assert set(acknowledged) <= set(landed)
    assert "whatsapp not kept" in stopped(one)


def stopped(one):
    assert one.stop() == 0
    return one.said()


def row(text="{}", table=TABLE):
    return Row(table, "2026-11-28T00:00:00Z", text, None, None)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 28, 10, 59, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def files(tmp_path, clock):
    made = Files(tmp_path / "raw", clock, rotate_bytes=200)
    made.prepare([TABLE])
    yield made
    made.close()


def found(tmp_path):
    return sorted((tmp_path / "raw" / TABLE).glob("*.jsonl"))


def test_a_folder_has_a_file_before_anything_came(tmp_path, files):
    assert [path.read_text() for path in found(tmp_path)] == [""]


def test_files_are_begun_anew_each_hour_and_when_they_are_long(tmp_path, files, clock):
    files.write([row()])
    files.write([row()])
    clock.now += timedelta(minutes=1)
    files.write([row()])
    files.write([row("x" * 200)])
    files.write([row()])

    lines = sorted(len(path.read_text().splitlines()) for path in found(tmp_path))
    assert lines == [1, 2, 2]


def test_files_are_nobody_elses_to_read(tmp_path, files):
    files.write([row()])

    [path] = found(tmp_path)
    assert path.stat().st_mode & 0o027 == 0
    assert path.parent.stat().st_mode & 0o027 == 0


def test_a_failed_sync_is_a_failed_write(tmp_path, files, monkeypatch):
    files.write([row('"first"')])

    def broken(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(LandingError):
            files.write([row('"lost"')])
    files.write([row('"last"')])

    texts = [path.read_text() for path in found(tmp_path)]
    assert sum("first" in text for text in texts) == 1
    assert sum("last" in text for text in texts) == 1
    assert not any("lost" in text for text in texts)


def test_a_folder_that_cannot_be_is_said_at_the_start(tmp_path, clock):
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="--dir"):
        Files(tmp_path / "file", clock).prepare([TABLE])


def test_a_new_process_never_appends_to_an_old_file(tmp_path, files, clock):
    [old] = found(tmp_path)
    old.write_text('{"torn')
    again = Files(tmp_path / "raw", clock)
    again.prepare([TABLE])

    again.write([row()])
    again.close()

    assert old.read_text() == '{"torn'
    assert len(found(tmp_path)) == 2
