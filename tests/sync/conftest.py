from __future__ import annotations

import os

import pytest
from click.testing import CliRunner
from hypothesis import settings
from sync_project import Project, Provider

from sync import config
from sync.cli import main

# No deadline, and the same examples each time, whatever the machine: a run elsewhere
# is to find what a run here finds. `--hypothesis-seed=1` draws others.
settings.load_profile("ci")

# Servers of the tests are never behind a proxy.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


@pytest.fixture
def provider():
    serving = Provider()
    yield serving
    serving.close()


@pytest.fixture
def project(tmp_path, provider):
    return Project(tmp_path / "project", provider)


@pytest.fixture
def ott_inside(project, monkeypatch):
    """Run commands in this process, in the project: much faster than by themselves."""
    monkeypatch.chdir(project.folder)
    for name in [name for name in os.environ if name.startswith("OTT_")]:
        monkeypatch.delenv(name)
    for name, value in project.env().items():
        monkeypatch.setenv(name, value)

    def ott(*words, stdin="", **env):
        return CliRunner().invoke(main, list(words), input=stdin, env=env)

    return ott


@pytest.fixture
def configured(request, tmp_path, monkeypatch):
    """Load the target of the test file's PROFILES with these variables."""
    (tmp_path / "dbt_project.yml").write_text("profile: ott\n")
    (tmp_path / "profiles.yml").write_text(request.module.PROFILES)
    monkeypatch.chdir(tmp_path)

    def load(**env):
        given = {"DB_HOST": "db.example", "DB_PASSWORD": "told-to-nobody"}
        return config.load(env=given | env)

    return load
