"""The sync against the sandbox process, whose own log says what arrived."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sync_project import ROOT, TOKEN, now, people, wait_until

KILLS = int(os.environ.get("OTT_KILLS", "3"))
SIZE = 150
OPTIONS = ["--port", "0", "--messages-per-second", "1000", "--undelivered", "0"]
TEMPLATE = {
    "id": "1",
    "name": "winback_offer",
    "language": "en",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "POSITIONAL",
    "components": [{"type": "BODY", "text": "Hi {{1}}"}],
}


class Sandbox:
    def __init__(self, folder, *words):
        self.folder = folder
        folder.mkdir()
        line = {
            "fetched_at": now().isoformat(),
            "provider": "meta",
            "account_id": "1",
            "payload": json.dumps(TEMPLATE),
        }
        (folder / "templates.jsonl").write_text(json.dumps(line) + "\n")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sync", "sandbox", "--dir", folder),
                *OPTIONS,
                *("--templates", folder / "templates.jsonl"),
                *words,
            ],
            env=os.environ | {"PYTHONPATH": str(ROOT), "OTT_WHATSAPP_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise AssertionError("the sandbox did not start")
        self.url = line.split()[-1] + "/v25.0"

    def seen(self):
        log = Path(self.folder) / "accepted.jsonl"
        if not log.exists():
            return []
        lines = log.read_text().splitlines()
        return [json.loads(line)["delivery_key"] for line in lines]

    def counts(self):
        url = self.url.removesuffix("/v25.0") + "/_sandbox/counts"
        return httpx.get(url).json()

    def faults(self, *names):
        url = self.url.removesuffix("/v25.0") + "/_sandbox/faults"
        httpx.post(url, json=names).raise_for_status()

    def close(self):
        self._process.terminate()
        self._process.communicate(timeout=120)


@pytest.fixture
def sandbox(tmp_path, project):
    running = []

    def start(*words):
        running.append(Sandbox(tmp_path / f"sandbox{len(running)}", *words))
        project.provider.url = running[-1].url
        return running[-1]

    yield start
    for one in running:
        one.close()


def _run_killed(project, sandbox, pause):
    before = len(sandbox.seen())
    process = project.start("send", "whatsapp", "--first-run", "--in-flight", "16")
    wait_until(lambda: len(sandbox.seen()) > before or process.poll() is not None)
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _assert_killing_is_safe(project, sandbox, kills):
    moments = random.Random(kills)  # noqa: S311 - moments, not secrets.
    unknown = 0
    for kill in range(kills):
        rows = [{"number": 1000 * kill + n} for n in range(SIZE)]
        project.build(rows, build_id=f"build-{kill}")
        # The first run cannot have ended before it is killed.
        sandbox.faults(*([] if kill else ["slow:60"]))
        _run_killed(project, sandbox, moments.uniform(0, 0.2))
        sandbox.faults()
        done = project.send("--allow-change", "--first-run", "--in-flight", "16")

        seen, states = sandbox.seen(), project.states()
        accepted = {key for key, state in states.items() if state == "accepted"}
        assert done.returncode in (0, 6), done.err
        assert len(seen) == len(set(seen))
        assert len(states) - len(accepted) - unknown <= 16
        assert set(states.values()) <= {"accepted", "unknown"}
        assert accepted <= set(seen)
        unknown = len(states) - len(accepted)
    assert len(states) == SIZE * kills
    # The kills did hit requests under way, or this test proves nothing.
    assert unknown


def test_killing_a_run_sends_to_nobody_twice(project, sandbox):
    _assert_killing_is_safe(project, sandbox("--latency", "0.02"), KILLS)


@pytest.mark.long
def test_killing_twenty_runs_sends_to_nobody_twice(project, sandbox):
    _assert_killing_is_safe(project, sandbox("--latency", "0.02"), 20)


@pytest.mark.long
def test_a_number_that_takes_less_than_its_sender_says_is_soon_found_out(
    project, sandbox
):
    """It takes five a second, and twenty are allowed."""
    serving = sandbox("--messages-per-second", "5")
    project.build(people(60, messages_per_second=20))

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 60}
    assert serving.counts().get("130429", 0) <= 30


def test_answers_lost_after_acceptance_are_unknown_and_never_resent(project, sandbox):
    serving = sandbox("--fault", "lost_answer#3")
    project.build(people(20))

    first, second = project.send("--in-flight", "4"), project.send()

    assert first.returncode == 6
    assert first.summary["outcomes"] == {"accepted": 17, "unknown": 3}
    assert second.summary["due"] == 0
    assert len(serving.seen()) == len(set(serving.seen())) == 20


def test_a_template_the_provider_paused_stops_its_campaign(project, sandbox):
    TEMPLATE["status"] = "PAUSED"
    try:
        sandbox()
    finally:
        TEMPLATE["status"] = "APPROVED"
    project.build(people(10))

    done = project.send("--in-flight", "1")

    assert done.summary["outcomes"] == {"refused": 1, "skipped": 9}
