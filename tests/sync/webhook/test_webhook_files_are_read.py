"""What the build's own query makes of landed files, torn ones too."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import jinja2
from receiving import ROOT

COLUMNS = ["received_at", "payload", "sender_id"]
LINE = '{"received_at":"2026-11-18T10:00:00Z","payload":"{\\"a\\":1}","sender_id":null}'


def run_query(query):
    values = [row[0] for row in duckdb.sql(query).fetchall()]
    return SimpleNamespace(columns=[SimpleNamespace(values=lambda: values)])


def query(files):
    """Render the macro as dbt does, which asks only for the keys of a first line."""
    macros = (ROOT / "macros/raw_files_query.sql").read_text()
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    template = macros + "{{ raw_files_query(files, columns) }}"
    return environment.from_string(template).render(
        files=files, columns=COLUMNS, run_query=run_query
    )


def test_a_file_and_a_folder_of_one_table_are_read_together(tmp_path):
    folder = tmp_path / "raw_line_webhooks"
    folder.mkdir()
    (tmp_path / "raw_line_webhooks.jsonl").write_text(LINE + "\n")
    (folder / "a.jsonl").write_text(f"{LINE}\n{LINE}\n" + LINE[:30])
    (folder / "b.jsonl").write_text("")
    (folder / "c.jsonl").write_bytes(b"\0\0\0\n" + LINE.encode() + b"\n\xed\x95")

    found = duckdb.sql(
        query([str(tmp_path / "raw_line_webhooks.jsonl"), str(folder / "*.jsonl")])
    ).fetchall()

    assert found == [("2026-11-18T10:00:00Z", '{"a":1}', None)] * 4
