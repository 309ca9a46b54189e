"""The raw tables of the simulation's warehouse: rows are appended as they come in."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

JSON_LINES = ("_webhooks", "raw_templates")


def text(when):
    return when.strftime("%Y-%m-%d %H:%M:%S")


def contract(project):
    """Read the raw tables' columns from the macro that makes them."""
    source = (project / "macros/raw_contract.sql").read_text()
    return {
        table: re.findall(r"'(\w+)'", columns)
        for table, columns in re.findall(r"'(raw_\w+)': \[(.*?)\]", source, re.DOTALL)
    }


class Files:
    """On DuckDB the raw tables are files, read in place."""

    def __init__(self, project: Path, folder: Path) -> None:
        self._folder = folder
        self._columns = contract(project)
        folder.mkdir(parents=True)
        for table in self._columns:
            (folder / self._name(table)).write_text(self._header(table))

    def _name(self, table):
        return f"{table}.{'jsonl' if table.endswith(JSON_LINES) else 'csv'}"

    def _header(self, table):
        if table.endswith(JSON_LINES):
            return ""
        return ",".join(self._columns[table]) + "\n"

    def add(self, table, *rows):
        """Append in one write, so that a reader never sees half a row."""
        said = io.StringIO(newline="")
        if table.endswith(JSON_LINES):
            said.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(
                said, self._columns[table], restval="", lineterminator="\n"
            )
            writer.writerows(rows)
        with (self._folder / self._name(table)).open("a") as file:
            file.write(said.getvalue())


class Tables:
    """On PostgreSQL they are tables of text, as a team's loader would fill them."""

    def __init__(self, project: Path, connect) -> None:
        self._columns = contract(project)
        self._connect = connect
        with self._cursor() as cursor:
            cursor.execute("create schema raw")
            for table, columns in self._columns.items():
                typed = ", ".join(f"{column} text" for column in columns)
                cursor.execute(f"create table raw.{table} ({typed})")

    def _cursor(self):
        return self._connect()

    def add(self, table, *rows):
        columns = self._columns[table]
        places = ", ".join(["%s"] * len(columns))
        with self._cursor() as cursor:
            cursor.executemany(
                f"insert into raw.{table} ({', '.join(columns)}) values ({places})",
                [[row.get(column) or None for column in columns] for row in rows],
            )
