from __future__ import annotations

import json
import subprocess
import sys
import time

from conftest import AS_OF, FEW_UNIT_TESTS, ROOT


def test_dbt_builds_while_a_send_is_under_way_and_nothing_is_lost(spoilt):
    with spoilt.sandbox("--latency", "1") as url:
        env = spoilt.env | {
            "DBT_TARGET": "test",
            "OTT_NOW": AS_OF.replace(" ", "T") + "Z",
            "OTT_WHATSAPP_BASE_URL": f"{url}/v25.0",
            "OTT_WHATSAPP_TOKEN": "sandbox-token",
        }
        command = [sys.executable, "-m", "sync", "send", "whatsapp", "--in-flight", "2"]
        with subprocess.Popen(
            [*command, "--stops-every", "5", "--wait", "600"],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as sending:
            log = spoilt.home / "sandbox/accepted.jsonl"
            while not log.read_text() and sending.poll() is None:
                time.sleep(0.05)
            second = spoilt.ott("send", "whatsapp", url=url)
            begun = len(log.read_text().splitlines())
            spoilt.dbt("build", "--select", "sync_whatsapp", *FEW_UNIT_TESTS)
            during = len(log.read_text().splitlines())
            told, _ = sending.communicate(timeout=600)

    keys = [json.loads(line)["delivery_key"] for line in log.read_text().splitlines()]
    written = spoilt.ask(
        "select count(*) from raw.raw_delivery_events "
        "where event = 'accepted' and run_id not like 'demo%'"
    )
    assert sending.returncode == 0, told
    assert begun < during, "messages went out while the build ran"
    assert second.returncode == 4
    assert str(sending.pid) in second.stdout + second.stderr, "who holds the lock"
    assert len(keys) == len(set(keys)) == written[0][0]
