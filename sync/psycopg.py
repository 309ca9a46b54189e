"""The driver of PostgreSQL, which the extra `postgres` brings."""

from __future__ import annotations

import importlib
from typing import Any

from sync.errors import ConfigError

# What the library says, in English at least, where waiting does not help.
LOGIN = (
    "authentication failed",
    "no password supplied",
    "pg_hba.conf",
    "does not exist",
    "does not support SSL",
)
# A host that is gone without a word is noticed in a minute.
ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def driver() -> Any:
    """
    Import psycopg2.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        for part in ("errors", "extras"):
            importlib.import_module(f"psycopg2.{part}")
        return importlib.import_module("psycopg2")
    except ImportError:
        raise ConfigError(
            "PostgreSQL needs its extra. "
            'Run `pip install -c requirements.lock -e ".[postgres]"`.'
        ) from None
