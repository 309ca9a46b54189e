"""Ordinary customers: who they are, what they bought, what they said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync.demo.world import COUNTRIES, FIRST_NAMES, SENDERS, World, instant

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


def contact(world: World, person: Person, channel: str = "whatsapp", **changed: Any) -> None:
    """Add an address on a channel."""
    sender = SENDERS.get(channel, "") if channel in ("line", "kakao", "wechat") else ""
    address = person.phone
    if sender or channel == "push":
        address = f"{channel[0].upper()}{world.chance(channel, person).getrandbits(64):016x}"
    row = {
        "contact_point_id": f"gen-{channel}-{person.customer_id}",
        "customer_id": person.customer_id,
        "channel": channel,
        "address": address,
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


def consent(
    world: World, person: Person, word: str, when: datetime, /, **changed: Any
) -> None:
    """Add a word on consent: by default for marketing on WhatsApp from the main number."""
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
    """Add the yes that the person's country asks for."""
    basis = "express_double" if person.country == "DE" else "express"
    consent(world, person, "grant", world.ago(days=120), **{"basis": basis} | changed)


def crowd(world: World, size: int) -> list[Person]:
    """Add ordinary people from all countries, most of them lapsed."""
    people = []
    for number in range(size):
        person = make(world, f"c-{number:04d}", COUNTRIES[number % len(COUNTRIES)][0])
        people.append(person)
        _ordinary(world, person)
    return people


def _ordinary(world: World, person: Person) -> None:
    draw = world.chance("ordinary", person.customer_id)
    gap = draw.choice((7, 14, 30, 45, 60))
    lapsed = draw.random() < 0.6
    last = gap * draw.uniform(3, 7) if lapsed else gap * draw.uniform(0, 0.8)
    customer(
        world,
        person,
        preferred_channel=person.channel if draw.random() < 0.2 else "",
    )
    orders(world, person, gap=gap, count=draw.randrange(5, 10), last=last)
    if draw.random() < 0.9:
        contact(world, person)
    if person.channel != "whatsapp":
        contact(world, person, person.channel)
        if draw.random() < 0.7:
            grant(
                world,
                person,
                consent_event_id=f"gen-own-{person.customer_id}",
                channel=person.channel,
                sender_id=SENDERS[person.channel],
            )
    if draw.random() < 0.3:
        contact(world, person, "sms")
    if draw.random() < 0.1:
        contact(world, person, "push")
    if draw.random() < 0.75:
        grant(world, person)
    for purpose in ("utility", "authentication"):
        if draw.random() < 0.8:
            grant(
                world,
                person,
                consent_event_id=f"gen-{purpose}-{person.customer_id}",
                purpose=purpose,
                sender_id="wa_support",
            )
