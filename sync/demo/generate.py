"""
Write the raw tables of a made-up world: the same instant gives the same files.

Everything in them is invented. Whoever is named `demo-<case>` has one thing wrong with
them, and is named after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.demo import cases, chats, elsewhere, followers, ordinary, people, templates
from sync.demo.files import write
from sync.demo.world import (
    AGENT,
    LINE_BOT,
    MAIN_NUMBER,
    OTHER_WABA,
    SUPPORT_NUMBER,
    TWILIO,
    WABA,
    World,
    instant,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sync.demo.people import Person

CROWD = 368
BUYERS = 40
# sender, channel, provider, account, catalogue, status
SENDERS = (
    ("wa_main", "whatsapp", "meta", MAIN_NUMBER, WABA, "active"),
    ("wa_support", "whatsapp", "meta", SUPPORT_NUMBER, WABA, "active"),
    ("wa_restricted", "whatsapp", "meta", "106540352242924", WABA, "restricted"),
    ("wa_partner", "whatsapp", "meta", "106540352242925", OTHER_WABA, "active"),
    ("wa_twilio", "whatsapp", "twilio", "+27600000001", TWILIO, "active"),
    ("wa_vonage", "whatsapp", "vonage", "+85260000001", WABA, "active"),
    ("wa_infobip", "whatsapp", "infobip", "+971500000001", WABA, "active"),
    ("wa_sfmc", "whatsapp", "sfmc", "+971500000002", WABA, "active"),
    ("line_main", "line", "line", LINE_BOT, "", "active"),
    ("kakao_main", "kakao", "nhn", "_acme", "", "active"),
    ("wechat_main", "wechat", "wechat", "gh_1", "", "active"),
    ("rcs_main", "rcs", "google", AGENT, "", "active"),
)
# A sender whose portfolio is its own and so small that not everybody fits in.
LIMITS = {"wa_support": ("portfolio-2", 25)}


def generate(now: datetime, out_dir: Path, seed: int = 7) -> World:
    """Write every raw table for this instant (UTC) into a folder; returns the world."""
    world = World(now, seed)
    crowd = ordinary.crowd(world, CROWD)
    cases.fill(world)
    followers.cases(world)
    _buyers(world, crowd[1::5][:BUYERS])
    _scores(world)
    _oddities(world, crowd)
    channels(world, crowd)
    write(world, out_dir)
    return world


def channels(world: World, crowd: list[Person]) -> None:
    """Add what is the same for any customers: senders, templates and webhooks."""
    _senders(world)
    templates.fill(world)
    chats.fill(world, crowd)
    elsewhere.fill(world, crowd)
    followers.fill(world, crowd)


def _senders(world: World) -> None:
    for sender, channel, provider, account, catalogue, status in SENDERS:
        portfolio, limit = LIMITS.get(sender, ("portfolio-1", 100_000))
        world.add(
            "raw_senders",
            sender_id=sender,
            channel=channel,
            provider=provider,
            brand_id="acme",
            provider_account=account,
            portfolio_id=portfolio,
            messaging_limit=limit,
            messages_per_second=80,
            allowed_purposes="",
            template_account_id=catalogue,
            status=status,
            quality="green",
            received_at=instant(world.ago(days=200)),
        )


def _buyers(world: World, buyers: list[Person]) -> None:
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


def _oddities(world: World, crowd: list[Person]) -> None:
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
        world,
        person,
        "grant",
        world.ago(days=90),
        channel="*",
        purpose="*",
        sender_id="*",
    )
