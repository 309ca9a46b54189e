"""What every command opens: settings, clock, ledger, warehouse, manifest."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from sync import config as settings
from sync.clock import Clock, SystemClock, parse_instant
from sync.errors import ConfigError
from sync.ledger import Ledger
from sync.manifest import Manifest
from sync.tls import trusted
from sync.warehouse import Warehouse, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

HEALTH_SECONDS = 5.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Desk:
    """The opened things of one call."""

    config: settings.Config
    clock: Clock
    ledger: Ledger
    warehouse: Warehouse
    manifest: Manifest

    def another_ledger(self) -> AbstractContextManager[Ledger]:
        """Open the ledger once more, for a second thread to ask."""
        return closing(open_ledger(self.config))


def open_ledger(config: settings.Config) -> Ledger:
    """
    Open the ledger of these settings, or make it.

    Raises:
        ConfigError: There can be none, or it was hashed with another key.
        TrustError: It is not a ledger this version knows.
    """
    key = config.env.get("OTT_HASH_KEY")
    return Ledger(config.ledger_path, key, config.ledger_url)


@contextmanager
def desk(target: str | None, base_urls: Sequence[str] = ()) -> Iterator[Desk]:
    """Open what a command needs, and close it."""
    config = settings.load(target)
    clock = pick_clock(config.env, base_urls)
    warehouse = connect(config.profile)
    manifest = Manifest(config.target_dir)
    ledger = open_ledger(config)
    try:
        yield Desk(config, clock, ledger, warehouse, manifest)
    finally:
        ledger.close()


def pick_clock(env: Mapping[str, str], base_urls: Sequence[str] = ()) -> Clock:
    """
    Choose the clock: today's, or OTT_NOW toward the sandbox.

    Raises:
        ConfigError: OTT_NOW is set and something else than the sandbox may be reached.
    """
    if not (text := env.get("OTT_NOW", "").strip()):
        return SystemClock()
    names = [name for name in env if name.startswith("OTT_")]
    given = [env[name] for name in names if name.endswith("_BASE_URL") and env[name]]
    urls = list(base_urls) or given
    if not urls or not all(is_sandbox(url) for url in urls):
        raise ConfigError("OTT_NOW is honoured only toward the sandbox. Unset it.")
    return SystemClock(parse_instant(text))


def is_sandbox(base_url: str) -> bool:
    """Ask whether the sandbox answers there; never asks another machine."""
    try:
        url = httpx.URL(base_url)
        if url.host not in LOOPBACK:
            return False
        health = url.copy_with(path="/_sandbox/health", query=None)
        with httpx.Client(
            trust_env=False, timeout=HEALTH_SECONDS, verify=trusted()
        ) as http:
            answer: object = http.get(health).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
    return answer == {"sandbox": "ott"}
