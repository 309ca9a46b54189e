"""What `ott doctor --sources` says of tables that are there, but not right."""

from __future__ import annotations

import json

import pytest


def table(name, *columns, **meta):
    return {
        "package_name": "ott",
        "source_name": "crm",
        "schema": "raw",
        "name": name,
        "description": f"One row per {name}.",
        "columns": {
            column: {"name": column, "description": f"The {column}."}
            for column in columns
        },
        "config": {"meta": {"without": "Nobody is judged.", **meta}},
    }


def told(project, *tables, adapter="duckdb"):
    """Put a contract of these tables into the manifest, beside somebody else's."""
    path = project.folder / "target/manifest.json"
    content = json.loads(path.read_text())
    content["metadata"] = {"adapter_type": adapter}
    theirs = table("theirs", "id") | {"package_name": "shop"}
    for one in (*tables, theirs):
        content["sources"][one["name"]] = one
    path.write_text(json.dumps(content))


def looked(project, *words):
    done = project.ott("doctor", "--sources", "--json", *words)
    return done.returncode, {one["table"]: one for one in json.loads(done.out)}


@pytest.mark.parametrize(
    ("made", "state", "detail", "code"),
    [
        ("select 'a' as id, 'b' as name, 1 as more", "ok", "", 0),
        ("select 'a' as id", "incomplete", "has no name", 3),
        ("select 1 as id, 'b' as name", "incomplete", "not text, so cast it: id", 3),
        ("select 'a' as id, 'b' as name where false", "empty", "", 0),
        (None, "missing", "", 0),
    ],
)
def test_a_table_is_said_to_be_as_it_is(project, made, state, detail, code):
    told(project, table("raw_things", "id", "name"))
    if made:
        project.sql(f"create view raw.raw_things as {made}")

    returned, looks = looked(project)

    assert [*looks] == ["raw_things"]
    assert (looks["raw_things"]["state"], looks["raw_things"]["detail"]) == (
        state,
        detail,
    )
    assert returned == code


def test_a_table_that_cannot_be_read_is_not_called_missing(project):
    told(project, table("raw_things", "id"))
    project.sql("create view raw.raw_things as select cast(error('') as text) as id")

    _, looks = looked(project)

    assert looks["raw_things"]["state"] == "incomplete"
    assert looks["raw_things"]["detail"] == "cannot be read"


def test_one_that_is_needed_may_not_be_empty(project):
    told(project, table("raw_things", "id", needed=True, closes="consent_none"))
    project.sql("create table raw.raw_things (id varchar)")

    done = project.ott("doctor", "--sources")

    assert done.returncode == 3
    assert done.out.splitlines()[0] == (
        "-- NO  raw_things  empty. Nobody is judged. Closes consent_none."
    )


def test_what_is_printed_makes_the_tables(project):
    told(project, table("raw_things", "id"), table("raw_consent_events", "id"))

    script = project.ott("doctor", "--sources").out
    project.sql(script)

    assert "consent_from_flag" in script
    assert project.sql("select * from raw.raw_things") == []
    assert looked(project)[1]["raw_things"]["state"] == "empty"


def test_a_manifest_of_another_warehouse_is_refused(project):
    told(project, table("raw_things", "id"), adapter="postgres")

    done = project.ott("doctor", "--sources")

    assert done.returncode == 3
    assert "dbt parse --target dev" in done.err


def test_a_warehouse_we_do_not_read_gets_its_views_all_the_same(project):
    told(project, table("raw_things", "id", needed=True), adapter="bigquery")
    path = project.folder / "profiles.yml"
    path.write_text(
        "ott:\n  target: dev\n  outputs:\n    dev: {type: bigquery, schema: s}\n"
    )

    code, looks = looked(project)

    assert code == 0
    assert looks["raw_things"]["state"] == "not looked at"
    assert "as id" in looks["raw_things"]["view"]
