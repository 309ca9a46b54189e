"""`ott doctor`: what is there, what is missing, one line each. No secret is shown."""

from __future__ import annotations

import functools
import os
import platform
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from sync import config as settings
from sync.desk import open_ledger
from sync.destinations import DESTINATIONS
from sync.errors import SyncError
from sync.log import where
from sync.manifest import Manifest
from sync.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "httpx", "aiohttp")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str


def examine(target: str | None) -> list[Check]:
    """Look at everything; what fails does not stop the rest."""
    checks = [Check("python", ok=True, detail=platform.python_version())]
    checks += [
        _try(name, functools.partial(metadata.version, name)) for name in PACKAGES
    ]
    try:
        config = settings.load(target)
    except SyncError as error:
        return [*checks, Check("profile", ok=False, detail=str(error))]
    found = f"{config.profile.target} ({config.profile.type})"
    if (adapter := f"dbt-{config.profile.type}") not in PACKAGES:
        checks.append(_try(adapter, functools.partial(metadata.version, adapter)))
    return [
        *checks,
        Check("profile", ok=True, detail=found),
        _try("manifest", lambda: Manifest(config.target_dir).source("ott_build_log")),
        _try("warehouse", lambda: _reach(config)),
        _try("build log", lambda: _builds(config)),
        _try("ledger", lambda: _ledger(config)),
        *[_try(f"{name} settings", _settings(name)) for name in DESTINATIONS],
    ]


def _try(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=look())
    except SyncError as error:
        return Check(name, ok=False, detail=str(error))
    except metadata.PackageNotFoundError:
        return Check(name, ok=False, detail="not installed")
    except Exception as error:  # noqa: BLE001 - a doctor reports, whatever it is.
        return Check(name, ok=False, detail=where(error))


def _reach(config: settings.Config) -> str:
    with connect(config.profile).reading() as session:
        [(version,)] = session.rows("select version()")
    return str(version)


def _builds(config: settings.Config) -> str:
    log = Manifest(config.target_dir).source("ott_build_log")
    query = f"select count(distinct build_id), max(logged_at) from {log}"  # noqa: S608
    with connect(config.profile).reading() as session:
        [(builds, newest)] = session.rows(query)
    return f"{builds} builds, the newest {newest}"


def _ledger(config: settings.Config) -> str:
    if not (config.ledger_url or config.ledger_path.exists()):
        return "none yet; the first send makes it"
    ledger = open_ledger(config)
    try:
        return f"{ledger.ledger_id}, {ledger.count_unwritten()} events to write back"
    finally:
        ledger.close()


def _settings(name: str) -> Callable[[], str]:
    def look() -> str:
        DESTINATIONS[name].from_env(os.environ)
        return "present"

    return look
