from __future__ import annotations

import pytest
from pulling import SECRET, Project, Sandbox

from sync import lists


@pytest.fixture
def sandbox(tmp_path):
    (tmp_path / "sandbox").mkdir()
    serving = Sandbox(tmp_path / "sandbox")
    yield serving
    serving.close()


@pytest.fixture
def project(tmp_path, monkeypatch, sandbox):
    """A built project without senders; nothing it ever prints holds a secret."""
    monkeypatch.setattr(lists, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(lists, "LONGEST_WAIT", 0.0)
    (tmp_path / "project").mkdir()
    made = Project(tmp_path / "project", monkeypatch, sandbox)
    yield made
    assert SECRET not in made.printed
