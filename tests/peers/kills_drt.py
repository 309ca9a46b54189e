"""
One run of drt-core over the rows that are due, to be killed: kills_drt.py HOME FILE URL

    default   as `drt init --template duckdb_to_rest` has it, at its own speed
    careful   its ledger of deliveries on PostgreSQL (STATE is JSON: host, port, user),
              a row a batch, no retries: what failed is looked at by a person
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from whatsapp_message import MESSAGE

DUE = (
    "select delivery_key, address, template_name, language_code, "
    "json_extract_string(variables, '$.first_name') as first_name "
    "from ott_sync.sync_whatsapp "
    "where delivery_key not in (select delivery_key from raw.stops) order by send_rank"
)


def sync(url, *, careful):
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Bearer sandbox-token",
    }
    options = {"mode": "full", "on_error": "skip"}
    destination = {
        "type": "rest_api",
        "method": "POST",
        "headers": headers,
        "url": f"{url}/1065550001/messages",
        "body_template": json.dumps(MESSAGE),
    }
    if careful:
        options |= {
            "batch_size": 1,
            "idempotency_key": "{{ row.delivery_key }}",
            "rate_limit": {"requests_per_second": 50},
            "retry": {"max_attempts": 1},
        }
        destination["native_idempotency_key"] = "{{ row.delivery_key }}"
    return {
        "name": "messages",
        "model": DUE,
        "destination": destination,
        "sync": options,
    }


def write(home, file, url, how):
    for folder in (".drt", "syncs"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    profiles = {"peers": {"type": "duckdb", "database": file}}
    project = {"name": "kills", "version": "0.1", "profile": "peers"}
    if how == "careful":
        state = json.loads(os.environ["STATE"])
        profiles["state"] = {"type": "postgres", "dbname": "postgres", **state}
        project["state"] = {
            "backend": "warehouse",
            "connection_profile": "state",
            "idempotency": True,
        }
    (home / ".drt/profiles.yml").write_text(json.dumps(profiles))
    (home / "drt_project.yml").write_text(json.dumps(project))
    one = sync(url, careful=how == "careful")
    (home / "syncs/messages.yml").write_text(json.dumps(one))


def main(home, file, url, how):
    write(Path(home), file, url, how)
    os.chdir(home)
    drt = str(Path(sys.executable).with_name("drt"))
    # In this very process: it is the one that is killed.
    os.execve(drt, [drt, "run", "--verbose"], os.environ | {"HOME": home})  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
