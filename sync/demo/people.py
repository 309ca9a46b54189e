"""Ordinary customers: who they are, what they bought, what they said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync.demo.world import (
    BY_PROVIDER,
    COUNTRIES,
    FIRST_NAMES,
    SENDERS,
    THANKS_BY,
    World,
    instant,
)

if TYPE_CHECKING:
    from datetime import datetime

GENERATED = "contacts, consents, webhooks"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up."""

    customer_id: str
    country: str
    language: str
    zone: str
    phone: str
    channel: str
    name: str


def make(world: World, customer_id: str, country: str | None = None) -> Person:
    """Draw a person; the same id is the same person in any world of that seed."""
    draw = world.chance("person", customer_id)
    choices = [each for each in COUNTRIES if each[0] == country] or list(COUNTRIES)
    code, language, zone, prefix, digits, channel = draw.choice(choices)
    number = "".join(draw.choice("23456789") for _ in range(digits))
    return Person(
        customer_id,
        code,
        language,
        zone,
        prefix + number,
        channel,
        draw.choice(FIRST_NAMES),
    )


def customer(world: World, person: Person, **changed: Any) -> None:
    """Add the customer record."""
    row = {
        "customer_id": person.customer_id,
        "country_code": person.country,
        "subdivision_code": "",
        "language_code": person.language,
        "time_zone": person.zone,
        "preferred_channel": "",
        "created_at": instant(world.ago(days=900)),
        "erased_at": "",
        "is_minor": "false",
        "merged_into_customer_id": "",
        "merged_at": "",
        "attributes": json.dumps(
            {"first_name": person.name, "generated": GENERATED}, ensure_ascii=False
        ),
        "received_at": instant(world.ago(days=900)),
    }
    world.add("raw_customers", **row | changed)


def address(world: World, person: Person, channel: str) -> str:
    """Give what the channel knows the person by: the phone, or an id of its own."""
    draw = world.chance(channel, person)
    if channel == "line":
        return f"U{draw.getrandbits(128):032x}"
    if channel == "wechat":
        return f"o{draw.getrandbits(108):027x}"
    if channel in ("kakao", "push"):
        return f"{draw.getrandbits(64):016x}"
    return person.phone


def contact(
    world: World, person: Person, channel: str = "whatsapp", **changed: Any
) -> None:
    """Add an address on a channel."""
    sender = SENDERS.get(channel, "") if channel in ("line", "kakao", "wechat") else ""
    row = {
        "contact_point_id": f"gen-{channel}-{person.customer_id}",
        "customer_id": person.customer_id,
        "channel": channel,
        "address": address(world, person, channel),
        "sender_id": sender,
        "status": "active",
        "status_changed_at": "",
        "verified_at": instant(world.ago(days=400)),
        "owned_from": "",
        "owned_to": "",
        "first_seen_at": instant(world.ago(days=800)),
        "last_seen_at": instant(world.ago(days=20)),
        "received_at": instant(world.ago(days=800)),
    }
    world.add("raw_contact_points", **row | changed)


def reach(world: World, person: Person, channel: str) -> None:
    """
    Add all that a channel knows somebody by.

    KakaoTalk tells of friends by its key, and takes messages to the number.
    """
    contact(world, person, channel)
    if channel == "kakao":
        contact(
            world,
            person,
            channel,
            contact_point_id=f"gen-kakao-number-{person.customer_id}",
            address=person.phone,
        )


def consent(
    world: World, person: Person, word: str, when: datetime, /, **changed: Any
) -> None:
    """Add a word on consent: if not said, on marketing on WhatsApp from `wa_main`."""
    row = {
        "consent_event_id": f"gen-{word}-{person.customer_id}",
        "customer_id": person.customer_id,
        "contact_point_id": "",
        "channel": "whatsapp",
        "purpose": "marketing",
        "sender_id": "wa_main",
        "action": word,
        "basis": "express" if word == "grant" else "",
        "actor": "self",
        "method": "generated",
        "text_version": "2026-01",
        "occurred_at": instant(when),
        "occurred_precision": "second",
        "received_at": instant(when + timedelta(minutes=1)),
    }
    world.add("raw_consent_events", **row | changed)


def orders(
    world: World, person: Person, *, gap: float, count: int, last: float
) -> None:
    """Add purchases about `gap` days apart, the last one `last` days ago."""
    draw = world.chance("orders", person.customer_id)
    day = last
    for number in range(count):
        when = world.ago(days=day, minutes=draw.randrange(600))
        world.add(
            "raw_orders",
            order_id=f"o-{person.customer_id}-{number}",
            customer_id=person.customer_id,
            ordered_at=instant(when),
            amount=f"{draw.uniform(8, 240):.2f}",
            status="placed",
            received_at=instant(when + timedelta(minutes=5)),
        )
        day += max(1.0, draw.gauss(gap, gap / 5))


def grant(world: World, person: Person, **changed: Any) -> None:
    """Add the yes that the person's country asks for, to whoever sends there."""
    basis = "express_double" if person.country == "DE" else "express"
    to = BY_PROVIDER.get(person.country, "wa_main")
    said = {"basis": basis, "sender_id": to, **changed}
    consent(world, person, "grant", world.ago(days=120), **said)


def grant_thanks(world: World, person: Person) -> None:
    """Add the yes to Marketing Cloud's number, which is a sender of its own."""
    name = f"gen-thanks-{person.customer_id}"
    grant(world, person, consent_event_id=name, sender_id=THANKS_BY)
