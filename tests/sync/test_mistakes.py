"""An ordinary mistake is one line that names what to mend, and never called a bug."""

from __future__ import annotations

import json

import pytest
from sync_project import people

PROFILE = "ott:\n  target: dev\n  outputs:\n    dev:"
TARGET = 'ott:\n  target: "{{ %s }}"\n  outputs:\n    dev: {type: duckdb}\n'
SETTING = " {type: duckdb, path: ott.duckdb, settings: {%s}}\n"
NO_PORT = " {type: postgres, host: h, user: u, dbname: d, schema: s, port: '0'}\n"
PLAN = ("plan", "whatsapp", "--wait", "0")


@pytest.fixture
def ott(project, ott_inside):
    """Run a command; `line` is the one it says what is wrong in."""
    project.build(people(1))

    def ott(*words, **env):
        done = ott_inside(*words, **env)
        if done.exit_code == 2:
            done.line = done.stderr.strip().splitlines()[-1]
        else:
            [done.line] = (done.stdout + done.stderr).strip().splitlines()
        return done

    return ott


@pytest.fixture
def homeless(monkeypatch):
    """As a number that no account has, in a container."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_001)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        pytest.param("profiles.yml", b"# \xe9\n", "profiles.yml is", id="latin-1"),
        pytest.param("dbt_project.yml", b"# \xe9\n", "dbt_project.yml", id="project"),
        pytest.param(
            "profiles.yml", "ott: {target: dev, outputs: [dev]}", "outputs", id="list"
        ),
        pytest.param("profiles.yml", PROFILE, "Target dev says", id="null"),
        pytest.param(
            "profiles.yml", f"{PROFILE} hello\n", "Target dev says", id="text"
        ),
        pytest.param(
            "profiles.yml",
            "ott: {target: [dev], outputs: {dev: {}}}",
            "target of profile ott",
            id="targets",
        ),
        pytest.param("profiles.yml", f"{PROFILE} {{}}\n", "has no type", id="no_type"),
        # What `| int` makes of a text.
        pytest.param("profiles.yml", PROFILE + NO_PORT, "The port", id="port"),
        *(
            pytest.param("profiles.yml", TARGET % code, "env_var()", id=code)
            for code in ("env_var()", "env_var('A', 'B', 'C')", "1 + 'a'", "1 / 0")
        ),
        pytest.param(
            "profiles.yml",
            PROFILE + SETTING % "TimeZoon: UTC",
            "TimeZoon",
            id="setting",
        ),
        pytest.param(
            "profiles.yml",
            PROFILE + SETTING % "memory_limit: lots",
            "memory_limit",
            id="value_of_a_setting",
        ),
        pytest.param("target/manifest.json", "[]", "manifest.json", id="manifest"),
        pytest.param(
            "target/manifest.json", '{"sources": []}', "manifest.json", id="sources"
        ),
        pytest.param(
            "target/manifest.json",
            json.dumps({"sources": {"a": {"source_name": "sync", "name": "x"}}}),
            "dbt knows no",
            id="nothing_in_it",
        ),
        pytest.param(
            "target/manifest.json",
            json.dumps(
                {"sources": {"a": {"source_name": "sync", "name": "ott_build_log"}}}
            ),
            "dbt knows no",
            id="no_relation",
        ),
    ],
)
def test_a_broken_file_is_named(ott, project, file, content, said):
    content = content if isinstance(content, bytes) else content.encode()
    (project.folder / file).write_bytes(content)

    done = ott(*PLAN)

    assert done.exit_code == 3, done.output
    assert said in done.line


@pytest.mark.parametrize(
    ("env", "code", "said"),
    [
        pytest.param(
            {"OTT_LEDGER": "ott.duckdb/x"}, 3, "OTT_LEDGER", id="below_a_file"
        ),
        pytest.param({"OTT_LEDGER": "/proc/x/l"}, 3, "OTT_LEDGER", id="no_folder"),
        pytest.param({"OTT_LEDGER": "target"}, 3, "OTT_LEDGER", id="a_folder"),
        pytest.param(
            {"OTT_LEDGER": "postgresql:/u:p@db/x"},
            3,
            "OTT_LEDGER",
            id="a_slash_too_few",
        ),
        pytest.param(
            {"OTT_NOW": "0001-01-01T00:00:00+10:00"}, 3, "OTT_NOW", id="too_early"
        ),
        pytest.param({"OTT_NOW": "1969-12-31"}, 3, "OTT_NOW", id="before_1970"),
        pytest.param(
            {"OTT_DUCKDB_PATH": "lock/ott.duckdb"}, 4, "cannot be opened", id="duckdb"
        ),
    ],
)
def test_a_wrong_setting_is_named(ott, project, env, code, said):
    (project.folder / "lock").mkdir()
    (project.folder / "lock/ott.duckdb").write_bytes(b"no database at all" * 300)

    done = ott(*PLAN, **env)

    assert done.exit_code == code, done.output
    assert said in done.line


@pytest.mark.parametrize(
    "words",
    [
        *(("plan", "--max-age", n) for n in ("nan", "inf", "1e300", "-1")),
        *(("plan", "--wait", n) for n in ("nan", "inf")),
        *(("prune", "--days", n) for n in ("nan", "inf", "1e9", "30")),
        *(("send", "--all", "--max-stop-age", n) for n in ("0", "nan")),
        *(("send", "--all", "--stops-every", n) for n in ("0", "nan")),
        ("send", "--all", "--tolerate-refused", "nan"),
        *(("send", "--all", "--in-flight", n) for n in ("0", "1000000000")),
        ("webhook", "--port", "99999"),
        ("webhook", "--seconds", "nan"),
        ("erase", " "),
        ("stop", "c1\udce9"),
        ("erase", "c1\udce9"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_named(ott, words):
    done = ott(*words)

    assert done.exit_code == 2, done.output
    assert any(said in done.line for said in (words[-2], "customer", "UTF-8"))


def test_whoever_has_no_home_is_told_that_there_is_no_profile(ott, project, homeless):
    (project.folder / "profiles.yml").unlink()

    done = ott(*PLAN)

    assert done.exit_code == 3, done.output
    assert "No profiles.yml" in done.line
