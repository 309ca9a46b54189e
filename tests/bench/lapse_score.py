"""
Whether the lapse score is honest: real orders, cut 90 days before they end.

The models score everybody at the cut, knowing nothing later; what they bought in the 90
days after tells who came back. Beside the score: how long ago the last purchase was,
and BG/NBD fitted to the same purchases (development only).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bgnbd
import duckdb
import numpy as np
from scipy.stats import mannwhitneyu

from sync.demo.orders import from_orders

ROOT = Path(__file__).parents[2]
DAYS = 90
THRESHOLD = 0.7
# What the models know at the cut, and whether the person bought in the days after.
ASKED = """
    with
    days as (
        select customer_id, cast(ordered_at as date) as day,
            cast(ordered_at as timestamp) > timestamp '{cut}' as is_after
        from read_csv('{orders}', header = true, all_varchar = true)
        where status = 'placed' and customer_id != ''
    ),
    people as (
        select customer_id, date_diff('day', min(day), max(day)) as last,
            date_diff('day', min(day), date '{cut}') as age
        from days where not is_after group by customer_id
    )
    select scores.lapse_risk_score, scores.recency_days,
        scores.purchase_day_count - 1, people.last, people.age,
        people.customer_id not in (select customer_id from days where is_after)
    from {scores} as scores
    inner join people on scores.customer_id = people.customer_id
    order by scores.customer_id
"""


def scored(orders, home):
    """Build the score as of the cut, from what was known then; give cut and rows."""
    with Path(orders).open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    end = max(datetime.fromisoformat(row["ordered_at"]) for row in rows)
    cut = (end - timedelta(days=DAYS)).replace(tzinfo=UTC)
    before = home / "before.csv"
    with before.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(r for r in rows if r["ordered_at"] <= f"{cut:%F %T}")
    from_orders(before, cut, home / "raw", shift=False)
    (home / "profiles.yml").write_bytes((ROOT / "profiles.example.yml").read_bytes())
    env = os.environ | {
        "DBT_PROFILES_DIR": str(home),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "OTT_DUCKDB_PATH": str(home / "ott.duckdb"),
    }
    build = (Path(sys.executable).with_name("dbt"), "--quiet", "build")
    select = ("--select", "+int_lapse_scores", "--exclude", "resource_type:test")
    settings = f"{{raw_location: raw, as_of: '{cut:%F %T}'}}"
    subprocess.run(
        [*build, *select, "resource_type:unit_test", "--vars", settings],
        env=env,
        cwd=ROOT,
        check=True,
    )
    with duckdb.connect(str(home / "ott.duckdb")) as connection:
        [(schema,)] = connection.execute(
            "select table_schema from information_schema.tables "
            "where table_name = 'int_lapse_scores'"
        ).fetchall()
        connection.execute(f"set file_search_path = '{home}'")
        asked = ASKED.format(
            cut=f"{cut:%F %T}", orders=orders, scores=f"{schema}.int_lapse_scores"
        )
        return cut, connection.execute(asked).fetchall()


def auc(risk, gone):
    """Give the chance that somebody gone is ranked above somebody who came back."""
    found = mannwhitneyu(risk[gone], risk[~gone])
    return found.statistic / (gone.sum() * (~gone).sum())


def ranks(rows):
    """Give each way to rank by its name, and who did not come back."""
    score, recency, bought, last, age, gone = map(
        np.array, zip(*[map(float, row) for row in rows], strict=True)
    )
    fitted = bgnbd.fit(bought, last, age)
    buys = bgnbd.expected(fitted, bought, last, age, DAYS)
    names = {"lapse score": score, "recency": recency, "BG/NBD": -buys}
    return names, bought, gone.astype(bool)


def main():
    """Print the figures."""
    orders = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        cut, rows = scored(orders, Path(folder))
    names, bought, gone = ranks(rows)
    above = names["lapse score"] > THRESHOLD
    print(f"{len(rows):,} customers as of {cut:%F}; {gone.mean():.1%} of them did not")
    print(f"buy in the {DAYS} days after. Above {THRESHOLD}: {above.sum():,}\n")
    print("                AUC   more than one day   of the first as many, did not buy")
    for name, risk in names.items():
        repeated = bought > 0
        # As many as the score puts above the threshold; ties by order of customer id.
        first = np.argsort(-risk, kind="stable")[: above.sum()]
        print(
            f"{name:<12} {auc(risk, gone):>6.3f} "
            f"{auc(risk[repeated], gone[repeated]):>19.3f} {gone[first].mean():>35.1%}"
        )
    print(f"\nAbove {THRESHOLD} and did not buy: {gone[above].mean():.1%}")
    for least, most in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.001)):
        within = (names["lapse score"] > least) & (names["lapse score"] <= most)
        print(f"  score {least} to {min(most, 1)}: {within.sum():>5,} people, ", end="")
        print(f"{gone[within].mean():.1%} did not buy" if within.any() else "nobody")


if __name__ == "__main__":
    main()
