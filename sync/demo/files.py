"""A made-up world as files."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sync.demo.world import World

JSON_LINES = ("_webhooks", "raw_templates")
# Not written around somebody's own orders.
ONLY_DEMO = (
    "raw_delivery_events",
    "raw_lapse_scores",
    "raw_registry_checks",
    "raw_suppressions",
)


def write(world: World, out_dir: Path) -> None:
    """Write each table as CSV, webhooks and templates as JSON lines."""
    out_dir.mkdir(parents=True, exist_ok=True)
    _history(world)
    for table in ONLY_DEMO:
        # What another world left here is not part of this one.
        (out_dir / f"{table}.csv").unlink(missing_ok=True)
    for table, rows in sorted(world.tables.items()):
        if table.endswith(JSON_LINES):
            lines = [json.dumps(row, ensure_ascii=False) for row in rows]
            _replace(out_dir / f"{table}.jsonl", "\n".join(lines) + "\n")
        else:
            _write_csv(out_dir / f"{table}.csv", rows)


def _history(world: World) -> None:
    """Past attempts to send, in the shape the sync writes them."""
    for past in world.tables.pop("history", []):
        parts = (past["campaign_id"], past["customer_id"], "once", "0")
        key = hashlib.md5("|".join(parts).encode(), usedforsecurity=False).hexdigest()
        world.add(
            "raw_delivery_events",
            delivery_event_id=f"demo-{key}-{past['attempt']}",
            delivery_key=key,
            run_id="demo-history",
            build_id="demo-history",
            destination="whatsapp",
            campaign_id=past["campaign_id"],
            customer_id=past["customer_id"],
            channel=past.get("channel", "whatsapp"),
            sender_id=past.get("sender_id", "wa_main"),
            purpose=past.get("purpose", "marketing"),
            event=past["event"],
            reason_code=past["reason_code"],
            provider_code=past["provider_code"],
            provider_message_id="",
            attempt=past["attempt"],
            occurred_at=past["occurred_at"],
            received_at=past["occurred_at"],
        )


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    fresh = path.with_suffix(".part")
    with fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    fresh.replace(path)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".part")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
