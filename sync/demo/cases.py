"""People named after the one thing that is wrong with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync.demo import meta, people, records, words
from sync.demo.people import address, contact, customer, grant, make
from sync.demo.world import MAIN_NUMBER, SUPPORT_NUMBER, World, instant

if TYPE_CHECKING:
    from sync.demo.people import Person
    from sync.demo.records import Case

SUPPRESSIONS = {
    "deceased": "deceased",
    "legal-hold": "legal_hold",
    "suppressed-opt-out": "opt_out",
    "suppressed-complaint": "complaint",
    "suppressed-registry": "registry",
    "suppressed-contact": "invalid_contact",
    "suppressed-erasure": "erasure",
    "suppressed-minor": "minor",
    "recycled-suppression": "recycled_number",
    "suppressed-manual": "manual",
    "suppressed-test": "test",
}
CASES: dict[str, tuple[str, Case]] = records.CASES | words.CASES


def fill(world: World) -> None:
    """Add every case: a lapsed buyer about whom all else is fine."""
    for name, reason in SUPPRESSIONS.items():
        person = base(world, name)
        records.fine(world, person)
        records.suppress(world, person, reason)
    for name, (country, case) in CASES.items():
        case(world, base(world, name, country))
    _chain(world)
    _shared(world)
    _one_number(world)
    _shown_by_user_id(world)
    _registry(world)
    for number in range(10, 121, 20):
        _wrote(world, f"closing-{number}", timedelta(hours=24, minutes=-number))
    edge = timedelta(hours=24)
    _wrote(world, "edge-24h", edge, MAIN_NUMBER)
    _wrote(world, "edge-23h59", edge - timedelta(seconds=1), MAIN_NUMBER)
    ended = {"ends_at": instant(world.ago(days=9))}
    records.suppress(world, make(world, "c-0002"), "manual", **ended)
    later = {"starts_at": instant(world.now + timedelta(days=30))}
    records.suppress(world, make(world, "c-0006"), "manual", **later)


def base(world: World, name: str, country: str = "GB") -> Person:
    """Add the purchases of somebody who bought monthly and stopped."""
    person = make(world, f"demo-{name}", country)
    people.orders(world, person, gap=30, count=8, last=220)
    return person


def _chain(world: World) -> None:
    """A was merged into B, B into C: one person, whose stop under A still counts."""
    ids = ("chain-a", "chain-b", "chain-c")
    for name, after in zip(ids, (*ids[1:], ""), strict=True):
        person = base(world, name)
        merged = instant(world.ago(days=15)) if after else ""
        target = f"demo-{after}" if after else ""
        customer(world, person, merged_into_customer_id=target, merged_at=merged)
    last = make(world, "demo-chain-c", "GB")
    contact(world, last)
    grant(world, last)
    first = make(world, "demo-chain-a", "GB")
    people.consent(world, first, "withdraw", world.ago(days=30))


def _shared(world: World) -> None:
    """Two people at one number: the stop of one holds for both."""
    person = base(world, "shared-number")
    records.fine(world, person)
    other = base(world, "shared-other")
    customer(world, other)
    contact(world, other, address=person.phone)
    point = f"gen-whatsapp-{other.customer_id}"
    when = world.ago(days=5)
    people.consent(world, other, "withdraw", when, contact_point_id=point)


def _one_number(world: World) -> None:
    """Two people at one number who both said yes: one of them gets the message."""
    person = base(world, "one-number-a")
    records.fine(world, person)
    other = base(world, "one-number-b")
    customer(world, other)
    contact(world, other, address=person.phone)
    grant(world, other)


def _shown_by_user_id(world: World) -> None:
    """Customers whom WhatsApp shows by a user id, with and without a phone."""
    hidden = base(world, "bsuid-only")
    customer(world, hidden)
    contact(world, hidden, address="GB.1349DEMOHIDDEN")
    grant(world, hidden)
    when = world.ago(hours=2)
    change = meta.message("wamid.HIDDEN", when, user_id="GB.1349DEMOHIDDEN")
    world.webhook(meta.body(change), when)

    # Once seen with both, then with the user id only: still the same person.
    known = base(world, "bsuid-known")
    records.fine(world, known)
    user_id = "GB.1349DEMOKNOWN"
    when = world.ago(days=20)
    both = meta.message("wamid.BOTH", when, phone=known.phone, user_id=user_id)
    world.webhook(meta.body(both), when)
    when = world.ago(hours=3)
    later = meta.message("wamid.LATER", when, user_id=user_id)
    world.webhook(meta.body(later), when)


def _registry(world: World) -> None:
    """Add what public registers answered about some numbers."""
    answers = (
        ("demo-came-back", "clear"),
        ("demo-suppressed-registry", "listed"),
        ("demo-recycled", "disconnected"),
        ("demo-confirmed", "registered"),
    )
    when = instant(world.ago(days=3))
    gone = f"{world.ago(days=12):%Y-%m-%d}"
    for number, (customer_id, result) in enumerate(answers, start=1):
        country = CASES.get(customer_id.removeprefix("demo-"), ("GB",))[0]
        world.add(
            "raw_registry_checks",
            registry_check_id=f"r-{number}",
            registry="TPS",
            address=address(world, make(world, customer_id, country), "whatsapp"),
            result=result,
            checked_at=when,
            disconnected_on=gone if result == "disconnected" else "",
            received_at=when,
        )


def _wrote(
    world: World, name: str, before: timedelta, number: str = SUPPORT_NUMBER
) -> None:
    """Wrote so long ago: some have minutes left to be answered, at any hour."""
    person = base(world, name)
    records.fine(world, person)
    when = world.now - before
    wamid = f"wamid.{name.upper()}"
    change = meta.message(wamid, when, phone=person.phone, number=number)
    world.webhook(meta.body(change), when)
