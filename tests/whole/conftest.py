from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import home_profile
import pytest

from sync.demo.generate import generate
from sync.sandbox.settings import settings_for

sys.path.append(str(Path(__file__).parents[1]))

import serving

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
AS_OF = "2026-11-18 10:05:00"
BUILT = os.environ.get("OTT_BUILT")
# `make test` runs every unit test once; what is sent here needs some to have run.
FEW_UNIT_TESTS = (
    "--exclude",
    *(
        f"test_type:unit,path:models/{folder}"
        for folder in ("staging", "rules", "intermediate", "marts")
    ),
)


@dataclass(frozen=True)
class Warehouse:
    """A built demo of its own: database, raw files, ledger, target folder."""

    home: Path

    @property
    def env(self):
        return os.environ | {
            "HOME": str(self.home),
            "DBT_PROFILES_DIR": str(self.home),
            "DBT_TARGET_PATH": str(self.home / "target"),
            "DBT_LOG_PATH": str(self.home / "logs"),
            "OTT_DUCKDB_PATH": str(self.home / "ott.duckdb"),
            "OTT_LEDGER": str(self.home / "ledger.sqlite"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def dbt(self, *command, as_of=AS_OF, target="test", more=""):
        if command == ("build",):
            command = ("build", *FEW_UNIT_TESTS)
        settings = f"{{raw_location: raw, as_of: '{as_of}'{more}}}"
        done = subprocess.run(
            [BIN / "dbt", "--quiet", *command, "--target", target, "--vars", settings],
            # By HOME alone: a path of its own would have everything parsed anew.
            env={k: v for k, v in self.env.items() if k != "OTT_DUCKDB_PATH"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ott(self, *command, now=AS_OF, url=None, target="test"):
        env = self.env | {"DBT_TARGET": target}
        if url:
            env |= {"OTT_NOW": now.replace(" ", "T") + "Z", **settings_for(url)}
        return subprocess.run(
            [sys.executable, "-m", "sync", *command],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, query):
        with duckdb.connect(str(self.home / "ott.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"set file_search_path = '{self.home}'")
            return connection.execute(query).fetchall()

    def sandbox(self, *options):
        return serving.sandbox(
            self.home / "sandbox",
            self.home / "raw",
            AS_OF.replace(" ", "T"),
            *options,
            env=self.env,
        )

    def copy(self, home):
        """The same again, to spoil."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return Warehouse(home)


def build(home, now=NOW, as_of=AS_OF):
    """Build the demo; the one of today's test run is there already (`make test`)."""
    if BUILT and (now, as_of) == (NOW, AS_OF):
        return Warehouse(Path(BUILT)).copy(home)
    home.mkdir(parents=True, exist_ok=True)
    home_profile.write(home / "profiles.yml")
    generate(now, home / "raw")
    made = Warehouse(home)
    made.dbt("build", as_of=as_of)
    return made


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """Seeds and nothing else, to build any world on."""
    home = tmp_path_factory.mktemp("seeded")
    home_profile.write(home / "profiles.yml")
    made = Warehouse(home)
    made.dbt("seed")
    return made


@pytest.fixture
def spoilt(built, tmp_path):
    return built.copy(tmp_path / "copy")
