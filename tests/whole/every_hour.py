"""
Build the demo at each hour of a week and count whom there is to send to.

Not a part of `make test`: a week takes half an hour. Run it by hand:
`python tests/whole/every_hour.py [FIRST [HOURS]]`.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import ROOT, Warehouse, shutil

from sync.demo.generate import generate

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
COUNTS = """
    select
        (select count(*) from ott_sync.sync_whatsapp),
        (select count(*) from ott_sync.sync_holdout),
        (select count(distinct reason_code) from ott_marts.fct_campaign_decisions)
"""


def main(first: int = 0, hours: int = 168) -> None:
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder))
        shutil.copy(ROOT / "profiles.example.yml", warehouse.home / "profiles.yml")
        for hour in range(first, first + hours):
            now = MONDAY + timedelta(hours=hour)
            generate(now, warehouse.home / "raw")
            as_of = f"{now + timedelta(minutes=4):%Y-%m-%d %H:%M:%S}"
            warehouse.dbt("run" if hour > first else "build", as_of=as_of)
            [(due, held, reasons)] = warehouse.ask(COUNTS)
            print(
                f"{now:%a %H:00} due {due} held back {held} reasons {reasons}",
                flush=True,
            )
            seen["hours"] += 1
            seen["hours with somebody"] += due > 0
            seen["fewest due"] = min(seen["fewest due"] or due, due)
    print(dict(seen))
    if seen["hours with somebody"] != seen["hours"]:
        sys.exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
