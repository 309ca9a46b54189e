"""
Send a table by dlt, through a function of ours as its users write one.

    speed_dlt.py FILE URL messages|profiles default|tuned ROWS

`default` is the function of dlt's page "Custom destination": batches of 10 and the
session of `dlt.sources.helpers.requests`. `tuned` is what its page on performance says:
files of a sixteenth of the rows, as many workers, and a session that stays open.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading

from whatsapp_message import message

FILES = 16
AT_ONCE = 75
QUERIES = {
    "messages": "select delivery_key, address, template_name, language_code, "
    "json_extract_string(variables, '$.first_name') as first_name "
    "from ott_sync.sync_whatsapp where send_rank < {rows}",
    "profiles": "select customer_id from ott_sync.sync_braze_profiles "
    "where send_rank < {rows}",
}


def settings(folder: str, rows: int, *, tuned: bool) -> None:
    """Say in the environment what dlt's users say in config.toml."""
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": f"{folder}/data",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
    }
    if tuned:
        os.environ |= {
            "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": str(rows // FILES + 1),
            "DATA_WRITER__FILE_MAX_ITEMS": str(rows // FILES + 1),
            "LOAD__WORKERS": str(FILES),
        }


def profile(row: dict[str, str]) -> dict[str, object]:
    return {
        "external_id": row["customer_id"],
        "_update_existing_only": True,
        "ott_winback": True,
    }


def main(file: str, url: str, kind: str, how: str, rows: str) -> None:
    tuned = how == "tuned"
    with tempfile.TemporaryDirectory() as folder:
        settings(folder, int(rows), tuned=tuned)
        send(file, url, kind, QUERIES[kind].format(rows=rows), folder, tuned=tuned)


def send(  # noqa: PLR0913 - what is read, where it goes, and how.
    file: str, url: str, kind: str, query: str, folder: str, *, tuned: bool
) -> None:
    import dlt
    import duckdb
    from dlt.sources.helpers import requests

    local = threading.local()
    headers = {"Authorization": "Bearer canary"}

    def post(path: str, body: object) -> None:
        if tuned and not hasattr(local, "session"):
            local.session = requests.Client().session
        by = local.session if tuned else requests
        by.post(f"{url}/{path}", json=body, headers=headers).raise_for_status()

    size = AT_ONCE if kind == "profiles" else 100 if tuned else 10

    @dlt.destination(batch_size=size, loader_file_format="typed-jsonl", name="provider")
    def provider(items, table):
        if kind == "profiles":
            post("users/track", {"attributes": [profile(row) for row in items]})
            return
        for row in items:
            post("v25.0/1001/messages", message(row))

    @dlt.resource(name=kind)
    def rows():
        with duckdb.connect(file, read_only=True) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description]
            while page := found.fetchmany(1000):
                yield [dict(zip(names, values, strict=True)) for values in page]

    pipeline = dlt.pipeline("speed", destination=provider, pipelines_dir=folder)
    pipeline.run(rows()).raise_on_failed_jobs()


if __name__ == "__main__":
    main(*sys.argv[1:])
