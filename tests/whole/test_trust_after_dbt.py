"""What dbt did to the tables decides, whatever it did to its own files since."""

from __future__ import annotations

import duckdb
import pytest


def sends(warehouse):
    with warehouse.sandbox() as url:
        return warehouse.ott("send", "whatsapp", url=url)


def test_files_of_a_later_compile_are_no_evidence(spoilt):
    with duckdb.connect(str(spoilt.home / "ott.duckdb")) as connection:
        connection.execute(
            "update raw.ott_build_log set status = 'fail' "
            "where node_id like 'test.ott.unique_sync_whatsapp%'"
        )
    spoilt.dbt("compile")

    sent = sends(spoilt)

    assert sent.returncode == 4
    assert "not proven" in sent.stdout + sent.stderr


def test_a_table_whose_stops_cannot_be_asked_is_refused(spoilt):
    """A failing test of any table of the sync leaves `sync_decided` as it was."""
    with duckdb.connect(str(spoilt.home / "ott.duckdb")) as connection:
        connection.execute(
            "update raw.ott_build_log set status = 'skipped' "
            "where node_id = 'model.ott.sync_decided'"
        )

    sent = sends(spoilt)

    assert sent.returncode == 4, sent.stdout + sent.stderr
    assert "sync_decided (skipped)" in sent.stdout + sent.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--select", "sync_whatsapp"),
        ("build", "--select", "sync_whatsapp", "--exclude", "test_type:data"),
        ("build", "--select", "sync_whatsapp", "--exclude-resource-type", "unit_test"),
    ],
    ids=["a run without tests", "no data tests", "no unit tests"],
)
def test_a_table_made_without_its_tests_is_refused(spoilt, command):
    spoilt.dbt(*command)

    sent = sends(spoilt)

    assert sent.returncode == 4, sent.stdout + sent.stderr
    assert "not proven" in sent.stdout + sent.stderr


@pytest.mark.long
def test_docs_do_not_spoil_a_good_build(spoilt):
    spoilt.dbt("docs", "generate", "--static")

    sent = sends(spoilt)

    assert sent.returncode == 0, sent.stdout + sent.stderr
