"""
Write the raw tables of a made-up world: the same instant gives the same files.

Everything in them is invented. Whoever is named `demo-<case>` has one thing wrong with
them, and is named after it.
"""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

from sync.demo import cases, chats, people, templates
from sync.demo.world import MAIN_NUMBER, OTHER_WABA, SUPPORT_NUMBER, WABA, World, instant

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

CROWD = 368
BUYERS = 40
JSON_LINES = ("_webhooks", "raw_templates")
# sender, channel, provider, account, catalogue, status
SENDERS = (
    ("wa_main", "whatsapp", "meta", MAIN_NUMBER, WABA, "active"),
    ("wa_support", "whatsapp", "meta", SUPPORT_NUMBER, WABA, "active"),
    ("wa_restricted", "whatsapp", "meta", "106540352242924", WABA, "restricted"),
    ("wa_partner", "whatsapp", "meta", "106540352242925", OTHER_WABA, "active"),
    ("line_main", "line", "line", "1650000001", "", "active"),
    ("kakao_main", "kakao", "nhn", "_acme", "", "active"),
    ("wechat_main", "wechat", "wechat", "gh_1", "", "active"),
    ("rcs_main", "rcs", "google", "agent@rbm.goog", "", "active"),
)


def generate(now: datetime, out_dir: Path, seed: int = 7) -> World:
    """Write every raw table for this instant (UTC) into a folder, and return the world."""
    world = World(now, seed)
    crowd = people.crowd(world, CROWD)
    cases.fill(world)
    _buyers(world, crowd[1::5][:BUYERS])
    _scores(world)
    _oddities(world, crowd)
    channels(world, crowd)
    write(world, out_dir)
    return world


def channels(world: World, crowd: list[people.Person]) -> None:
    """Add what is the same for any customers: senders, templates and webhooks."""
    _senders(world)
    templates.fill(world)
    chats.fill(world, crowd)
    chats.others(world)
    world.add(
        "raw_registry_checks",
        registry_check_id="r-1",
        registry="DNC",
        address="+6591234567",
        result="clear",
        checked_at=instant(world.ago(days=3)),
        disconnected_on="",
        received_at=instant(world.ago(days=3)),
    )


def _senders(world: World) -> None:
    for sender, channel, provider, account, catalogue, status in SENDERS:
        world.add(
            "raw_senders",
            sender_id=sender,
            channel=channel,
            provider=provider,
            brand_id="acme",
            provider_account=account,
            portfolio_id="portfolio-1",
            messaging_limit=100000,
            messages_per_second=80,
            allowed_purposes="",
            template_account_id=catalogue,
            status=status,
            quality="green",
            received_at=instant(world.ago(days=200)),
        )


def _buyers(world: World, buyers: list[people.Person]) -> None:
    """Some bought in the last days: they wait for a parcel."""
    for person in buyers:
        draw = world.chance("parcel", person.customer_id)
        when = world.ago(hours=draw.uniform(2, 60))
        world.add(
            "raw_orders",
            order_id=f"o-{person.customer_id}-new",
            customer_id=person.customer_id,
            ordered_at=instant(when),
            amount="59.90",
            status="placed",
            received_at=instant(when),
        )


def _scores(world: World) -> None:
    """Scores the warehouse computed itself: fresh, stale, out of range, missing."""
    ages = {"c-0001": ("0.91", 1), "c-0003": ("0.99", 30)}
    for customer_id, (score, days) in {
        **ages,
        "c-0005": ("1.7", 1),
        "c-0007": ("", 1),
    }.items():
        world.add(
            "raw_lapse_scores",
            customer_id=customer_id,
            lapse_risk_score=score,
            model_version="warehouse-3",
            scored_at=instant(world.ago(days=days)),
            received_at=instant(world.ago(days=days)),
        )


def _oddities(world: World, crowd: list[people.Person]) -> None:
    """Orders that are none, and rows that nobody can read."""
    received = instant(world.ago(days=1))
    odd = (
        ("cancelled", "25.00", "cancelled", instant(world.ago(days=2))),
        ("refunded", "25.00", "refunded", instant(world.ago(days=2))),
        ("undated", "25.00", "placed", "yesterday"),
        ("free", "a lot", "placed", instant(world.ago(days=300))),
    )
    for name, amount, status, ordered_at in odd:
        world.add(
            "raw_orders",
            order_id=f"o-odd-{name}",
            customer_id=crowd[10].customer_id,
            ordered_at=ordered_at,
            amount=amount,
            status=status,
            received_at=received,
        )
    person = crowd[11]
    people.customer(world, person, attributes="{torn", received_at=received)
    people.consent(
        world, person, "grant", world.ago(days=90), channel="*", purpose="*", sender_id="*"
    )


def write(world: World, out_dir: Path) -> None:
    """Write each table as CSV, webhooks and templates as JSON lines."""
    out_dir.mkdir(parents=True, exist_ok=True)
    _history(world)
    for table, rows in sorted(world.tables.items()):
        if table.endswith(JSON_LINES):
            lines = [json.dumps(row, ensure_ascii=False) for row in rows]
            _replace(out_dir / f"{table}.jsonl", "\n".join(lines) + "\n")
        else:
            _write_csv(out_dir / f"{table}.csv", rows)


def _history(world: World) -> None:
    """Past attempts to send, in the shape the sync writes them."""
    for past in world.tables.pop("history", []):
        parts = ("winback_lapsed", past["customer_id"], "once", "0")
        key = hashlib.md5("|".join(parts).encode(), usedforsecurity=False).hexdigest()
        world.add(
            "raw_delivery_events",
            delivery_event_id=f"demo-{key}-{past['attempt']}",
            delivery_key=key,
            run_id="demo-history",
            build_id="demo-history",
            destination="whatsapp",
            campaign_id="winback_lapsed",
            channel="whatsapp",
            sender_id="wa_main",
            purpose="marketing",
            event="refused",
            provider_message_id="",
            received_at=past["occurred_at"],
            **past,
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
