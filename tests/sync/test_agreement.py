"""The SQL, the seeds, the Python and the README describe the same things."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from sync.cli import main
from sync.destinations import DESTINATIONS
from sync.webhook.sources import KINDS, PROVIDERS

ROOT = Path(__file__).parents[2]
LAW = "default, verify with counsel"
NOT_A_SEND_TABLE = {"sync_stops", "sync_settlements", "sync_decided"}


def properties(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def lines(seed):
    with (ROOT / f"seeds/{seed}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def send_tables():
    for path in (ROOT / "models/sync").glob("*.yml"):
        yield from yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])


def unit_tests():
    for path in (ROOT / "models").rglob("*.yml"):
        yield from properties(path).get("unit_tests", [])


@pytest.mark.parametrize("kind", DESTINATIONS.values(), ids=DESTINATIONS)
def test_a_rows_fields_are_the_contracts_columns(kind):
    [model] = [m for m in send_tables() if m["name"] == kind.model]

    assert [column["name"] for column in model["columns"]] == [
        field.name for field in fields(kind.row)
    ]


def test_every_send_table_has_an_adapter_and_an_exposure():
    tables = {path.stem for path in (ROOT / "models/sync").glob("sync_*.sql")}
    exposed = {
        name
        for exposure in properties("models/sync/_exposures.yml")["exposures"]
        for name in re.findall(r"ref\('(\w+)'\)", str(exposure["depends_on"]))
    }

    carried = {kind.model for kind in DESTINATIONS.values()}
    assert tables - NOT_A_SEND_TABLE == carried
    assert exposed == tables
    told = properties("dbt_project.yml")["vars"]
    kinds = ("message_tables", "trigger_tables", "state_tables")
    kept = [name for kind in kinds for name in told[kind]] + ["holdout"]
    assert {f"sync_{name}" for name in kept} == tables - NOT_A_SEND_TABLE


def test_an_adapter_carries_what_the_seed_says_it_can():
    said = {
        (kind.name, channel, content)
        for kind in DESTINATIONS.values()
        for channel, contents in getattr(kind, "carries", {}).items()
        for content in contents
    }
    listed = lines("reference/content_support")

    assert said == {(r["destination"], r["channel"], r["content_kind"]) for r in listed}


def test_what_a_provider_calls_with_is_read_and_not_set_aside():
    macro = (ROOT / "macros/webhook_providers.sql").read_text(encoding="utf-8")
    taken = {provider for _, table, provider, _ in KINDS if table == PROVIDERS}

    assert set(re.findall(r"'(\w+)'", macro)) == taken


def test_every_reason_is_reached_by_a_unit_test():
    known = {line["reason_code"] for line in lines("reference/eligibility_reasons")}
    reached = {
        row.get("reason_code") or row.get("decided_reason_code")
        for test in unit_tests()
        for row in test["expect"]["rows"]
    }

    assert known <= reached


def test_reasons_of_provider_codes_that_close_a_gate_have_words_for_them():
    known = {line["reason_code"] for line in lines("reference/eligibility_reasons")}
    later = {"platform_deferred", "provider_busy", "provider_refused"}
    later |= {"account_stopped", "outcome_unknown"}
    used = {line["reason_code"] for line in lines("reference/provider_error_classes")}

    assert used <= known | later


def test_campaigns_name_what_exists():
    audiences = {
        path.stem.removeprefix("aud_")
        for path in (ROOT / "models/audiences").glob("aud_*.sql")
    }
    campaigns = {line["campaign_id"] for line in lines("campaigns/campaigns")}

    assert {line["audience"] for line in lines("campaigns/campaigns")} <= audiences
    assert {line["campaign_id"] for line in lines("campaigns/campaign_messages")} == (
        campaigns
    )
    assert set(properties("dbt_project.yml")["vars"]["audiences"]) == audiences


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    for name in main.list_commands(None):
        assert f"`ott {name}" in readme, name


def test_every_setting_is_in_the_docs():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    told = {
        name
        for page in pages
        for name in re.findall(r"OTT_[A-Z0-9_]+", page.read_text(encoding="utf-8"))
    }

    asked = {
        name
        for path in (ROOT / "sync").rglob("*.py")
        for name in re.findall(r"OTT_[A-Z0-9_]*[A-Z0-9]\b", path.read_text("utf-8"))
    }

    assert asked <= told | {name.removesuffix("_FILE") for name in told}


def test_every_channel_in_use_has_a_page_with_the_same_headings():
    known = {line["reason_code"] for line in lines("reference/eligibility_reasons")}
    for line in lines("reference/channels"):
        if line["is_connected"] != "true":
            continue
        page = (ROOT / f"docs/channels/{line['channel']}.md").read_text("utf-8")

        assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [
            "Who can get it",
            "What stops it",
            "What to do",
            "Where the rule comes from",
        ]
        stops = page.split("## What stops it")[1].split("## What to do")[0]
        codes = re.findall(r"^\| (.+?) \|", stops, re.MULTILINE)
        for code in re.findall(r"`([a-z_]+)`", " ".join(codes)):
            assert code in known, code


def test_a_channel_page_marks_what_a_law_is_behind():
    laws = {
        line["reason_code"]
        for line in lines("reference/eligibility_reasons")
        if line["verify_with_counsel"] == "true"
    }
    for path in (ROOT / "docs/channels").glob("*.md"):
        page = path.read_text("utf-8")
        stops = page.split("## What stops it")[1].split("## What to do")[0]

        rows = re.findall(r"^\| `([a-z_]+)`.*\| (.+) \|$", stops, re.MULTILINE)
        marked = {code for code, words in rows if LAW in words}
        assert marked == {code for code, _ in rows} & laws, path.name
        assert f"stop it as on every channel ({LAW})." in stops, path.name


def test_every_public_column_is_described():
    for path in [
        *(ROOT / "models/marts").glob("*.yml"),
        *(ROOT / "models/sync").glob("sync_*.yml"),
    ]:
        for model in properties(path)["models"]:
            assert model["description"]
            assert all(column["description"] for column in model["columns"])


def held_in(path):
    """Names of the tests that a file holds."""
    if path.suffix == ".yml":
        return {test["name"] for test in properties(path).get("unit_tests", [])}
    if path.suffix == ".sql":
        return {path.stem}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def worked_cases():
    page = (ROOT / "docs/worked-cases.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([A-Z]+\d+) \| .+ \| (.+) \| (.+) \|$", page, re.MULTILINE)


def test_every_worked_case_is_held_by_a_test_that_exists():
    cases = worked_cases()

    assert len({case for case, _, _ in cases}) == len(cases) == 55
    for case, names, files in cases:
        if names == "elsewhere":
            assert files.strip(), case
            continue
        pairs = zip(names.split("<br>"), files.split("<br>"), strict=True)
        for name, file in pairs:
            held = held_in(ROOT / file.strip("`"))
            assert name.strip("`") in held, f"{case}: {name} in {file}"


def test_every_group_of_reasons_has_a_page_with_all_of_them():
    pages = (ROOT / "models/docs/reasons.md").read_text(encoding="utf-8")
    told = (ROOT / "models/docs/overview.md").read_text(encoding="utf-8")
    reasons = [
        line
        for line in lines("reference/eligibility_reasons")
        if line["reason_code"] != "sendable"
    ]

    for line in reasons:
        page = pages.split(f"{{% docs reasons_{line['stage']} %}}")[1]
        page = page.split("{% enddocs %}")[0]
        code, label = line["reason_code"], line["marketer_label"]
        row = f"| `{code}` | {label} | {line['what_to_do']} |"
        if f"{LAW} |" in page:
            row += (
                f" yes: {LAW} |" if line["verify_with_counsel"] == "true" else " no |"
            )
        assert f"\n{row}\n" in page, code
        assert line["verify_with_counsel"] == "false" or LAW in row, code
        assert f"exposure.ott.reasons_{line['stage']})" in told
    assert pages.count("\n| `") == len(reasons)


def test_a_reason_of_several_channels_speaks_of_none_of_them():
    """One who left an RCS agent read that they had switched us off in WhatsApp."""
    names = ("WhatsApp", "LINE", "KakaoTalk", "WeChat", "RCS", "24 hours")

    found = {
        line["reason_code"]
        for line in lines("reference/eligibility_reasons")
        if any(name in line["marketer_label"] for name in names)
    }

    assert found == {"capability_unknown"}
