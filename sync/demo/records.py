"""Cases that lie in the customer record, the address or an earlier attempt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from sync.demo.people import Person, contact, customer, grant
from sync.demo.world import World, instant

Case = Callable[[World, Person], None]
REASONS = {"131026": "address_unreachable", "131056": "provider_busy"}


def fine(world: World, person: Person) -> None:
    """Add somebody who may be messaged."""
    customer(world, person)
    contact(world, person)
    grant(world, person)


def suppress(world: World, person: Person, reason: str, **changed: str) -> None:
    """Put somebody on the do-not-contact list."""
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


def sets(**changed: str) -> Case:
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


def _no_address(world: World, person: Person) -> None:
    customer(world, person)
    grant(world, person)


def _erased(world: World, person: Person) -> None:
    fine(world, person)
    when = instant(world.ago(days=3))
    customer(world, person, erased_at=when, received_at=when)


def _name(first_name: str | None) -> Case:
    attributes = {} if first_name is None else {"first_name": first_name}
    return sets(attributes=json.dumps(attributes))


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


def _given_up(world: World, person: Person) -> None:
    """Had the number until a month ago."""
    customer(world, person)
    contact(world, person, owned_to=instant(world.ago(days=30)))
    grant(world, person)


def _invalidated(world: World, person: Person) -> None:
    fine(world, person)
    contact(world, person, status="invalid", received_at=instant(world.ago(hours=3)))


def _listed(*, hashed: bool) -> Case:
    """Build a case that is on the list by the address, plain or as its SHA-256."""

    def case(world: World, person: Person) -> None:
        fine(world, person)
        key_type, key = "address", person.phone
        if hashed:
            key_type, key = "address_hash", hashlib.sha256(key.encode()).hexdigest()
        suppress(world, person, "opt_out", key_type=key_type, key_value=key)

    return case


def _sent(
    *hours: int, event: str, campaign: str = "winback_lapsed", code: str = ""
) -> Case:
    """Build a case that we tried to message, so many hours ago."""

    def case(world: World, person: Person) -> None:
        fine(world, person)
        for attempt, ago in enumerate(hours, start=1):
            world.add(
                "history",
                customer_id=person.customer_id,
                campaign_id=campaign,
                event=event,
                attempt=attempt,
                provider_code=code,
                reason_code=REASONS.get(code, ""),
                occurred_at=instant(world.ago(hours=ago)),
            )

    return case


def _had_three(world: World, person: Person) -> None:
    """Add somebody in Vietnam who had three messages today, as many as allowed."""
    place = {"country_code": "VN", "time_zone": "Asia/Ho_Chi_Minh"}
    customer(world, person, language_code="vi", **place)
    contact(world, person)
    grant(world, person)
    for number in (1, 2, 3):
        world.add(
            "history",
            customer_id=person.customer_id,
            campaign_id=f"newsletter-{number}",
            event="accepted",
            attempt=1,
            provider_code="",
            reason_code="",
            occurred_at=instant(world.ago(hours=number)),
        )


CASES: dict[str, tuple[str, Case]] = {
    "erased": ("GB", _erased),
    "minor": ("GB", sets(is_minor="true")),
    "merge-cycle-a": ("GB", _cycle("merge-cycle-b")),
    "merge-cycle-b": ("GB", _cycle("merge-cycle-a")),
    "recycled": ("GB", _reached_at(status="recycled")),
    "number-given-up": ("GB", _given_up),
    "suppressed-address": ("GB", _listed(hashed=False)),
    "suppressed-address-hash": ("GB", _listed(hashed=True)),
    "unknown-country": ("GB", sets(country_code="ZZ")),
    "empty-country": ("GB", sets(country_code="")),
    # An island nobody lives on has no zone.
    "unknown-time-zone": ("GB", sets(country_code="BV", time_zone="")),
    "bad-zone": ("GB", sets(time_zone="Mars/Olympus")),
    "address-missing": ("GB", _no_address),
    "address-invalid": ("GB", _reached_at(address="call me")),
    "address-invalidated": ("GB", _invalidated),
    "address-unreachable": ("GB", _reached_at(status="unreachable")),
    "wrong-sender": ("GB", _reached_at(sender_id="wa_support")),
    "no-template-language": ("KR", sets()),
    # The English text, where a law wants its label first.
    "label-missing": ("KR", sets(language_code="en", preferred_channel="whatsapp")),
    "no-name": ("GB", _name(None)),
    "name-with-line-break": ("GB", _name("Ann\nMary")),
    "platform-country": ("US", sets()),
    "attempts-used": ("GB", _sent(120, 96, 72, event="refused", code="131056")),
    "refused-recently": ("GB", _sent(48, event="refused", code="131026")),
    "cap-law": ("GB", _had_three),
    # By a campaign of before: one marketing message a day is enough.
    "messaged-today": ("GB", _sent(5, event="accepted", campaign="newsletter")),
}
