"""The raw tables: one contract, told in a macro, in YAML and to a team."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# Those that a team may leave out of the var `channels`, and that have a folder.
OPTIONAL = sorted(
    {*read(ROOT / "dbt_project.yml")["vars"]["channels"]}
    & {folder.name for folder in (MODELS / "staging").iterdir()} - {"whatsapp"}
)


def raw_tables():
    for source in read(MODELS / "staging/_sources.yml")["sources"]:
        if source["name"] != "sync":
            yield from source["tables"]


def is_on(config, channel):
    return f"'{channel}' in var('channels')" in str(config.get("enabled"))


def test_the_yaml_and_the_macro_tell_the_same_columns():
    text = (ROOT / "macros/raw_contract.sql").read_text(encoding="utf-8")
    made = {
        table: re.findall(r"'(\w+)'", columns)
        for table, columns in re.findall(r"'(raw_\w+)': \[(.*?)\]", text, re.DOTALL)
    }

    told = {
        table["name"]: [column["name"] for column in table["columns"]]
        for table in raw_tables()
    }

    assert told == made


def test_what_a_missing_table_closes_is_a_reason():
    path = ROOT / "seeds/reference/eligibility_reasons.csv"
    with path.open(encoding="utf-8") as file:
        reasons = {line["reason_code"] for line in csv.DictReader(file)}

    metas = [table["config"]["meta"] for table in raw_tables()]

    assert {meta["closes"] for meta in metas if "closes" in meta} <= reasons
    assert all(meta["without"] for meta in metas)


@pytest.mark.parametrize("channel", OPTIONAL)
def test_a_channel_that_is_left_out_asks_for_nothing(channel):
    [table] = [t for t in raw_tables() if t["name"] == f"raw_{channel}_webhooks"]
    models = sorted((MODELS / "staging" / channel).glob("*.sql"))
    asked = [
        test
        for path in MODELS.rglob("*.yml")
        if path.parent != MODELS / "staging" / channel
        and f"ref('stg_{channel}__" in path.read_text(encoding="utf-8")
        for test in read(path).get("unit_tests", [])
        if any(f"ref('stg_{channel}__" in one["input"] for one in test["given"])
    ]

    assert is_on(table["config"], channel)
    for path in models:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"{{{{ config(enabled=has_channel('{channel}')) }}}}", path.name
    assert models
    assert asked
    for test in asked:
        assert is_on(test.get("config", {}), channel), test["name"]


# LINE's receipts; WeChat's messages are read as events, WhatsApp's changes are kept.
UNREAD = {
    "stg_line__deliveries",
    "stg_wechat__inbound_messages",
    "stg_whatsapp__changes",
}


def test_what_staging_takes_apart_is_read_by_somebody():
    """A stop in a model that nothing is made of would be heard by nobody."""
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in MODELS.rglob("*.sql")
        if not path.stem.endswith("__rejected")
    }

    unread = {
        name
        for name in texts
        if name.startswith("stg_")
        and not any(f"'{name}'" in text for of, text in texts.items() if of != name)
    }

    assert unread == UNREAD
