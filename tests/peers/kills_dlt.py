"""
One run of dlt over the rows that are due, to be killed: kills_dlt.py HOME FILE URL HOW

    default   the function of its page "Custom destination": batches of ten, and the
              session of `dlt.sources.helpers.requests`, which repeats what failed
    careful   a row a batch, one after the other, and no repeats: what failed is written
              to a list that a person looks at
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from whatsapp_message import message

DUE = (
    "select delivery_key, address, template_name, language_code, "
    "json_extract_string(variables, '$.first_name') as first_name "
    "from ott_sync.sync_whatsapp "
    "where delivery_key not in (select delivery_key from raw.stops) order by send_rank"
)


def main(home, file, url, how):
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": f"{home}/data",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
    }
    import dlt
    import duckdb
    import requests as plain
    from dlt.sources.helpers import requests

    is_careful = how == "careful"
    by = plain if is_careful else requests
    doubtful = Path(home) / "doubtful"
    headers = {"Authorization": "Bearer sandbox-token"}

    def post(row):
        where = f"{url}/1065550001/messages"
        by.post(where, json=message(row), headers=headers).raise_for_status()

    @dlt.destination(
        batch_size=1 if is_careful else 10,
        loader_file_format="typed-jsonl",
        name="provider",
        **({"loader_parallelism_strategy": "sequential"} if is_careful else {}),
    )
    def provider(items, table):
        for row in [items] if isinstance(items, dict) else items:
            try:
                post(row)
            except Exception:
                if not is_careful:
                    raise
                with doubtful.open("a") as listed:
                    listed.write(f"{row['delivery_key']}\n")

    @dlt.resource(name="messages")
    def rows():
        with duckdb.connect(file, read_only=True) as connection:
            found = connection.execute(DUE)
            names = [column[0] for column in found.description]
            yield [dict(zip(names, values, strict=True)) for values in found.fetchall()]

    pipeline = dlt.pipeline("kills", destination=provider, pipelines_dir=home)
    pipeline.run(rows()).raise_on_failed_jobs()
    if doubtful.exists():
        sys.exit(6)


if __name__ == "__main__":
    main(*sys.argv[1:])
