"""The simulation's own folder: a copy of the project, and the real programs in it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOKEN = "sandbox-token"
# `make test` runs every unit test once; what is sent here needs some to have run.
FEW_UNIT_TESTS = (
    "--exclude",
    *(
        f"test_type:unit,path:models/{folder}"
        for folder in ("staging", "rules", "intermediate", "marts")
    ),
)
PROJECT = ("models", "macros", "seeds", "tests/dbt", "docs/channels", "dbt_project.yml")
PATIENCE = 600


@dataclass(slots=True)
class Home:
    """A folder with everything of one simulation, and its engine."""

    folder: Path
    engine: object
    url: str = ""
    server: subprocess.Popen | None = None
    codes: list = field(default_factory=list)

    @property
    def project(self):
        return self.folder / "project"

    @property
    def raw(self):
        return self.folder / "raw"

    @property
    def sandbox_dir(self):
        return self.folder / "sandbox"

    @property
    def landing(self):
        return self.sandbox_dir / "landing.jsonl"

    @property
    def ledger(self):
        return self.folder / "ledger/ledger.sqlite"

    def copy_project(self):
        for name in PROJECT:
            source, target = ROOT / name, self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)
        shutil.copy(ROOT / "profiles.example.yml", self.folder / "profiles.yml")

    def seed(self, name, rows):
        """Replace the rows of a seed; columns this version does not have are left."""
        path = self.project / f"seeds/{name}.csv"
        with path.open(newline="") as file:
            header = next(csv.reader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(
                file, header, restval="", extrasaction="ignore", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)

    def hours(self, country, opens, closes):
        """Let every hour be allowed, but to one country."""
        name = "reference/sending_hours_defaults"
        with (self.project / f"seeds/{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        kept = [row for row in rows if row["country_code"] in ("*", country)]
        for row in kept:
            own = row["country_code"] == country
            row["allowed_start"], row["allowed_end"] = (
                (opens, closes) if own else ("00:00", "24:00")
            )
        self.seed(name, kept)

    def env(self, now=None, ledger=None):
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        given = {
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "warn",
            "DBT_TARGET": self.engine.target,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "OTT_DUCKDB_PATH": str(self.folder / "ott.duckdb"),
            "OTT_LEDGER": str(ledger or self.ledger),
            "PYTHONPATH": str(ROOT),
        }
        if now:
            given |= {
                "OTT_NOW": now.isoformat(timespec="seconds") + "Z",
                "OTT_WHATSAPP_BASE_URL": f"{self.url}/v25.0",
                "OTT_WHATSAPP_TOKEN": TOKEN,
                "OTT_BRAZE_BASE_URL": self.url,
                "OTT_BRAZE_API_KEY": TOKEN,
            }
        return kept | given | self.engine.env

    # dbt

    def dbt(self, as_of, target=None):
        settings = {"as_of": f"{as_of:%Y-%m-%d %H:%M:%S}"}
        settings["raw_location"] = self.engine.raw_location
        command = [BIN / "dbt", "--quiet", "--no-use-colors", "build"]
        command += ["--target", target or self.engine.target, *FEW_UNIT_TESTS]
        return subprocess.Popen(
            [*command, "--vars", json.dumps(settings)],
            env=self.env(),
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    # ott

    def start(self, *command, now, ledger=None):
        return subprocess.Popen(
            [sys.executable, "-m", "sync", *command],
            env=self.env(now, ledger),
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ott(self, *command, now, ledger=None):
        process = self.start(*command, now=now, ledger=ledger)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def knows(self, command):
        done = subprocess.run(
            [sys.executable, "-m", "sync", command, "--help"],
            env=self.env(),
            cwd=self.project,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    # The ledger as a file: an operator's backup, a loss, a mistake.

    def backup(self, path):
        path.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(self.ledger)) as ours,
            closing(sqlite3.connect(path)) as copy,
        ):
            ours.backup(copy)

    def take_ledger_away(self, place):
        place.mkdir()
        for path in self.ledger.parent.glob("ledger.sqlite*"):
            if not path.name.endswith(".lock"):
                path.rename(place / path.name)

    def bring_ledger_back(self, place):
        for path in self.ledger.parent.glob("ledger.sqlite*"):
            if not path.name.endswith(".lock"):
                path.unlink()
        for path in place.iterdir():
            path.rename(self.ledger.parent / path.name)

    # The provider.

    def open_sandbox(self, now, seed):
        self.sandbox_dir.mkdir(parents=True, exist_ok=True)
        self.landing.touch()
        command = [sys.executable, str(Path(__file__).with_name("clocked_sandbox.py"))]
        command += ["--port", "0", "--dir", str(self.sandbox_dir), "--seed", str(seed)]
        command += ["--now", now.isoformat() + "+00:00", "--undelivered", "0.1"]
        command += ["--templates", str(self.folder / "catalogue.jsonl")]
        command += ["--landing", str(self.landing)]
        self.server = subprocess.Popen(
            command,
            env=self.env() | {"OTT_WHATSAPP_TOKEN": TOKEN, "OTT_BRAZE_API_KEY": TOKEN},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.server.stdout.readline().split()[-1]

    def close(self):
        if self.server:
            self.server.terminate()
            self.server.communicate()
            self.server = None

    def tell_sandbox(self, path, order):
        answer = httpx.post(f"{self.url}{path}", json=order, timeout=30)
        return answer.raise_for_status().json()

    def ask_sandbox(self, path):
        return httpx.get(f"{self.url}{path}", timeout=30).raise_for_status().json()

    def set_clock(self, now):
        self.tell_sandbox("/_nights/now", {"now": now.isoformat() + "+00:00"})

    def set_faults(self, faults):
        self.tell_sandbox("/_sandbox/faults", faults)


def lines(path):
    """Read a log of JSON lines; the last one may still be on its way."""
    whole = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in whole[: whole.rfind(b"\n") + 1].splitlines()]
