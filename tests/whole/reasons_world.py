"""
Ten people for every reason that raw rows can cause in one night.

The night is a Saturday's in Europe: nobody in France may get an RCS before Monday, so
that `quiet_hours` has people too.
"""

from __future__ import annotations

import hashlib
import itertools
from datetime import UTC, datetime, timedelta

from sync.demo import followers, generate, meta, people, records, words
from sync.demo.people import contact, customer, grant, make
from sync.demo.world import SUPPORT_NUMBER, World, instant

NOW = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
AS_OF = "2026-11-21 21:35:00"
TEN = 10
# Of each reason, the demo's case that has it: what is wrong, and where they live.
CASES = {
    "erased": "erased",
    "minor": "minor",
    "recycled_number": "recycled",
    "consent_withdrawn": "consent-withdrawn",
    "platform_opt_out": "platform-opt-out",
    "consent_expired": "consent-expired",
    "consent_reconfirm_overdue": "consent-reconfirm-overdue",
    "consent_pending": "consent-pending",
    "consent_in_review": "consent-in-review",
    "consent_proof_incomplete": "consent-proof-incomplete",
    "consent_not_explicit": "consent-not-explicit",
    # Whom we know by SMS only: on WhatsApp they never said yes.
    "consent_none": "channel-not-connected",
    "unknown_country": "unknown-country",
    "address_missing": "address-missing",
    "address_invalid": "address-invalid",
    "address_unreachable": "address-unreachable",
    "wrong_sender": "wrong-sender",
    "template_language_missing": "no-template-language",
    "template_params_invalid": "no-name",
    "label_missing": "label-missing",
    "platform_country_block": "platform-country",
    "unknown_time_zone": "unknown-time-zone",
    "refused_recently": "refused-recently",
    "attempts_used": "attempts-used",
    "cap_law": "cap-law",
    "cap_person": "messaged-today",
}
LISTED = {
    "deceased": "deceased",
    "legal_hold": "legal_hold",
    "suppressed_opt_out": "opt_out",
    "suppressed_complaint": "complaint",
    "suppressed_registry": "registry",
    "suppressed_contact": "invalid_contact",
    "suppressed_manual": "manual",
}
# On another channel alone: channel, country, what differs from who gets it there.
ELSEWHERE = {
    "relationship_left": ("line", "JP", {}),
    "relationship_missing": ("line", "JP", {"follows": False}),
    "capability_unknown": ("rcs", "CA", {"follows": False}),
    "window_closed": ("wechat", "CN", {"writes": False}),
    "window_quota_used": ("wechat", "CN", {}),
    "cap_platform": ("rcs", "IN", {}),
    "quiet_hours": ("rcs", "FR", {}),
    "sendable": ("line", "JP", {}),
}
# Their yes is to a sender of ours that cannot send: whose templates nobody pulled, or
# whom its platform restricts.
TO_ANOTHER_SENDER = {
    "template_stale": "wa_partner",
    "sender_restricted": "wa_restricted",
}
# Places of the sender whom three times ten buyers wait for; its campaign takes ten.
PLACES = 2 * TEN
HELD_BACK = 5 * 100


def planted():
    """Give the world; everybody's id begins with the reason they are there for."""
    world = World(NOW)
    generate._senders(world)
    generate.templates.fill(world)
    every_case = records.CASES | words.CASES
    for reason, name in CASES.items():
        country, case = every_case[name]
        for person in _ten(world, reason, country):
            case(world, person)
    for reason, listed in LISTED.items():
        for person in _ten(world, reason):
            records.fine(world, person)
            records.suppress(world, person, listed)
    for reason, (channel, country, differs) in ELSEWHERE.items():
        for person in _named(reason, country):
            followers._known_here(world, person, channel, **differs)
            _then(world, reason, person)
    for reason, sender in TO_ANOTHER_SENDER.items():
        for person in _ten(world, reason):
            customer(world, person)
            contact(world, person)
            grant(world, person, sender_id=sender)
    _buyers(world)
    _writers(world)
    _merged_in_a_ring(world)
    _at_one_number(world)
    for person in _named("holdout", "SG", is_held_back=True):
        _lapsed(world, person)
        records.fine(world, person)
    return world


def _named(reason, country="GB", *, is_held_back=False):
    """Ten people, all held back by the draw of the demo's campaign or none."""
    ids = (f"{reason}-{number}" for number in itertools.count())
    fitting = (one for one in ids if (_bucket(one) < HELD_BACK) == is_held_back)
    return [make_person(one, country) for one in itertools.islice(fitting, TEN)]


def make_person(customer_id, country):
    return make(World(NOW), customer_id, country)


def _bucket(customer_id):
    text = f"winback-2026|{customer_id}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) % 10_000


def _lapsed(world, person):
    people.orders(world, person, gap=30, count=8, last=220)


def _ten(world, reason, country="GB"):
    for person in _named(reason, country):
        _lapsed(world, person)
        yield person


def _then(world, reason, person):
    """What happened since to somebody who would get it on another channel."""
    if reason == "relationship_left":
        followers.left(world, person, "line", world.ago(days=4))
    elif reason == "window_quota_used":
        for number in range(5):
            when = world.ago(hours=3) + timedelta(minutes=number)
            followers._had(world, person, f"answer-{number}", when, "wechat")
    elif reason == "cap_platform":
        for days in (10, 12):
            when = world.ago(days=days)
            followers._had(world, person, f"offer-{days}", when, "rcs")


def _buyers(world):
    """Bought yesterday and wait for a parcel; ten of them may get a login code."""
    [support] = [
        row for row in world.tables["raw_senders"] if row["sender_id"] == "wa_support"
    ]
    support["messaging_limit"] = PLACES
    for group in ("buyer-a", "buyer-b", "buyer-c"):
        for person in _named(group):
            people.orders(world, person, gap=30, count=1, last=1)
            customer(world, person)
            contact(world, person)
            for purpose in ("utility", "authentication")[: 1 + (group == "buyer-a")]:
                _may_write(world, person, purpose)


def _may_write(world, person, purpose):
    grant(
        world,
        person,
        consent_event_id=f"{purpose}-{person.customer_id}",
        purpose=purpose,
        sender_id="wa_support",
    )


def _writers(world):
    """Wrote to us: an hour ago, or so long ago that 20 minutes are left to answer."""
    for group, before in (
        ("writer", timedelta(hours=1)),
        ("no_time_left", timedelta(hours=23, minutes=30)),
    ):
        for person in _named(group):
            customer(world, person)
            contact(world, person)
            when = world.now - before
            change = meta.message(
                f"wamid.{person.customer_id}",
                when,
                phone=person.phone,
                number=SUPPORT_NUMBER,
            )
            world.webhook(meta.body(change), when)


def _merged_in_a_ring(world):
    ten = [*_ten(world, "merge_unresolved")]
    for person, other in zip(ten, [*ten[1:], ten[0]], strict=True):
        when = instant(world.ago(days=30))
        into = {"merged_into_customer_id": other.customer_id, "merged_at": when}
        customer(world, person, **into)
        contact(world, person)
        grant(world, person)


def _at_one_number(world):
    """Pairs at one number: one has had it, or only one of two can get it."""
    had = records._sent(200, event="accepted")
    for first, second in (
        ("already_messaged", "address_already_messaged"),
        ("sendable-a", "other_customer_chosen"),
    ):
        pairs = zip(_ten(world, first), _ten(world, second), strict=True)
        for person, other in pairs:
            (had if first == "already_messaged" else records.fine)(world, person)
            customer(world, other)
            contact(world, other, address=person.phone)
            grant(world, other)
