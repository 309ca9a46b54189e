"""A team's own rules: tightening is free, loosening a law needs somebody's name."""

from __future__ import annotations

import csv
import shutil
import subprocess

import pytest
from conftest import AS_OF, BIN, ROOT

# Several whole builds: `make long`.
pytestmark = pytest.mark.long

PROJECT = (
    *("models", "macros", "seeds", "tests/dbt", "docs/channels"),
    "dbt_project.yml",
)
REVIEW = "assert_loosened_law_rows_were_reviewed"
SELECTED = ("+fct_campaign_decisions", "+sync_whatsapp", "+loosened_rules", REVIEW)
US = "US,PR,GU,VI,AS,MP"


class Team:
    """A copy of the project with a team's own rows, over a built warehouse."""

    def __init__(self, warehouse, folder):
        self.warehouse = warehouse
        self.folder = folder
        for name in PROJECT:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / name)

    def overrides(self, rule, change, review=("", ""), *, only=lambda _: True):
        """Take default rows over, changed."""
        defaults = self.folder / f"seeds/reference/{rule}_defaults.csv"
        own = self.folder / f"seeds/overrides/{rule}_overrides.csv"
        with defaults.open(encoding="utf-8") as file:
            rows = [row | change for row in csv.DictReader(file) if only(row)]
        assert rows
        header = own.read_text(encoding="utf-8").strip().split(",")
        with own.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            for row in rows:
                by, at = review
                writer.writerow(
                    row | {"counsel_reviewed_by": by, "counsel_reviewed_at": at}
                )

    def build(self):
        return subprocess.run(
            [
                BIN / "dbt",
                "--quiet",
                "build",
                "--select",
                *SELECTED,
                # Not the tests of tables that are left as they were.
                "--indirect-selection",
                "cautious",
                "--exclude-resource-type",
                "unit_test",
                "--target",
                "test",
                "--vars",
                f"{{raw_location: raw, as_of: '{AS_OF}'}}",
            ],
            env=self.warehouse.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def reasons(self):
        return {
            reason
            for (reason,) in self.warehouse.ask(
                "select distinct reason_code from ott_marts.fct_campaign_decisions"
            )
        }

    def blocked(self):
        return {
            country
            for (country,) in self.warehouse.ask(
                "select distinct country_code from ott_marts.fct_campaign_decisions "
                "where reason_code = 'platform_country_block'"
            )
        }


def is_whatsapp_marketing(row):
    return (row["channel"], row["purpose"]) == ("whatsapp", "marketing")


@pytest.fixture
def team(spoilt, tmp_path):
    return Team(spoilt, tmp_path / "project")


def block(team, countries, review=("", "")):
    team.overrides(
        "message_policies",
        {"blocked_number_countries": countries},
        only=is_whatsapp_marketing,
        review=review,
    )


def limit(team, rule, change):
    team.overrides("cap_rules", change, only=lambda row: row["rule_id"] == rule)


def test_tightening_is_free_and_changes_the_policy(team):
    before = team.blocked()
    assert "cap_person" in team.reasons()
    [(rules,)] = team.warehouse.ask(
        "select distinct policy_hash from ott_marts.fct_campaign_decisions"
    )
    block(team, f"{US},BR")
    # No law and no platform stands behind this one.
    limit(team, "person-day", {"is_active": "false"})

    done = team.build()

    assert done.returncode == 0, done.stdout
    assert "BR" not in before
    assert "BR" in team.blocked()
    assert "cap_person" not in team.reasons()
    assert "cap_law" in team.reasons()
    assert team.warehouse.ask(
        "select distinct policy_hash from ott_marts.fct_campaign_decisions"
    ) != [(rules,)]


def test_loosening_is_refused_with_a_sentence_and_nothing_is_sent(team):
    block(team, "PR,GU,VI,AS,MP")
    limit(team, "vn-day", {"max_messages": "4"})

    done = team.build()

    assert done.returncode == 1
    assert (
        "seeds/overrides/message_policies_overrides.csv: the row whatsapp marketing "
        "template reaches numbers of a country that is blocked. A law or a platform "
        "stands behind the default. Have counsel look at it and fill in "
        "counsel_reviewed_by and counsel_reviewed_at, or take the row out."
    ) in done.stdout
    assert "cap_rules_overrides.csv: the row vn-day allows more messages." in (
        done.stdout
    )
    with team.warehouse.sandbox() as url:
        sent = team.warehouse.ott("send", "whatsapp", url=url)
    assert sent.returncode == 4
    assert "not proven" in sent.stdout + sent.stderr
    assert team.warehouse.ask(
        "select status from raw.ott_build_log where sync_model = 'sync_whatsapp' "
        f"and node_id = 'test.ott.{REVIEW}' order by logged_at"
    ) == [("pass",), ("fail",)]


def test_loosening_that_was_reviewed_is_in_force(team):
    assert "US" in team.blocked()
    block(team, "PR,GU,VI,AS,MP", review=("A. Counsel", "2026-11-01"))

    done = team.build()

    assert done.returncode == 0, done.stdout
    assert "US" not in team.blocked()
