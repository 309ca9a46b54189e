from __future__ import annotations

import pytest
from sync_project import Project, Provider

from sync import config


@pytest.fixture
def provider():
    serving = Provider()
    yield serving
    serving.close()


@pytest.fixture
def project(tmp_path, provider):
    return Project(tmp_path / "project", provider)


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
