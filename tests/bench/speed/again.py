"""
A second run with nothing due: how long it takes beside a ledger of a million.

    make bench-again ROWS=1000000

Twice: every row of the table is in the ledger already, and the table is empty. The
ledger is written by SQL, as a run leaves it whose events are all in the warehouse; as a
SQLite file, and in a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg2
import world
from measure import account, server

sys.path.insert(0, str(world.ROOT / "tests/faults"))

from on_postgres import Server

from sync.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_project import Project

SECONDS = 5.0
PAGE = 50_000
# An empty table is believed while somebody was judged.
DECISIONS = (
    "create table ott_marts.fct_campaign_decisions as "
    "select delivery_key from ott_sync.sync_whatsapp"
)
SENT = (
    "select delivery_key, customer_id, md5(address), cast(decided_at as varchar) "
    "from ott_sync.sync_whatsapp"
)
MARKS = "?, 'run-0', 'build-0', 'whatsapp', 'winback', ?, 'whatsapp', 'wa_main'"
DELIVERY = (
    "insert into deliveries (delivery_key, run_id, build_id, destination, campaign_id, "
    "customer_id, channel, sender_id, purpose, address_hash, state, state_at, "
    "decided_at, written_at, attempt, claims) "
    f"values ({MARKS}, 'marketing', ?, 'accepted', ?, ?, ?, 1, 1)"
)
EVENT = (
    "insert into events (delivery_key, run_id, build_id, "
    "destination, campaign_id, customer_id, channel, sender_id, purpose, event, "
    "provider_message_id, attempt, occurred_at, written_at) "
    f"values ({MARKS}, 'marketing', 'accepted', ?, 1, ?, ?)"
)


def fill(project: Project, ledger: Ledger) -> None:
    """Put every row of the table into the ledger."""
    with duckdb.connect(str(project.file), read_only=True) as connection:
        sent = connection.execute(SENT)
        while page := sent.fetchmany(PAGE):
            with ledger.transaction():
                _many(
                    ledger,
                    DELIVERY,
                    [(k, who, where, *[at] * 3) for k, who, where, at in page],
                )
                _many(
                    ledger,
                    EVENT,
                    [(k, who, f"wamid.{k}", at, at) for k, who, _, at in page],
                )


def _many(ledger: Ledger, query: str, rows: list[tuple[str, ...]]) -> None:
    cursor = getattr(ledger._connection, "_connection", ledger._connection).cursor()
    if hasattr(cursor, "mogrify"):
        from psycopg2.extras import execute_batch

        execute_batch(cursor, query.replace("?", "%s"), rows, page_size=500)
    else:
        cursor.executemany(query, rows)


def tend(url: str) -> None:
    """Tend the tables, as a server does by itself within minutes of such an insert."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("vacuum analyze")


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of a database of its own."""
    running = Server()
    try:
        at = running.database("ott_ledger")
        yield f"postgresql://{at['user']}@/ott_ledger?host={at['host']}"
    finally:
        running.close()


def send(project: Project, where: str, env: dict[str, str]) -> float:
    """Run it once and print what it took; gives the seconds."""
    words = ("-m", "sync", "send", "whatsapp", "--json")
    done = account([sys.executable, *words], project.folder, project.env(**env))
    print(
        f"{where:<44}{done['seconds']:>7.2f} s{done['cpu']:>8.2f} s CPU"
        f"{done['peak_mb']:>7.0f} MB   code {done['code']}",
        flush=True,
    )
    return float("inf") if done["code"] else float(done["seconds"])


def both(project: Project, store: str, env: dict[str, str], rows: int) -> list[float]:
    """Fill a ledger, then run with the whole table and with an empty one."""
    ledger = Ledger(project.ledger, url=env.get("OTT_LEDGER", ""))
    fill(project, ledger)
    ledger.close()
    if url := env.get("OTT_LEDGER"):
        tend(url)
    full = send(project, f"{rows:,} rows, all in the ledger, {store}", env)
    project.sql("delete from ott_sync.sync_whatsapp")
    return [full, send(project, f"no row, {rows:,} in the ledger, {store}", env)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        log = Path(name) / "log"
        log.touch()
        with server(log, 0.0) as url, postgres() as there:
            took = []
            for store, env in {
                "SQLite": {},
                "PostgreSQL": {"OTT_LEDGER": there},
            }.items():
                project = world.messages(Path(name) / store, rows)
                project.sql(DECISIONS)
                project.provider.url = f"{url}/v25.0"
                took += both(project, store, env, rows)
        sent = log.stat().st_size
    print(f"{max(took):.2f} s at most ({SECONDS:g}), {sent} bytes of requests (0)")
    return int(max(took) > SECONDS or sent > 0)


if __name__ == "__main__":
    sys.exit(main())
