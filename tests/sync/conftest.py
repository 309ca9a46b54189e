from __future__ import annotations

import pytest
from sync_project import Project, Provider


@pytest.fixture
def provider():
    serving = Provider()
    yield serving
    serving.close()


@pytest.fixture
def project(tmp_path, provider):
    return Project(tmp_path / "project", provider)
