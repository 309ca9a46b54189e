"""How a ledger is opened: where it is kept, and by which key it hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.disk import is_full
from sync.errors import ConfigError
from sync.ledger_postgres import PostgresStore
from sync.ledger_store import SqliteStore
from sync.masking import key_check

if TYPE_CHECKING:
    from pathlib import Path

    from sync.ledger_store import Connection, Store

KEPT = "select value from meta where key = 'hash_key_check'"
KEEP = "insert into meta (key, value) values ('hash_key_check', ?) "
KEEP += "on conflict (key) do update set value = excluded.value"
# Hashed by an address, or by a person.
IS_USED = """
select exists (select 1 from deliveries where address_hash is not null)
    or exists (select 1 from operator_stops where address_hash is not null)
    or exists (select 1 from tombstones)
"""


def open_store(path: Path, url: str) -> Store:
    """
    Open what is at `url`, a PostgreSQL, or the file `path`, or make it.

    Raises:
        ConfigError: There can be no file, or the login is refused.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError
        return PostgresStore(url) if url else SqliteStore(path)
    except OSError as error:
        if is_full(error):
            raise
        raise ConfigError(
            f"There can be no ledger at {path}. Set OTT_LEDGER to a file's path."
        ) from None


def hold_to_key(connection: Connection, key: bytes, own: bytes) -> None:
    """
    Keep a print of `key`, the first the ledger is opened with; `own` is in the ledger.

    Under another key stops and tombstones would say nothing. A ledger of before there
    were prints takes the first key, too; one in which nothing is hashed, any.

    Raises:
        ConfigError: Something in it is hashed with another key.
    """
    kept = connection.execute(KEPT).fetchone()
    if kept and kept[0] == key_check(key):
        return
    if kept and connection.execute(IS_USED).fetchone()[0]:
        if kept[0] == key_check(own):
            raise ConfigError(
                "This ledger has hashed with its own key so far. Unset OTT_HASH_KEY."
            )
        raise ConfigError(
            "This ledger has hashed with another key so far. "
            "Set OTT_HASH_KEY to the one it was first used with."
        )
    connection.execute(KEEP, (key_check(key),))
