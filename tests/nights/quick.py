"""
A build in seconds: the SQL that dbt compiled once, at another hour.

For `make test`, which has built everything just before, and to search many seeds for
trouble: dbt's tests are not run but the safety tests, and its log says that they were.
What counts is found again with a real build each night.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from graphlib import TopologicalSorter

# The folder of what `make test` has just built; alone, the first build is dbt's own.
BUILT = os.environ.get("OTT_BUILT", "")
LOG = "raw.ott_build_log"
WRITTEN = """
    select table_name from information_schema.tables
    where table_schema = 'raw' and table_type = 'BASE TABLE'
"""


class QuickBuild:
    """Reads what the real build left in a `target/`, of this folder or another."""

    def __init__(self, home, as_of, target=None) -> None:
        target = target or home.folder / "target"
        manifest = json.loads((target / "manifest.json").read_text())
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
        self._seeds = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "seed"
        ]
        self._home = home
        self._as_of = str(as_of)
        self._build_id = manifest["metadata"]["invocation_id"]

    @classmethod
    def after(cls, home, built):
        """Begin with what another folder built, emptied, and this folder's seeds."""
        results = json.loads((built / "target/run_results.json").read_text())
        made = cls(home, results["args"]["vars"]["as_of"], built / "target")
        (home.folder / "target").mkdir()
        for name in ("ott.duckdb", "target/manifest.json"):
            shutil.copy(built / name, home.folder / name)
        with home.engine.connected() as connection:
            made._empty(connection)
        return made

    def _empty(self, connection):
        written = [f"raw.{name}" for (name,) in connection.execute(WRITTEN).fetchall()]
        kept = [
            model["relation_name"]
            for model in self._models
            if model["config"]["materialized"] == "incremental"
        ]
        self._keep_form(connection)
        for name in (*written, *kept):
            connection.execute(f"delete from {name}")
        for seed in self._seeds:
            name, path = seed["relation_name"], seed["original_file_path"]
            connection.execute(f"delete from {name}")
            connection.execute(
                f"insert into {name} by name from read_csv(?, header = true, "
                "delim = ',', all_varchar = true)",
                [str(self._home.project / path)],
            )

    def run(self, as_of, meanwhile, *, broken=False):
        """Build; `meanwhile` is called in the middle. Name the tests that failed."""
        build_id = str(uuid.uuid4())

        def said(text):
            return text.replace(self._as_of, str(as_of)).replace(
                self._build_id, build_id
            )

        with self._home.engine.connected() as connection:
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

    def _keep_form(self, connection):
        """Of the log, dbt's own build is the form of all that follow."""
        connection.execute(
            f"create table if not exists main.log_form as from {LOG} where build_id = "
            f"(select build_id from {LOG} order by logged_at desc limit 1)"
        )

    def _log(self, connection, build_id, as_of, *, broken):
        self._keep_form(connection)
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
        connection.execute(f"insert into {LOG} select {taken} from main.log_form")


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
