"""The same models on a second engine: they build, and they decide the same."""

from __future__ import annotations

from collections import Counter

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

# Every column but the JSON that each engine writes with its own spaces and order of
# keys, what is made of it, and the id of the build.
COLUMNS = """
    select table_name, column_name
    from information_schema.columns
    where table_schema = '{schema}'
      and column_name not in ('value', 'change_id', 'build_id')
    order by 1, 2
"""
# Keys made of the build's own id.
OWN_KEYS = {
    ("sync_braze_profiles", "delivery_key"),
    ("sync_decided", "delivery_key"),
    ("sync_kakao_customer_file", "delivery_key"),
    ("sync_sfmc_rows", "delivery_key"),
}
COMPARED = ("ott_staging", "ott_marts", "ott_sync")


@pytest.fixture(scope="module")
def engines(on_postgres, on_duckdb):
    """Both builds, where both succeeded: half a build compares with nothing."""
    assert on_postgres.code == 0, on_postgres.output
    assert on_duckdb.code == 0, on_duckdb.output
    return on_postgres, on_duckdb


def columns_by_table(build, schema):
    tables = {}
    for table, column in build.rows(COLUMNS.format(schema=schema)):
        tables.setdefault(table, []).append(column)
    return tables


def contents(build, schema, table, columns):
    return Counter(build.rows(f"select {', '.join(columns)} from {schema}.{table}"))


def test_everything_builds_and_passes_on_postgres(on_postgres):
    assert on_postgres.code == 0, on_postgres.output


def test_an_empty_database_gets_empty_raw_tables(server, dbt):
    database = server.named("nothing")

    # Staging asks one seed what an address is.
    code, output = dbt(
        "build",
        "--select",
        "path:models/staging",
        "channels",
        "--exclude",
        "resource_type:test",
        "resource_type:unit_test",
        "--target",
        "test_postgres",
        env=database.env,
    )

    assert code == 0, output
    assert database.rows("select * from ott_staging.stg_crm__customers") == []
    assert database.rows("select * from raw.raw_line_webhooks") == []


def test_both_engines_give_each_reason_equally_often(engines):
    on_postgres, on_duckdb = engines
    reasons = """
        select reason_code, count(*)
        from ott_marts.fct_campaign_decisions
        group by reason_code
    """

    counts = dict(on_postgres.rows(reasons))

    assert counts
    assert counts == dict(on_duckdb.rows(reasons))


@pytest.mark.parametrize("schema", COMPARED)
def test_both_engines_make_the_same_rows(engines, schema):
    on_postgres, on_duckdb = engines

    tables = columns_by_table(on_postgres, schema)

    assert tables
    assert tables == columns_by_table(on_duckdb, schema)
    for table, found in tables.items():
        columns = [name for name in found if (table, name) not in OWN_KEYS]
        here = contents(on_postgres, schema, table, columns)
        there = contents(on_duckdb, schema, table, columns)
        assert here == there, f"{table}: {(here - there) + (there - here)}"
