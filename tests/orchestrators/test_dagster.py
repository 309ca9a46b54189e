"""The example for Dagster, run by the one that `make test-orchestrator` installs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/sync"))

from sync_project import Project, Provider, people  # noqa: E402

DAGSTER = ROOT / ".venv-orchestrator/bin/dagster"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not DAGSTER.exists(), reason="make test-orchestrator"),
]


@pytest.fixture
def project(tmp_path):
    provider = Provider()
    yield Project(tmp_path / "project", provider)
    provider.close()


def run(project):
    """Let Dagster execute the job; tell its exit code and all it said."""
    ott = str(Path(sys.executable).with_name("ott"))
    op = {"ott": ott, "destination": "whatsapp", "retry_seconds": 0}
    config = project.folder / "run.json"
    config.write_text(json.dumps({"ops": {"send": {"config": op}}}))
    home = project.folder / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    done = subprocess.run(
        [
            *(str(DAGSTER), "job", "execute", "-j", "hourly", "-c", str(config)),
            *("-f", str(ROOT / "examples/dagster_ott.py")),
        ],
        cwd=project.folder,
        env=os.environ | project.env(DAGSTER_HOME=str(home)),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_run_sends_once_however_often_it_is_scheduled(project):
    project.build(people(3))

    (first, said), (second, _) = run(project), run(project)

    assert first == second == 0, said
    assert "RUN_SUCCESS" in said
    assert len(project.provider.seen) == 3


def test_a_stopped_account_is_a_failure_that_is_not_tried_again(project):
    project.build(people(3))
    project.provider.default = 190

    code, said = run(project)

    assert code != 0
    assert "ott exited with 5" in said
    assert "STEP_UP_FOR_RETRY" not in said


def test_a_table_that_is_not_proven_is_tried_again(project):
    project.build(people(3), tests={"test.ott.assert_something": "fail"})

    code, said = run(project)

    assert code != 0
    assert said.count("STEP_UP_FOR_RETRY") == 2
    assert project.provider.seen == []
