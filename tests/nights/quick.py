"""
A build in two seconds: the SQL that dbt compiled on the first night, at another hour.

Only to search many seeds for trouble: dbt's tests are not run, and its log says that
they were. What counts is found again with a real build each night.
"""

from __future__ import annotations

import json
import uuid
from graphlib import TopologicalSorter

import duckdb

LOG = "raw.ott_build_log"


class QuickBuild:
    """Reads what the real build left in `target/`."""

    def __init__(self, home, as_of) -> None:
        manifest = json.loads((home.folder / "target/manifest.json").read_text())
        models = {
            name: node
            for name, node in manifest["nodes"].items()
            if node["resource_type"] == "model"
        }
        order = TopologicalSorter(
            {
                name: [each for each in node["depends_on"]["nodes"] if each in models]
                for name, node in models.items()
            }
        ).static_order()
        self._models = [models[name] for name in order]
        self._tests = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
            and node["path"].startswith("assert_")
            and "portable" not in node["original_file_path"]
        ]
        self._home = home
        self._as_of = str(as_of)
        self._build_id = manifest["metadata"]["invocation_id"]

    def run(self, as_of, meanwhile, *, broken=False):
        """Build; `meanwhile` is called in the middle. Name the tests that failed."""
        build_id = str(uuid.uuid4())

        def said(text):
            return text.replace(self._as_of, str(as_of)).replace(
                self._build_id, build_id
            )

        with duckdb.connect(str(self._home.folder / "ott.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"set file_search_path = '{self._home.folder}'")
            for number, model in enumerate(self._models):
                if number == len(self._models) // 2:
                    meanwhile()
                for statement in _statements(model, said(model["compiled_code"])):
                    connection.execute(statement)
            failed = [
                test["name"]
                for test in self._tests
                if connection.execute(said(test["compiled_code"])).fetchone()
            ]
            self._log(connection, build_id, as_of, broken=broken or bool(failed))
        return failed

    def _log(self, connection, build_id, as_of, *, broken):
        columns = [row[0] for row in connection.execute(f"describe {LOG}").fetchall()]
        changed = {
            "build_id": f"'{build_id}'",
            "as_of": f"timestamp '{as_of}'",
            "logged_at": "now()::timestamp",
        }
        if broken:
            changed["status"] = (
                "case when node_type = 'test' then 'fail' else status end"
            )
        taken = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(
            f"insert into {LOG} select {taken} from {LOG} "
            f"where build_id = '{self._build_id}'"
        )


def _statements(model, code):
    """As dbt does it: a contract's types are those of the table that is there."""
    relation, kind = model["relation_name"], model["config"]["materialized"]
    if kind == "view":
        yield f"create or replace view {relation} as {code}"
        return
    # What may be refreshed whole was compiled to be.
    if kind == "table" or model["config"].get("full_refresh") is not False:
        yield f"delete from {relation}"
    yield f"insert into {relation} by name {code}"
