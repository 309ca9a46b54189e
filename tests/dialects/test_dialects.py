"""
The models in the SQL of warehouses that nobody here has: they compile and can be read.

A parser lets much by that does not run: it takes any name for a function. So each
function that is called must be in `functions.csv`, where it was looked up in that
warehouse's documentation. A portable macro without a branch calls one that is not.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

sqlglot = pytest.importorskip(
    "sqlglot", reason="needs five more adapters: make test-dialects"
)
exp = sqlglot.exp

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DIALECTS = ("bigquery", "databricks", "redshift", "snowflake", "trino")
# Behind these a bracket is no call: `cast(x as decimal(9, 2))`, `in ('a', 'b')`.
NO_CALL_AFTER = {"as"}
NO_CALL = {
    *("all", "and", "as", "between", "by", "case", "distinct", "else", "except"),
    *("exists", "from", "group", "in", "input", "interval", "is", "join", "lateral"),
    *("like", "not", "on", "or", "over", "select", "table", "then", "union", "using"),
    *("when", "where", "with"),
}
# sqlglot knows none for it. From Snowflake's list: what cannot be a column's name.
RESERVED_BY_SNOWFLAKE = {
    *("account", "all", "alter", "and", "any", "as", "between", "by", "case", "cast"),
    *("check", "column", "connect", "connection", "constraint", "create", "cross"),
    *("current", "database", "delete", "distinct", "drop", "else", "exists", "false"),
    *("following", "for", "from", "full", "grant", "group", "having", "ilike", "in"),
    *("increment", "inner", "insert", "intersect", "into", "is", "issue", "join"),
    *("lateral", "left", "like", "localtime", "localtimestamp", "minus", "natural"),
    *("not", "null", "of", "on", "or", "order", "organization", "qualify", "regexp"),
    *("revoke", "right", "rlike", "row", "rows", "sample", "schema", "select", "set"),
    *("some", "start", "table", "tablesample", "then", "to", "trigger", "true"),
    *("try_cast", "union", "unique", "update", "using", "values", "view", "when"),
    *("whenever", "where", "with"),
}


@pytest.fixture(scope="session", params=DIALECTS)
def dialect(request):
    return request.param


@pytest.fixture(scope="session")
def compiled(dialect, tmp_path_factory):
    """What dbt wrote for one warehouse: name of the file and SQL."""
    folder = tmp_path_factory.mktemp(dialect)
    finished = subprocess.run(
        [
            sys.executable,
            Path(__file__).with_name("compile_models.py"),
            dialect,
            folder,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    root = folder / "compiled/ott"
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted(root.rglob("*.sql"))
        # Lists of cases are `values` in brackets, which two of the five do not know.
        if "tests/dbt/singular/portable" not in path.as_posix()
    }


@pytest.fixture(scope="session")
def trees(dialect, compiled):
    """The same, read; what cannot be read is what the parser says of it."""
    # Redshift takes a form apart by sixty calls, one within the other.
    sys.setrecursionlimit(10_000)
    read = {}
    for name, sql in compiled.items():
        try:
            (read[name],) = (t for t in sqlglot.parse(sql, dialect=dialect) if t)
        except (sqlglot.errors.SqlglotError, ValueError) as error:
            read[name] = str(error)
    return read


def calls(sql, dialect):
    """Every name in front of a bracket, as it is written."""
    tokens = sqlglot.tokenize(sql, dialect=dialect)
    for before, name, bracket in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            bracket.token_type is sqlglot.TokenType.L_PAREN
            and name.token_type is not sqlglot.TokenType.STRING
            and name.text[:1].isalpha()
            and name.text.lower() not in NO_CALL
            and before.text.lower() not in NO_CALL_AFTER
        ):
            yield name.text.lower()


def conditions(on):
    return on.flatten() if isinstance(on, exp.And) else [on]


def known_functions(dialect):
    with Path(__file__).with_name("functions.csv").open(encoding="utf-8") as file:
        return {row["function"] for row in csv.DictReader(file) if row[dialect] == "x"}


def reserved_words(dialect):
    words = sqlglot.Dialect.get_or_raise(dialect).generator_class.RESERVED_KEYWORDS
    return RESERVED_BY_SNOWFLAKE if dialect == "snowflake" else words


def test_every_model_compiles(compiled):
    written = {path.stem for path in (ROOT / "models").rglob("*.sql")}

    made = {Path(name).stem for name in compiled if name.startswith("models/")}

    assert made >= written


def test_what_is_compiled_can_be_read(trees):
    unread = {name: tree for name, tree in trees.items() if isinstance(tree, str)}

    assert not unread, "\n".join(f"{name}: {error}" for name, error in unread.items())


def test_only_functions_of_the_warehouse_are_called(compiled, dialect):
    called = {
        call: name for name, sql in compiled.items() for call in calls(sql, dialect)
    }

    known = known_functions(dialect)

    unknown = {call: name for call, name in called.items() if call not in known}
    assert not unknown, f"not in functions.csv for {dialect}: {unknown}"
    assert known == set(called), "functions.csv names what nothing calls"


def test_no_name_is_a_word_of_the_warehouse(trees, dialect):
    reserved = reserved_words(dialect)

    used = {
        (name, identifier.name)
        for name, tree in trees.items()
        for identifier in tree.find_all(exp.Identifier)
        if not identifier.quoted and identifier.name.lower() in reserved
    }

    assert not used


def test_everything_is_replaced_without_asking(trees):
    # The fourth argument is a flag on DuckDB and PostgreSQL, and a place elsewhere.
    flagged = {
        name
        for name, tree in trees.items()
        for call in tree.find_all(exp.RegexpReplace)
        if any(call.args.get(part) for part in ("position", "occurrence", "modifiers"))
    }

    assert not flagged


def test_outer_joins_have_an_equation(trees, dialect):
    # BigQuery makes no other ones.
    if dialect != "bigquery":
        return
    loose = {
        (name, join.sql(dialect))
        for name, tree in trees.items()
        for join in tree.find_all(exp.Join)
        if join.side in ("LEFT", "FULL")
        and not any(
            isinstance(part, exp.EQ)
            and {column.table for column in part.this.find_all(exp.Column)}
            != {column.table for column in part.expression.find_all(exp.Column)}
            for part in conditions(join.args["on"])
        )
    }

    assert not loose
