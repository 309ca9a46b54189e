"""
Send a table by drt-core: a sync to a REST API, as its templates have it.

    speed_drt.py FILE URL messages|profiles default|tuned|threads ROWS

`default` leaves its limit of ten requests a second. `tuned` lifts it. `threads` also
parts the rows over sixteen syncs, which is what its --threads runs side by side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from whatsapp_message import MESSAGE

THREADS = 16
AT_ONCE = 75
QUERIES = {
    "messages": "select delivery_key, address, template_name, language_code, "
    "json_extract_string(variables, '$.first_name') as first_name "
    "from ott_sync.sync_whatsapp "
    "where send_rank < {rows} and send_rank % {parts} = {part}",
    "profiles": "select customer_id as external_id, true as _update_existing_only, "
    "true as ott_winback from ott_sync.sync_braze_profiles "
    "where send_rank < {rows} and send_rank % {parts} = {part}",
}
BODIES = {
    "messages": {"url": "v25.0/1001/messages", "body_template": json.dumps(MESSAGE)},
    "profiles": {
        "url": "users/track",
        "body_mode": "batch",
        "batch_template": '{"attributes": {{ rows | tojson }} }',
        "max_records_per_request": AT_ONCE,
    },
}


def sync(kind: str, url: str, query: str, number: int, *, tuned: bool) -> dict:
    body = dict(BODIES[kind])
    headers = {"Content-Type": "application/json", "Authorization": "Bearer canary"}
    options: dict = {"mode": "full", "on_error": "skip"}
    if tuned:
        options |= {"batch_size": AT_ONCE * 20}
        options |= {"rate_limit": {"requests_per_second": 1_000_000}}
    return {
        "name": f"{kind}_{number}",
        "model": query,
        "destination": {
            "type": "rest_api",
            "method": "POST",
            "headers": headers,
            **body,
            "url": f"{url}/{body['url']}",
        },
        "sync": options,
    }


def main(file: str, url: str, kind: str, how: str, rows: str) -> int:
    parts = THREADS if how == "threads" else 1
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / ".drt").mkdir()
        (home / "syncs").mkdir()
        profiles = {"peers": {"type": "duckdb", "database": file}}
        (home / ".drt/profiles.yml").write_text(json.dumps(profiles))
        project = {"name": "speed", "version": "0.1", "profile": "peers"}
        (home / "drt_project.yml").write_text(json.dumps(project))
        for part in range(parts):
            query = QUERIES[kind].format(rows=rows, parts=parts, part=part)
            one = sync(kind, url, query, part, tuned=how != "default")
            (home / f"syncs/{one['name']}.yml").write_text(json.dumps(one))
        command = [Path(sys.executable).with_name("drt"), "run", "--quiet"]
        command += ["--threads", str(parts)]
        env = os.environ | {"HOME": name}
        return subprocess.run(command, cwd=home, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
