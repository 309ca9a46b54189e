"""Default rows, a team's own rows and what is asked of them have the same columns."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = sorted(
    path.stem.removesuffix("_overrides")
    for path in (ROOT / "seeds/overrides").glob("*_overrides.csv")
)
OWN = ["is_active", "counsel_reviewed_by", "counsel_reviewed_at"]
# Nothing in them lets a message through.
NO_PERMISSION = {"channel_preferences"}
NOTES = {"source", "as_of", "confidence", "note", "law_scope", "overridable_by"}
NOTES |= {"strength", "holiday_name"}


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def header(path):
    with (ROOT / path).open(encoding="utf-8") as file:
        return next(csv.reader(file))


def types(path):
    [seed] = yaml.safe_load(text(path))["seeds"]
    return list(seed["config"]["column_types"])


def keys(rule):
    [found] = re.findall(rf"'{rule}': \[(.*?)\]", text("macros/rule_keys.sql"))
    return set(re.findall(r"'(\w+)'", found))


@pytest.mark.parametrize("rule", RULES)
def test_a_teams_rows_have_the_columns_of_the_default_and_their_own(rule):
    default = header(f"seeds/reference/{rule}_defaults.csv")
    own = header(f"seeds/overrides/{rule}_overrides.csv")

    assert own == default + OWN
    assert sorted(types(f"seeds/reference/{rule}_defaults.yml")) == sorted(default)
    assert sorted(types(f"seeds/overrides/{rule}_overrides.yml")) == sorted(own)
    assert keys(rule) <= set(default)
    assert f"with_overrides('{rule}')" in text(f"models/rules/{rule}.sql")


@pytest.mark.parametrize("rule", sorted(set(RULES) - NO_PERMISSION))
def test_every_column_that_permits_something_is_asked_whether_it_was_loosened(rule):
    asked = text(f"models/rules/loosened_{rule}.sql")
    columns = set(header(f"seeds/reference/{rule}_defaults.csv")) - NOTES - keys(rule)

    assert {name for name in columns if not re.search(rf"\b{name}\b", asked)} == set()
    assert f"'{rule}'" in text("models/rules/loosened_rules.sql")


def test_every_rule_of_the_project_is_one_that_a_team_can_override():
    listed = set(re.findall(r"'(\w+)': \[", text("macros/rule_keys.sql")))

    assert listed == set(RULES)
    assert {
        path.stem.removesuffix("_defaults")
        for path in (ROOT / "seeds/reference").glob("*_defaults.csv")
    } == listed
