"""The whole way once: data, build, sandbox, send, build again, and what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sync import config
from sync.demo import report
from sync.demo.generate import generate
from sync.demo.orders import from_orders
from sync.demo.world import instant
from sync.errors import ConfigError, SyncError
from sync.sandbox.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

# A frozen clock has to move on before what was sent can be known.
AFTER = timedelta(minutes=30)
BIN = Path(sys.executable).parent


def is_secret(name: str) -> bool:
    """Whether it is a setting of an adapter, not of the project."""
    return name.startswith("OTT_") and name not in ("OTT_DUCKDB_PATH", "OTT_LEDGER")


class DemoError(SyncError):
    """A step of the demo failed; what it printed is above."""


@dataclass(frozen=True, slots=True)
class Demo:
    """
    One run.

    `at` freezes the clock (target `test`, sandbox only); `hour` is what the data is
    made for. Own orders get a database and a ledger of their own.
    """

    at: datetime | None
    hour: datetime
    orders: Path | None = None
    shift: bool = True

    @property
    def home(self) -> Path:
        """Where this run keeps what it makes."""
        return Path(".ott") / ("orders" if self.orders else "demo")

    @property
    def raw(self) -> Path:
        """Where the raw files are."""
        return self.home / "raw" if self.orders else Path("seeds/demo")

    def run(self) -> int:
        """Do all of it; returns the exit code of the sends."""
        if (kind := config.load(env=self._env()).profile.type) != "duckdb":
            message = f"The demo needs DuckDB, not {kind}. Set DBT_TARGET=dev."
            raise ConfigError(message)
        report.step("Making the data", self._told())
        if self.orders:
            from_orders(self.orders, self.hour, self.raw, shift=self.shift)
        else:
            generate(self.hour, self.raw)
        report.step("Deciding", "dbt build")
        self._dbt()
        with self._sandbox() as url:
            report.step("Sending what is due", f"to the sandbox at {url}")
            code = self._send(url)
        report.step("Deciding again", "dbt build, which now knows what was sent")
        self._dbt(later=AFTER)
        report.show(self._env(), self.places())
        return code

    def _told(self) -> str:
        if self.orders:
            return f"orders from {self.orders}; contacts, consents, chats generated"
        return "a made-up world as of this hour"

    def _env(self) -> dict[str, str]:
        env = dict(os.environ)
        env["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        env |= self.places()
        if self.at:
            env["DBT_TARGET"] = "test"
        return env

    def places(self) -> dict[str, str]:
        """Name what has to be set to look at own orders afterwards."""
        home = self.home.resolve()
        kept = {
            "OTT_DUCKDB_PATH": home / "ott.duckdb",
            "OTT_LEDGER": home / "ledger.sqlite",
            "DBT_TARGET_PATH": home / "target",
        }
        return {name: str(path) for name, path in kept.items()} if self.orders else {}

    def _dbt(self, later: timedelta = timedelta(0)) -> None:
        settings = [f"raw_location: '{self.raw.as_posix()}'"]
        if self.at:
            as_of = instant(self.at + later)
            settings.append(f"as_of: '{as_of}'")
        command = [
            str(BIN / "dbt"),
            "--quiet",
            "build",
            "--vars",
            f"{{{', '.join(settings)}}}",
        ]
        if subprocess.run(command, env=self._env(), check=False).returncode:  # noqa: S603
            message = "dbt build failed. Mend what it says above and run this again."
            raise DemoError(message)

    @contextmanager
    def _sandbox(self) -> Iterator[str]:
        command = [sys.executable, "-m", "sync", "sandbox", "--port", "0"]
        command += ["--dir", str(self.home / "sandbox")]
        command += ["--templates", str(self.raw / "raw_templates.jsonl")]
        webhooks = str(self.raw / "raw_whatsapp_webhooks.jsonl")
        command += ["--webhooks", webhooks, "--landing", webhooks]
        if self.at:
            command += ["--now", self.at.isoformat()]
        # Whatever is set for real must not become the sandbox's own secret.
        env = {k: v for k, v in self._env().items() if not is_secret(k)}
        with subprocess.Popen(  # noqa: S603
            command, env=env, stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                line = server.stdout.readline() if server.stdout else ""
                if "http://" not in line:
                    message = "The sandbox did not start. Run `ott sandbox` to see why."
                    raise DemoError(message)
                yield line.split()[-1]
            finally:
                server.terminate()

    def _send(self, url: str) -> int:
        env: Mapping[str, str] = self._env() | settings_for(url)
        if self.at:
            env = {**env, "OTT_NOW": self.at.isoformat()}
        command = [sys.executable, "-m", "sync", "send", "--all"]
        return subprocess.run(command, env=env, check=False).returncode  # noqa: S603
