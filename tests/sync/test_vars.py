"""What a team sets, and nobody can read, stops the build with a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[2] / "macros"
FORM = "The var as_of is YYYY-MM-DD HH:MM:SS in UTC"


class StoppedError(Exception):
    """What dbt raises for `raise_compiler_error`."""


def stop(sentence):
    raise StoppedError(sentence)


def run(query):
    if (found := duckdb.sql(query)) is None:
        return None
    values = [row[0] for row in found.fetchall()]
    columns = [SimpleNamespace(values=lambda: values)]
    return SimpleNamespace(columns=columns, column_names=found.columns)


def header_only(header):
    nothing = [SimpleNamespace(values=list)]
    return lambda _: SimpleNamespace(columns=nothing, column_names=header)


def said(macro, *arguments, file=None, header=None, **settings):
    """What a macro writes or returns, rendered with these vars."""
    returned = []
    names = {
        "run_query": header_only(header) if header else run,
        "var": lambda name: settings[name],
        "exceptions": SimpleNamespace(raise_compiler_error=stop),
        "modules": SimpleNamespace(re=re),
        "dbt": SimpleNamespace(type_timestamp=lambda: "timestamp"),
        "return": returned.append,
    }
    text = (MACROS / f"{file or macro}.sql").read_text(encoding="utf-8")
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    module = jinja.from_string(text).make_module(names)
    written = getattr(module, macro)(*arguments)
    return returned[0] if returned else written


@pytest.mark.parametrize(
    "moment",
    ["2026-11-18 10:05:00", "2026-11-18T10:05:00Z", "2026-11-18 10:05", "2026-11-18"],
)
def test_an_instant_is_read(moment):
    plain = moment.replace("T", " ").replace("Z", "")

    assert said("as_of", as_of=moment) == f"cast('{plain}' as timestamp)"


@pytest.mark.parametrize(
    "moment",
    [
        *("yesterday", "now", "18.11.2026", "2026-13-01", "2026-11-18 24:00:00"),
        *("2026-11-18 10:05:00+02:00", " ", None, 20261118, "2026-11-18' or true --"),
    ],
)
def test_what_is_no_instant_stops_the_build(moment):
    with pytest.raises(StoppedError, match=FORM):
        said("as_of", as_of=moment)


def test_the_channels_are_a_list():
    assert said("has_channel", "line", channels=["whatsapp", "line"])
    assert not said("has_channel", "line", channels=["whatsapp"])
    for channels in ("whatsapp,line", None, {"line": True}):
        with pytest.raises(StoppedError, match="The var channels is a list"):
            said("has_channel", "line", channels=channels)


def read(*header):
    columns = ["suppression_id", "ends_at"]
    query = said(
        "raw_csv_query", "raw.csv", columns, file="raw_files_query", header=header
    )
    return " ".join(query.split()).partition(" from read_csv")[0]


def test_a_files_columns_are_found_however_they_are_written():
    assert read("ENDS_AT", "more", "Suppression_Id") == "select suppression_id, ends_at"
    assert read("suppression_id") == (
        "select suppression_id, cast(null as varchar) as ends_at"
    )


# Of a file with other marks between its columns, and of one whose first line is a row.
@pytest.mark.parametrize("header", [["suppression_id;ends_at"], ["s-1", "customer"]])
def test_a_file_that_names_no_column_stops_the_build(header):
    with pytest.raises(StoppedError, match="has none of the columns"):
        read(*header)


@pytest.mark.parametrize(
    "line",
    ['c2,"Bob +65', "c2,Bob,+65", "c2", 'c2,"Bob" +65', "c2,B\u00f6b"],
    ids=["open quote", "too many", "too few", "after a quote", "latin-1"],
)
def test_a_line_that_is_no_csv_stops_the_build_and_is_told_to_nobody(tmp_path, line):
    """Behind an open quote no stop was read, and DuckDB's own error quotes the line."""
    whole = ["suppression_id,ends_at", *["c1,Ann"] * 3000, line, *["c3,Ann"] * 9]
    (file := tmp_path / "raw.csv").write_bytes("\n".join(whole).encode("latin-1"))

    with pytest.raises(StoppedError, match=r"is no CSV in line 3002 \(") as stopped:
        said("raw_csv_query", str(file), ["suppression_id"], file="raw_files_query")

    assert "Bob" not in str(stopped.value)
    assert "c2" not in str(stopped.value)


def test_a_csv_of_two_kinds_of_line_ends_stops_the_build(tmp_path):
    """As one that a program adds lines to. DuckDB reads it leniently, or not at all."""
    (file := tmp_path / "raw.csv").write_bytes(b"ends_at,a\r\nx,y\r\nz,u\n")

    with pytest.raises(StoppedError, match="two kinds of line ends"):
        said("raw_csv_query", str(file), ["ends_at"], file="raw_files_query")


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_csv_may_have_quotes_and_lines_in_its_values(tmp_path, ends):
    text = 'ends_at,a\n"x ""y"", z","|"\n,\n\n"",b\n'.replace("\n", ends)
    (file := tmp_path / "raw.csv").write_bytes(text.replace("|", "\n").encode())
    query = said("raw_csv_query", str(file), ["ends_at"], file="raw_files_query")

    assert duckdb.sql(query).fetchall() == [('x "y", z',), (None,), (None,)]


def lines(folder, *written):
    (file := folder / "raw.jsonl").write_text("\n".join(written))
    query = said(
        "raw_lines_query", str(file), ["key_value", "ends_at"], file="raw_files_query"
    )
    return duckdb.sql(query).fetchall()


def test_lines_are_read_by_the_names_of_the_contract(tmp_path):
    assert lines(tmp_path, "") == []
    assert lines(
        tmp_path, '{"torn', '{"key_value": "a", "Note": ""}', '{"ends_at": "b"}'
    ) == [("a", None), (None, "b")]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"Key_Value": "a", "ends_at": "b"}', "says Key_Value: its keys are in small"),
        ('{"keyValue": "a"}', "has none of the keys key_value, ends_at"),
    ],
)
def test_lines_whose_keys_are_not_the_contracts_stop_the_build(
    tmp_path, line, sentence
):
    with pytest.raises(StoppedError, match=sentence):
        lines(tmp_path, line)
