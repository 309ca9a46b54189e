"""Cases that lie in what somebody said: yes, stop, both, late or unreadably."""

from __future__ import annotations

from datetime import timedelta

from sync.demo import meta
from sync.demo.people import Person, consent, contact, customer, grant
from sync.demo.records import Case, fine
from sync.demo.world import World, instant


def _said(days: float, *, late_days: float = 0, **changed: str) -> Case:
    """Build a case that differs in the yes only."""

    def case(world: World, person: Person) -> None:
        customer(world, person, preferred_channel="whatsapp")
        contact(world, person)
        when = world.ago(days=days)
        received = instant(when + timedelta(days=late_days, minutes=1))
        consent(world, person, "grant", when, **{"received_at": received} | changed)

    return case


def _nothing(world: World, person: Person) -> None:
    customer(world, person)
    contact(world, person)


def _stopped(days: float, word: str = "withdraw", **changed: str) -> Case:
    """Build a case that said yes long ago, and a no so many days ago."""

    def case(world: World, person: Person) -> None:
        fine(world, person)
        consent(world, person, word, world.ago(days=days), **changed)

    return case


def _by_sms(world: World, person: Person) -> None:
    """Said yes to a channel that is not in use."""
    customer(world, person)
    contact(world, person, "sms")
    grant(world, person, channel="sms")


def _tie(world: World, person: Person) -> None:
    """Said yes and stop at the same instant."""
    fine(world, person)
    consent(world, person, "withdraw", world.ago(days=120))


def _tie_by_precision(world: World, person: Person) -> None:
    """Said yes within the second of a stop that is known to the second only."""
    _nothing(world, person)
    when = world.ago(days=60)
    consent(world, person, "withdraw", when)
    exact = {"occurred_precision": "millisecond"}
    consent(world, person, "grant", when, occurred_at=f"{instant(when)}.400", **exact)


def _late_withdrawal(world: World, person: Person) -> None:
    received = instant(world.ago(hours=2))
    _stopped(40, received_at=received)(world, person)


def _came_back(world: World, person: Person) -> None:
    """Said stop, and yes again later: may be messaged."""
    _stopped(50)(world, person)
    again = f"gen-again-{person.customer_id}"
    consent(world, person, "grant", world.ago(days=20), consent_event_id=again)


def _came_back_by_others(world: World, person: Person) -> None:
    """Said stop; a yes that an import brings later does not lift it."""
    _stopped(50)(world, person)
    again = {"consent_event_id": f"gen-again-{person.customer_id}"}
    when = world.ago(days=20)
    consent(world, person, "grant", when, **again, actor="import", method="import")


def _twice(world: World, person: Person) -> None:
    """The same yes delivered again after a stop: still a stop."""
    _stopped(10)(world, person)
    grant(world, person, received_at=instant(world.ago(days=1)))


def _other_purposes(world: World, person: Person) -> None:
    """Said yes to answers and no to nights: neither is about marketing by day."""
    fine(world, person)
    name = f"{person.customer_id}-answers"
    when = world.ago(days=70)
    consent(world, person, "grant", when, purpose="service", consent_event_id=name)
    consent(world, person, "withdraw", world.ago(days=8), purpose="marketing_night")


def _by_night_too(world: World, person: Person) -> None:
    """Said yes to nights beside the yes to marketing."""
    fine(world, person)
    name = f"{person.customer_id}-night"
    when = world.ago(days=70)
    consent(
        world, person, "grant", when, purpose="marketing_night", consent_event_id=name
    )


def _confirmed(world: World, person: Person) -> None:
    _nothing(world, person)
    consent(world, person, "request", world.ago(days=100))
    consent(world, person, "confirm", world.ago(days=99))
    consent(world, person, "renew_notice", world.ago(days=9))


def _requested(world: World, person: Person) -> None:
    _nothing(world, person)
    consent(world, person, "request", world.ago(days=100))


def _platform(world: World, person: Person) -> None:
    fine(world, person)
    when = world.ago(days=4)
    world.webhook(meta.body(meta.preference(person.phone, "stop", when)), when)


def _resumed(world: World, person: Person) -> None:
    _platform(world, person)
    when = world.ago(days=2)
    world.webhook(meta.body(meta.preference(person.phone, "resume", when)), when)


def _failed(world: World, person: Person) -> None:
    """Meta tells of the switch only by a message that fails."""
    fine(world, person)
    when = world.ago(days=12)
    wamid = f"wamid.FAIL-{person.customer_id}"
    failed = meta.status(wamid, "failed", when, person.phone, code=131050)
    world.webhook(meta.body(failed), when)


def _wrote(word: str) -> Case:
    def case(world: World, person: Person) -> None:
        fine(world, person)
        when = world.ago(days=6)
        said = {"text": {"body": word}}
        wamid = f"wamid.STOP-{person.customer_id}"
        change = meta.message(wamid, when, phone=person.phone, content=said)
        world.webhook(meta.body(change), when)

    return case


CASES: dict[str, tuple[str, Case]] = {
    "consent-withdrawn": ("GB", _stopped(10)),
    "consent-tie": ("GB", _tie),
    "consent-tie-by-precision": ("GB", _tie_by_precision),
    "late-withdrawal": ("GB", _late_withdrawal),
    "undated-withdrawal": ("GB", _stopped(9, occurred_at="57889-01-01")),
    "withdrawn-for-zalo": ("GB", _stopped(10, channel="zalo")),
    "withdrawn-everywhere": (
        "GB",
        _stopped(10, channel="*", purpose="*", sender_id="*"),
    ),
    "denied-everything": ("GB", _stopped(10, "deny", channel="zalo", purpose="fun")),
    "came-back": ("GB", _came_back),
    "came-back-by-import": ("GB", _came_back_by_others),
    "grant-delivered-twice": ("GB", _twice),
    "other-purposes": ("GB", _other_purposes),
    "by-night-too": ("KR", _by_night_too),
    "confirmed": ("DE", _confirmed),
    "requested": ("GB", _requested),
    "platform-opt-out": ("GB", _platform),
    "platform-opt-out-by-failure": ("GB", _failed),
    "platform-resumed": ("GB", _resumed),
    "stop-word": ("GB", _wrote(" stop. ")),
    "stop-word-capitals": ("GB", _wrote("STOP")),
    "stop-word-dot": ("GB", _wrote("stop.")),
    "stop-word-br": ("BR", _wrote("PARE")),
    "stop-word-kr": ("GB", _wrote("수신거부")),
    "consent-expired": ("FR", _said(900)),
    # Korea wants people reminded of their yes every two years.
    "consent-reconfirm-overdue": ("KR", _said(800)),
    "consent-pending": ("DE", _said(100)),
    "consent-in-review": ("GB", _said(30, late_days=10)),
    "consent-future": ("GB", _said(-1 / 24, late_days=-0.1)),
    "consent-reversed": ("GB", _said(30, late_days=-2)),
    "consent-undated": ("GB", _said(30, occurred_at="57889-03-01 00:00:00")),
    "consent-null-action": ("GB", _said(30, action="")),
    "consent-proof-incomplete": ("GB", _said(30, text_version="")),
    "consent-not-explicit": ("GB", _said(30, basis="implied_purchase")),
    "consent-customer": ("GB", _said(30, basis="existing_customer", actor="system")),
    "consent-inquiry": ("GB", _said(30, basis="implied_inquiry", actor="agent")),
    "consent-follow": ("GB", _said(30, basis="platform_follow")),
    "consent-import": ("GB", _said(30, basis="import", actor="import")),
    "consent-guardian": ("GB", _said(30, actor="guardian")),
    "consent-none": ("GB", _nothing),
    "channel-not-connected": ("GB", _by_sms),
}
