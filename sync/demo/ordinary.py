"""Ordinary customers: weekly, monthly and quarterly buyers of all countries."""

from __future__ import annotations

from datetime import timedelta

from sync.demo.people import (
    Person,
    contact,
    customer,
    grant,
    grant_thanks,
    make,
    orders,
    reach,
)
from sync.demo.world import BY_PROVIDER, COUNTRIES, SENDERS, World, instant

# Days between purchases.
RHYTHMS = (7, 14, 30, 60, 90)


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
    gap = draw.choice(RHYTHMS)
    lapsed = draw.random() < 0.6
    last = gap * draw.uniform(3, 7) if lapsed else gap * draw.uniform(0, 0.8)
    customer(
        world,
        person,
        preferred_channel=person.channel if draw.random() < 0.2 else "",
    )
    orders(world, person, gap=gap, count=draw.randrange(5, 10), last=last)
    _undone(world, person)
    if draw.random() < 0.9:
        contact(world, person)
    if person.channel != "whatsapp":
        reach(world, person, person.channel)
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
        _says_yes(world, person, draw.random())
    for purpose in ("utility", "authentication"):
        if draw.random() < 0.8:
            grant(
                world,
                person,
                consent_event_id=f"gen-{purpose}-{person.customer_id}",
                purpose=purpose,
                sender_id="wa_support",
            )


def _says_yes(world: World, person: Person, luck: float) -> None:
    """Say yes to all senders, to the one of the country, or to our main one only."""
    if luck < 0.2:
        grant(world, person, sender_id="*")
    elif luck < 0.4 and person.country in BY_PROVIDER:
        grant(world, person, sender_id="wa_main")
    else:
        grant(world, person)
        if person.country in BY_PROVIDER:
            grant_thanks(world, person)


def _undone(world: World, person: Person) -> None:
    """A few orders were cancelled or sent back: they are no purchases."""
    draw = world.chance("undone", person.customer_id)
    if draw.random() < 0.85:
        return
    when = world.ago(days=draw.uniform(1, 60))
    world.add(
        "raw_orders",
        order_id=f"o-{person.customer_id}-undone",
        customer_id=person.customer_id,
        ordered_at=instant(when),
        amount=f"{draw.uniform(8, 240):.2f}",
        status=draw.choice(("cancelled", "refunded")),
        received_at=instant(when + timedelta(minutes=5)),
    )
