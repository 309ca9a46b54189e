"""People named after the one thing that is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from sync.demo import meta, people
from sync.demo.people import Person, consent, contact, customer, grant, make
from sync.demo.world import SUPPORT_NUMBER, World, instant

Case = Callable[[World, Person], None]
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


def fill(world: World) -> None:
    """Add every case: a lapsed buyer about whom all else is fine."""
    for name, reason in SUPPRESSIONS.items():
        person = _base(world, name)
        _fine(world, person)
        _suppress(world, person, reason)
    for name, (country, case) in CASES.items():
        case(world, _base(world, name, country))
    _chains(world)
    _suppress(world, make(world, "c-0002"), "manual", ends_at=instant(world.ago(days=9)))
    later = world.now + timedelta(days=30)
    _suppress(world, make(world, "c-0006"), "manual", starts_at=instant(later))


def _base(world: World, name: str, country: str = "GB") -> Person:
    person = make(world, f"demo-{name}", country)
    people.orders(world, person, gap=30, count=8, last=220)
    return person


def _fine(world: World, person: Person) -> None:
    customer(world, person)
    contact(world, person)
    grant(world, person)


def _suppress(world: World, person: Person, reason: str, **changed: str) -> None:
    row = {
        "suppression_id": f"s-{person.customer_id}",
        "key_type": "customer",
        "key_value": person.customer_id,
        "channel": "*",
        "sender_id": "*",
        "purpose": "*",
        "reason": reason,
        "starts_at": instant(world.ago(days=60)),
        "ends_at": "",
        "received_at": instant(world.ago(days=60)),
    }
    world.add("raw_suppressions", **row | changed)


def _sets(**changed: str) -> Case:
    """Build a case that differs in the customer record only."""

    def case(world: World, person: Person) -> None:
        customer(world, person, **changed)
        contact(world, person)
        grant(world, person)

    return case


def _reached_at(**changed: str) -> Case:
    """Build a case that differs in the address only."""

    def case(world: World, person: Person) -> None:
        customer(world, person)
        contact(world, person, **changed)
        grant(world, person)

    return case


def _said(days: float, *, late_days: float = 0, **changed: str) -> Case:
    """Build a case that differs in the yes only."""

    def case(world: World, person: Person) -> None:
        customer(world, person)
        contact(world, person)
        when = world.ago(days=days)
        received = instant(when + timedelta(days=late_days, minutes=1))
        consent(
            world, person, "grant", when, **{"received_at": received} | changed
        )

    return case


def _nothing_said(world: World, person: Person) -> None:
    customer(world, person)
    contact(world, person)


def _no_address(world: World, person: Person) -> None:
    customer(world, person)
    grant(world, person)


def _erased(world: World, person: Person) -> None:
    _fine(world, person)
    when = instant(world.ago(days=3))
    customer(world, person, erased_at=when, received_at=when)


def _withdrawn(world: World, person: Person) -> None:
    _fine(world, person)
    consent(world, person, "withdraw", world.ago(days=10))


def _tie(world: World, person: Person) -> None:
    """Said yes and stop at the same instant."""
    _fine(world, person)
    consent(world, person, "withdraw", world.ago(days=120))


def _late_withdrawal(world: World, person: Person) -> None:
    _fine(world, person)
    when = world.ago(days=40)
    consent(world, person, "withdraw", when, received_at=instant(world.ago(hours=2)))


def _undated_withdrawal(world: World, person: Person) -> None:
    _fine(world, person)
    consent(world, person, "withdraw", world.ago(days=9), occurred_at="57889-01-01")


def _denied(world: World, person: Person) -> None:
    _fine(world, person)
    consent(world, person, "deny", world.ago(days=10), channel="zalo", purpose="fun")


def _came_back(world: World, person: Person) -> None:
    """Said stop, and yes again later: may be messaged."""
    _fine(world, person)
    consent(world, person, "withdraw", world.ago(days=50))
    again = f"gen-again-{person.customer_id}"
    consent(world, person, "grant", world.ago(days=20), consent_event_id=again)


def _twice(world: World, person: Person) -> None:
    """The same yes delivered again after a stop: still a stop."""
    _withdrawn(world, person)
    grant(world, person, received_at=instant(world.ago(days=1)))


def _confirmed(world: World, person: Person) -> None:
    customer(world, person)
    contact(world, person)
    consent(world, person, "request", world.ago(days=100))
    consent(world, person, "confirm", world.ago(days=99))
    consent(world, person, "renew_notice", world.ago(days=9))


def _requested(world: World, person: Person) -> None:
    customer(world, person)
    contact(world, person)
    consent(world, person, "request", world.ago(days=100))


def _platform(world: World, person: Person) -> None:
    _fine(world, person)
    when = world.ago(days=4)
    world.webhook(meta.body(meta.preference(person.phone, "stop", when)), when)


def _resumed(world: World, person: Person) -> None:
    _platform(world, person)
    when = world.ago(days=2)
    world.webhook(meta.body(meta.preference(person.phone, "resume", when)), when)


def _keyword(word: str) -> Case:
    def case(world: World, person: Person) -> None:
        _fine(world, person)
        when = world.ago(days=6)
        said = {"text": {"body": word}}
        wamid = f"wamid.STOP-{person.customer_id}"
        change = meta.message(wamid, when, phone=person.phone, content=said)
        world.webhook(meta.body(change), when)

    return case


def _name(first_name: str | None) -> Case:
    attributes = {} if first_name is None else {"first_name": first_name}
    return _sets(attributes=json.dumps(attributes))


def _cycle(other: str) -> Case:
    def case(world: World, person: Person) -> None:
        customer(
            world,
            person,
            merged_into_customer_id=f"demo-{other}",
            merged_at=instant(world.ago(days=30)),
        )
        contact(world, person)
        grant(world, person)

    return case


def _chains(world: World) -> None:
    """A was merged into B, B into C: one person, whose stop under A still counts."""
    ids = ("chain-a", "chain-b", "chain-c")
    for name, after in zip(ids, (*ids[1:], ""), strict=True):
        person = _base(world, name)
        merged = instant(world.ago(days=15)) if after else ""
        target = f"demo-{after}" if after else ""
        customer(world, person, merged_into_customer_id=target, merged_at=merged)
    last = make(world, "demo-chain-c", "GB")
    contact(world, last)
    grant(world, last)
    consent(world, make(world, "demo-chain-a", "GB"), "withdraw", world.ago(days=30))


def _shared(world: World, person: Person) -> None:
    """Two people at one number: the stop of one holds for both."""
    _fine(world, person)
    other = make(world, "demo-shared-other", "GB")
    customer(world, other)
    contact(world, other, address=person.phone)
    consent(world, other, "withdraw", world.ago(days=5))
    world.tables["raw_consent_events"][-1]["contact_point_id"] = (
        f"gen-whatsapp-{other.customer_id}"
    )


def _invalidated(world: World, person: Person) -> None:
    _fine(world, person)
    contact(world, person, status="invalid", received_at=instant(world.ago(hours=3)))


def _tried(world: World, person: Person) -> None:
    """Refused three times before: given up."""
    _fine(world, person)
    for attempt, days in enumerate((5, 4, 3), start=1):
        world.add(
            "history",
            customer_id=person.customer_id,
            attempt=attempt,
            provider_code="131000",
            reason_code="provider_busy",
            occurred_at=instant(world.ago(days=days)),
        )


def _refused(world: World, person: Person) -> None:
    _fine(world, person)
    world.add(
        "history",
        customer_id=person.customer_id,
        attempt=1,
        provider_code="131026",
        reason_code="address_unreachable",
        occurred_at=instant(world.ago(days=2)),
    )


def _closing(number: int) -> Case:
    """Wrote to support almost a day ago: one of these has minutes left in any hour."""

    def case(world: World, person: Person) -> None:
        _fine(world, person)
        when = world.now - timedelta(hours=24) + timedelta(minutes=number)
        wamid = f"wamid.CLOSING-{number}"
        change = meta.message(wamid, when, phone=person.phone, number=SUPPORT_NUMBER)
        world.webhook(meta.body(change), when)

    return case


CASES: dict[str, tuple[str, Case]] = {
    "erased": ("GB", _erased),
    "minor": ("GB", _sets(is_minor="true")),
    "merge-cycle-a": ("GB", _cycle("merge-cycle-b")),
    "merge-cycle-b": ("GB", _cycle("merge-cycle-a")),
    "recycled": ("GB", _reached_at(status="recycled")),
    "consent-withdrawn": ("GB", _withdrawn),
    "consent-tie": ("GB", _tie),
    "late-withdrawal": ("GB", _late_withdrawal),
    "undated-withdrawal": ("GB", _undated_withdrawal),
    "denied-everything": ("GB", _denied),
    "came-back": ("GB", _came_back),
    "grant-delivered-twice": ("GB", _twice),
    "confirmed": ("DE", _confirmed),
    "requested": ("GB", _requested),
    "platform-opt-out": ("GB", _platform),
    "platform-resumed": ("GB", _resumed),
    "stop-word": ("GB", _keyword(" stop. ")),
    "stop-word-br": ("BR", _keyword("PARE")),
    "stop-word-kr": ("GB", _keyword("수신거부")),
    "consent-expired": ("FR", _said(900)),
    "consent-pending": ("DE", _said(100)),
    "consent-in-review": ("GB", _said(30, late_days=10)),
    "consent-future": ("GB", _said(-0.05, late_days=-0.1)),
    "consent-undated": ("GB", _said(30, occurred_at="57889-03-01 00:00:00")),
    "consent-null-action": ("GB", _said(30, action="")),
    "consent-not-explicit": ("GB", _said(30, basis="implied_purchase")),
    "consent-customer": ("GB", _said(30, basis="existing_customer", actor="system")),
    "consent-inquiry": ("GB", _said(30, basis="implied_inquiry", actor="agent")),
    "consent-follow": ("GB", _said(30, basis="platform_follow")),
    "consent-import": ("GB", _said(30, basis="import", actor="import")),
    "consent-guardian": ("GB", _said(30, actor="guardian")),
    "consent-none": ("GB", _nothing_said),
    "unknown-country": ("GB", _sets(country_code="ZZ")),
    "empty-country": ("GB", _sets(country_code="")),
    "bad-zone": ("GB", _sets(time_zone="Mars/Olympus")),
    "address-missing": ("GB", _no_address),
    "address-invalid": ("GB", _reached_at(address="call me")),
    "address-invalidated": ("GB", _invalidated),
    "address-unreachable": ("GB", _reached_at(status="unreachable")),
    "wrong-sender": ("GB", _reached_at(sender_id="wa_support")),
    "no-template-language": ("KR", _sets()),
    "no-name": ("GB", _name(None)),
    "name-with-line-break": ("GB", _name("Ann\nMary")),
    "platform-country": ("US", _sets()),
    "shared-number": ("GB", _shared),
    "attempts-used": ("GB", _tried),
    "refused-recently": ("GB", _refused),
    **{f"closing-{number}": ("GB", _closing(number)) for number in range(10, 121, 20)},
}
