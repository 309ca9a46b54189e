"""A webhook that says stop is honoured by the very next send: no build in between."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

sys.path.append(str(Path(__file__).parents[1] / "sync/webhook"))

import signing
from receiving import Receiver

from sync.demo import meta

pytestmark = pytest.mark.long

DUE = (
    "select delivery_key, customer_id, address from ott_sync.sync_whatsapp "
    "where send_not_before <= decided_at"
)
PEOPLE = (
    "and campaign_id = 'winback_lapsed' and address_type = 'phone' "
    "and customer_id like 'c-%' order by send_rank limit 2"
)


def reached(warehouse):
    log = (warehouse.home / "sandbox/accepted.jsonl").read_text().splitlines()
    return {json.loads(line)["delivery_key"] for line in log}


def says_stop_in_settings(address):
    return meta.preference(address, "stop", datetime.now(UTC))


def writes_stop(address):
    said = {"text": {"body": "STOP"}}
    return meta.message("wamid.late", datetime.now(UTC), phone=address, content=said)


def test_a_stop_that_was_just_received_is_not_sent_to(spoilt):
    receiver = Receiver(spoilt.home)
    spoilt.dbt("run", "--select", "stg_whatsapp__changes")
    folder = spoilt.home / "raw/raw_whatsapp_webhooks"
    due = {key for key, _, _ in spoilt.ask(DUE)}
    (first, _, one), (second, _, other) = spoilt.ask(f"{DUE} {PEOPLE}")

    with httpx.Client(base_url=receiver.url) as client:
        for change in (says_stop_in_settings(one), writes_stop(other)):
            request = signing.whatsapp(json.dumps(meta.body(change)).encode())
            answer = client.post(
                request.path, content=request.body, headers=request.headers
            )
            assert answer.status_code == 200
        forged = signing.whatsapp().with_header("X-Hub-Signature-256", "sha256=0")
        assert client.post("/whatsapp", content=forged.body).status_code == 401
    receiver.kill()
    # What a process that dies in the middle of a write leaves behind.
    with (folder / "torn.jsonl").open("w") as file:
        file.write('{"received_at": "2026-11-18T10:06:00Z", "payload": "{\\"obj')
    with spoilt.sandbox() as url:
        sent = spoilt.ott("send", "whatsapp", url=url)

    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "stopped_after_build" in sent.stdout + sent.stderr
    assert reached(spoilt) == due - {first, second}
    assert len([*folder.iterdir()]) == 2


def test_an_empty_table_gives_way_to_landed_files_and_a_full_one_does_not(
    seeded, tmp_path
):
    """Tables that a build made because nothing had landed yet."""
    warehouse = seeded.copy(tmp_path / "copy")
    rows = "select count(*) from raw.raw_line_webhooks"
    line = '{"received_at":"2026-11-18T10:00:00Z","payload":"{}","sender_id":null}\n'
    assert warehouse.ask(rows) == [(0,)]
    folder = warehouse.home / "raw/raw_line_webhooks"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(line * 2 + '{"torn')

    warehouse.dbt("run", "--select", "stg_line__events")
    assert warehouse.ask(rows) == [(2,)]

    warehouse.ask("drop view raw.raw_line_webhooks")
    columns = "received_at varchar, payload varchar, sender_id varchar"
    warehouse.ask(f"create table raw.raw_line_webhooks ({columns})")
    warehouse.ask("insert into raw.raw_line_webhooks values ('x', '{}', null)")
    warehouse.dbt("run", "--select", "stg_line__events")

    assert warehouse.ask(rows) == [(1,)]
