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
    values = [row[0] for row in duckdb.sql(query).fetchall()]
    return SimpleNamespace(columns=[SimpleNamespace(values=lambda: values)])


def said(macro, *arguments, file=None, header=None, **settings):
    """What a macro writes or returns, rendered with these vars."""
    returned = []
    names = {
        "run_query": (lambda _: SimpleNamespace(column_names=header))
        if header
        else run,
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
