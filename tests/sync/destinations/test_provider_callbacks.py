"""What the sandbox's Twilio and Vonage call back with, read by the real staging."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from driving import MESSAGE, ROOT, Sandbox, drive
from provider_cases import twilio, vonage

pytestmark = pytest.mark.slow

STAGED = ("webhooks", "statuses", "rejected", "opt_outs")
PEOPLE = 5
SENDERS = {
    "twilio": {"whatsapp": "+15550002222", "rcs": "MG" + "2c" * 16, "sms": "ACME"},
    "vonage": {"whatsapp": "15550002222", "rcs": "ACME", "sms": "15550003333"},
}
CASES = {"twilio": twilio.CASES[0], "vonage": vonage.CASES[0]}
# What a message that failed after all failed of, as the seed has it.
FAILURES = {"63024", "63003", "30005", "1300"}


def rows_of(provider):
    for number in range(PEOPLE):
        for channel, sender in SENDERS[provider].items():
            yield replace(
                MESSAGE,
                delivery_key=f"{number:030x}" + provider[0].encode().hex(),
                channel=channel,
                message_type="message",
                provider_account=sender,
                address=f"+65912345{number:02}",
            )


class Staged:
    """Both providers had messages, and dbt read what they called back with."""

    def __init__(self, folder):
        raw = folder / "raw"
        raw.mkdir()
        sandbox = Sandbox(
            folder / "sandbox",
            landing=raw / "raw_whatsapp_webhooks.jsonl",
            undelivered=0.3,
        )
        self.sent = {
            name: [
                (row, drive(case.destination(sandbox.url), [row])[0][0])
                for row in rows_of(name)
            ]
            for name, case in CASES.items()
        }
        sandbox.close()
        self._file = folder / "ott.duckdb"
        self._build(folder, raw)

    def _build(self, folder, raw):
        shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
        env = {k: v for k, v in os.environ.items() if k[:4] not in {"DBT_", "OTT_"}}
        done = subprocess.run(
            [
                *(Path(sys.executable).parent / "dbt", "--quiet", "run"),
                *("--select", *(f"stg_providers__{name}" for name in STAGED)),
                *("--target", "test", "--vars"),
                f"{{raw_location: '{raw}', as_of: '2030-01-01 00:00:00'}}",
            ],
            env=env
            | {
                "DBT_PROFILES_DIR": str(folder),
                "DBT_TARGET_PATH": str(folder / "target"),
                "DBT_LOG_PATH": str(folder / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "OTT_DUCKDB_PATH": str(self._file),
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def rows(self, name):
        with duckdb.connect(str(self._file), read_only=True) as connection:
            [schema] = connection.execute(
                "select table_schema from information_schema.tables "
                f"where table_name = 'stg_providers__{name}'"
            ).fetchone()
            connection.execute(f"select * from {schema}.stg_providers__{name}")
            columns = [column[0] for column in connection.description]
            return [
                dict(zip(columns, values, strict=True))
                for values in connection.fetchall()
            ]


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return Staged(tmp_path_factory.mktemp("callbacks"))


def test_nothing_is_set_aside(staged):
    assert staged.rows("rejected") == []
    assert {row["kind"] for row in staged.rows("webhooks")} == {"status"}


@pytest.mark.parametrize("provider", CASES)
def test_each_message_has_its_statuses_by_the_id_of_its_answer(staged, provider):
    told = {}
    for row in staged.rows("statuses"):
        if row["provider"] == provider:
            told.setdefault(row["message_id"], []).append(row)

    assert set(told) == {
        outcome.provider_message_id for _, outcome in staged.sent[provider]
    }
    for sent, outcome in staged.sent[provider]:
        for row in told[outcome.provider_message_id]:
            assert row["address"] == sent.address
            assert row["channel"] == sent.channel
            assert row["account_id"]
            assert (row["occurred_at"] is None) == (provider == "twilio")
        words = {row["status"] for row in told[outcome.provider_message_id]}
        assert words in (
            {"sent", "delivered"},
            {"sent", "delivered", "read"},
            {"failed"},
            {"sent", "failed"},
        )


def test_vonage_gives_the_delivery_key_back_and_twilio_has_none(staged):
    keys = {"twilio": {None}, "vonage": {row.delivery_key for row in rows_of("vonage")}}

    for provider, wanted in keys.items():
        statuses = staged.rows("statuses")
        found = {r["delivery_key"] for r in statuses if r["provider"] == provider}
        assert found == wanted


@pytest.mark.parametrize("provider", CASES)
def test_some_fail_after_all_with_a_code_of_the_seed(staged, provider):
    failed = [
        row
        for row in staged.rows("statuses")
        if row["provider"] == provider and row["status"] == "failed"
    ]

    assert 0 < len(failed) < len(staged.sent[provider])
    assert {row["error_code"] for row in failed} <= FAILURES
    assert staged.rows("opt_outs") == []
