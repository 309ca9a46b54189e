"""The crontab in the docs does what it says, with as little around it as cron has."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

from sync_project import people, wait_until

ROOT = Path(__file__).parents[2]
KEPT = ("OTT_WHATSAPP_BASE_URL", "OTT_WHATSAPP_TOKEN", "PYTHONPATH")


def line(project, word):
    """Take the crontab's line with `word`, for this project and one destination."""
    page = (ROOT / "docs/sync.md").read_text(encoding="utf-8")
    [found] = [
        one
        for one in page.splitlines()
        if one.startswith(tuple("0123456789")) and word in one
    ]
    command = found.split(maxsplit=5)[5]
    return command.replace("/srv/shop", str(project.folder))


def cron(project, command):
    env = {name: project.env()[name] for name in KEPT}
    return subprocess.Popen(
        ["/bin/sh", "-c", command],
        env={"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", **env},
        cwd="/",
    )


def test_two_of_crons_runs_at_once_are_one(project):
    project.build(people(12))
    project.provider.most = 0
    (project.folder / "logs").mkdir()
    (project.folder / ".venv/bin").mkdir(parents=True)
    ott = project.folder / ".venv/bin/ott"
    ott.write_text(f'#!/bin/sh\nexec {sys.executable} -m sync "$@"\n')
    ott.chmod(0o755)
    command = line(project, "ott send").replace("--all", "whatsapp --in-flight 1")

    two = [cron(project, command) for _ in range(2)]
    wait_until(lambda: any(one.poll() is not None for one in two))
    project.provider.most = math.inf
    codes = sorted(one.wait(120) for one in two)
    log = (project.folder / "logs/ott.log").read_text()

    assert codes == [0, 4], log
    assert "held" in log
    assert len(project.provider.seen) == 12
