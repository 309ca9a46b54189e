"""
Worlds as Hypothesis draws them: people, most of them fine, and what is wrong with them.

A person is a small record of choices, so that a world could be shrunk; the rows are
made of it here. What is wrong comes in two kinds: happenings with a meaning (a stop, a
merge, a shared phone), and single fields that hold junk.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sync.demo import meta, templates
from sync.demo.world import COUNTRIES, MAIN_NUMBER, SUPPORT_NUMBER, World, instant

AS_OF = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
NOW = AS_OF - timedelta(minutes=5)
PLACES = {each[0]: each for each in COUNTRIES}
# sender, account, catalogue's account, brand
SENDERS = (
    ("wa_main", MAIN_NUMBER, "waba-1001", "acme"),
    ("wa_support", SUPPORT_NUMBER, "waba-1001", "acme"),
    ("wa_restricted", "106540352242924", "waba-1001", "acme"),
    ("wa_partner", "106540352242925", "waba-2002", "partner"),
)
NUMBERS = (MAIN_NUMBER, SUPPORT_NUMBER, "106540352242925", "999")

HOMES = (
    *("GB", "FR", "ES", "IN", "BR", "DE", "ID", "NL", "MX", "AU", "KR", "US", "JP"),
)
TIMES = (
    "",
    "yesterday",
    "0000-00-00 00:00:00",
    "57889-01-01 00:00:00",
    "+57889-01-01T00:00:00Z",
    "1763460000",
    "1763460000000",
    "2026-02-30 10:00:00",
    "1899-12-31 23:59:59",
    "1900-01-01 00:00:00",
    "1970-01-01",
    "2199-12-31 23:59:59",
    "9999-12-31 23:59:59",
    "2026-11-18T19:04:00+09:00",
    "2026-11-18T10:04:59.123456789Z",
    "2026-11-17 24:00:00",
    "2026-11-18 10:05:00",
    "2026-11-18 10:05:01",
    "2027-06-01 00:00:00",
    "-infinity",
    "NaN",
)
ANYTHING = (
    "",
    " ",
    "*",
    "null",
    "NULL",
    "None",
    "\\N",
    "💥",
    "'; drop table raw.raw_customers; --",
    '"',
    '"torn, "quotes" ',
    "a,b",
    "{",
    "two\nlines",
    "x" * 400,
    "%",
    "\u202etxet",
    "-1",
    "1e400",
    "NaN",
    "99999999999999999999999999",
    "true",
)
WORDS: dict[str, tuple[str, ...]] = {
    "time_zone": (
        "",
        "Mars/Olympus",
        "Etc/Unknown",
        "KST",
        "+09:00",
        "asia/tokyo",
        "Europe/London\n",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "America/Los_Angeles",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
    ),
    "country_code": ("", "ZZ", "gb", "GBR", "United Kingdom", "BV", "*", "US", "QA"),
    "language_code": ("", "xx", "EN", "en_GB", "pt-BR", "*", "zh-Hant-TW"),
    "address": (
        "",
        "call me",
        "0000000000",
        "+",
        "+44 7A00 123456",
        "123",
        "07400123456",
        "+1234567890123456",
        "+٤٤٧٤٠٠١٢٣٤٥٦",
        "US.13491208655302741918",
        "+44 (0)7400 123456",
        "\u0660",
    ),
    "attributes": (
        "",
        "{",
        "[]",
        "null",
        "7",
        '"text"',
        '{"first_name": null}',
        '{"first_name": ["A"]}',
        '{"first_name": {"a": 1}}',
        '{"first_name": "A\\nB"}',
        '{"first_name": "' + "long " * 80 + '"}',
        '{"first_name": "O\'Neil \\" \\\\ 💥"}',
        '{"first_name": "A", "first_name": "B"}',
        '{"a": ' * 30 + "1" + "}" * 30,
    ),
    "status": ("", "unknown", "ACTIVE ", "invalid", "unreachable", "recycled", "gone"),
    "channel": ("", "*", "WhatsApp", "fax", "line", "sms", "rcs", "whatsapp business"),
    "purpose": ("", "*", "promo", "Marketing", "utility", "marketing_night"),
    "sender_id": ("", "*", "nobody", "wa_main", "wa_support", "wa_partner"),
    "actor": ("", "agent", "guardian", "system", "Self", "robot"),
    "basis": ("", "import", "existing_customer", "express", "express_double", "yes"),
    "action": ("", "withdraw", "deny", "grant", "confirm", "request", "maybe"),
    "is_minor": ("", "true", "1", "yes", "perhaps", "false", "2"),
    "lapse_risk_score": ("", "0.7", "0.70001", "1.7", "-0.1", "NaN", "inf", "0,9"),
    "amount": ("", "a lot", "-5", "1e308", "NaN", "12,50"),
}
REASONS = ("opt_out", "complaint", "erasure", "minor", "manual", "legal_hold", "", "?")
STOPS = ("STOP", " stop ", "Stop.", "BAJA", "Hello", "please stop sending")
CHANGES = (
    {"field": "messages", "value": []},
    {"field": "messages", "value": {"messages": [None, 3, {}], "contacts": 5}},
    {"field": "messages", "value": {"messages": [{"id": [], "from": {}}]}},
    {"field": "messages", "value": {"messages": [{"id": "a", "timestamp": "soon"}]}},
    {"field": "messages", "value": {"statuses": [{"id": "x", "status": "failed"}]}},
    {"field": "messages", "value": {"statuses": [{"id": "y", "errors": {}}]}},
    {"field": "user_preferences", "value": {"user_preferences": [{"value": "stop"}]}},
    {"field": "user_preferences", "value": {"user_preferences": 7}},
)
PAYLOADS = (
    *("", "null", "{", "[]", "7", '{"entry": {}}'),
    '{"entry": [null, 7, {"changes": "x"}]}',
    *(json.dumps({"entry": [{"id": 1, "changes": [each]}]}) for each in CHANGES),
)


@dataclass(frozen=True)
class Person:
    """What was drawn of somebody; the number says which one of the world it is."""

    country: str
    score: str
    bought: bool
    wrote: int
    consent: str
    troubles: list[tuple[str, int]]


def _mostly(usual, *others, times=6):
    return st.sampled_from((usual,) * times + others)


@st.composite
def people(draw):
    return Person(
        country=draw(st.sampled_from(HOMES)),
        score=draw(_mostly("0.91", "0.75", "0.2", "1.7", "")),
        bought=draw(st.integers(0, 3)) == 1,
        wrote=draw(_mostly(0, 1, 5, 23, 25, times=5)),
        consent=draw(_mostly("all", "agent", "none", "soft", "other", times=9)),
        troubles=draw(
            st.lists(
                st.tuples(st.sampled_from(list(TROUBLES)), st.integers(0, 65535)),
                max_size=3,
            )
        ),
    )


@dataclass
class Dice:
    """One number taken apart into choices."""

    number: int

    def pick(self, choices):
        self.number, rest = divmod(self.number * 7919 + 13, len(choices))
        self.number %= 1_000_003
        return choices[rest]


@dataclass
class Crowd:
    """A world while it is filled."""

    world: World = field(default_factory=lambda: World(NOW))
    size: int = 0
    serial: int = 0

    def next(self):
        self.serial += 1
        return self.serial

    def id(self, number):
        return f"c-{number % self.size:04d}"

    def phone(self, number, country):
        prefix, digits = PLACES[country][3:5]
        return prefix + str(number + 2 * 10 ** (digits - 1)).rjust(digits, "2")

    def rows_of(self, customer):
        return [
            (table, row)
            for table, rows in self.world.tables.items()
            for row in rows
            if row.get("customer_id") == customer and table != "history"
        ]


def ago(**length):
    return instant(NOW - timedelta(**length))


def build_world(drawn):
    """Fill the raw tables; the same people give the same rows."""
    crowd = Crowd(size=len(drawn))
    templates.fill(crowd.world)
    for sender, account, catalogue, brand in SENDERS:
        crowd.world.add(
            "raw_senders",
            sender_id=sender,
            channel="whatsapp",
            provider="meta",
            brand_id=brand,
            provider_account=account,
            portfolio_id="portfolio-1",
            messaging_limit=100000,
            messages_per_second=80,
            allowed_purposes="",
            template_account_id=catalogue,
            status="restricted" if sender == "wa_restricted" else "active",
            quality="green",
            received_at=ago(days=200),
        )
    for number, person in enumerate(drawn):
        _fine(crowd, number, person)
    for number, person in enumerate(drawn):
        for name, argument in person.troubles:
            TROUBLES[name](crowd, number, person, Dice(argument))
    for payload in PAYLOADS:
        crowd.world.webhook(payload, NOW)
    # A table that nobody fell into still has its columns.
    crowd.world.add("raw_suppressions", **_suppression(crowd, "nobody"))
    return crowd.world


def _fine(crowd, number, person):
    customer, world = crowd.id(number), crowd.world
    country, language, zone = PLACES[person.country][:3]
    world.add(
        "raw_customers",
        customer_id=customer,
        country_code=country,
        subdivision_code="",
        language_code=language,
        time_zone=zone,
        preferred_channel="",
        created_at=ago(days=900),
        erased_at="",
        is_minor="false",
        merged_into_customer_id="",
        merged_at="",
        attributes=json.dumps({"first_name": f"Name {number}"}),
        received_at=ago(days=900),
    )
    _contact(crowd, customer, crowd.phone(number, country))
    if person.consent != "none":
        for purpose in ("marketing", "utility"):
            _consent(crowd, customer, purpose=purpose, **_basis(person))
    for row, when in (("old", 90), ("older", 120)):
        _order(crowd, customer, row, ago(days=when))
    if person.bought:
        _order(crowd, customer, "new", ago(hours=20))
    world.add(
        "raw_lapse_scores",
        customer_id=customer,
        lapse_risk_score=person.score,
        model_version="drawn",
        scored_at=ago(days=1),
        received_at=ago(days=1),
    )
    if person.wrote:
        sender = NUMBERS[number % 2]
        _says(
            crowd,
            (number, person),
            "Hello",
            NOW - timedelta(hours=person.wrote),
            sender,
        )


def _basis(person):
    basis = "express_double" if person.country == "DE" else "express"
    return {
        "all": {"basis": basis, "sender_id": "*"},
        "agent": {"basis": basis, "sender_id": "wa_main", "actor": "agent"},
        "soft": {"basis": "existing_customer"},
        "other": {"basis": basis, "sender_id": "wa_support"},
    }[person.consent]


def _contact(crowd, customer, address, **changed):
    row = {
        "contact_point_id": f"p-{crowd.next()}",
        "customer_id": customer,
        "channel": "whatsapp",
        "address": address,
        "sender_id": "",
        "status": "active",
        "status_changed_at": "",
        "verified_at": ago(days=400),
        "owned_from": "",
        "owned_to": "",
        "first_seen_at": ago(days=800),
        "last_seen_at": ago(days=20),
        "received_at": ago(days=800),
    }
    crowd.world.add("raw_contact_points", **row | changed)


def _consent(crowd, customer, **changed):
    row = {
        "consent_event_id": f"e-{crowd.next()}",
        "customer_id": customer,
        "contact_point_id": "",
        "channel": "whatsapp",
        "purpose": "marketing",
        "sender_id": "*",
        "action": "grant",
        "basis": "express",
        "actor": "self",
        "method": "web_form",
        "text_version": "2026-01",
        "occurred_at": ago(days=120),
        "occurred_precision": "second",
        "received_at": ago(days=120),
    }
    crowd.world.add("raw_consent_events", **row | changed)


def _order(crowd, customer, name, when):
    crowd.world.add(
        "raw_orders",
        order_id=f"o-{customer}-{name}",
        customer_id=customer,
        ordered_at=when,
        amount="10.00",
        status="placed",
        received_at=when,
    )


def _suppression(crowd, customer, **changed):
    row = {
        "suppression_id": f"s-{crowd.next()}",
        "key_type": "customer",
        "key_value": customer,
        "channel": "*",
        "sender_id": "*",
        "purpose": "*",
        "reason": "opt_out",
        "starts_at": ago(days=60),
        "ends_at": "",
        "received_at": ago(days=60),
    }
    return row | changed


def _says(crowd, who, text, when, account, **more):
    number, person = who
    message = meta.message(
        f"wamid.{crowd.next()}",
        when,
        phone=crowd.phone(number, person.country),
        number=account,
        content={"text": {"body": text}},
        **more,
    )
    crowd.world.webhook(meta.body(message), when + timedelta(seconds=5))


def _when(dice):
    """An instant of the last months as text, at times junk, reversed or ahead."""
    return dice.pick(
        (
            *(ago(days=130), ago(days=120), ago(days=90), ago(days=30), ago(days=2)),
            *(ago(hours=30), ago(hours=2), ago(minutes=1), ago(minutes=-4)),
            *(ago(minutes=-20), ago(days=-2)),
            *(dice.pick(TIMES), dice.pick(TIMES)),
        )
    )


# What may be wrong.


def _junk(crowd, number, person, dice):
    """One field of one of the person's rows holds something else."""
    _, row = dice.pick(crowd.rows_of(crowd.id(number)))
    column = dice.pick([each for each in row if each != "customer_id"])
    row[column] = _instead(column, dice)


def _instead(column, dice):
    usual = TIMES if column.endswith(("_at", "_from", "_to")) else WORDS.get(column)
    return dice.pick(dice.pick((usual or ANYTHING, usual or ANYTHING, ANYTHING)))


def _version(crowd, number, person, dice):
    """Another version of a row, one field changed, received at whatever time."""
    table, row = dice.pick(crowd.rows_of(crowd.id(number)))
    column = dice.pick([each for each in row if each != "customer_id"])
    new = row | {column: _instead(column, dice), "received_at": _when(dice)}
    crowd.world.add(table, **new)


def _again(crowd, number, person, dice):
    """A row comes twice, to the letter or later."""
    table, row = dice.pick(crowd.rows_of(crowd.id(number)))
    later = dice.pick((row["received_at"], ago(hours=1), _when(dice)))
    crowd.world.add(table, **row | {"received_at": later})


def _same_id(crowd, number, person, dice):
    """An id that is in use for a row of somebody else."""
    table, row = dice.pick(crowd.rows_of(crowd.id(number + 1)))
    crowd.world.add(
        table, **row | {"customer_id": crowd.id(number), "received_at": _when(dice)}
    )


def _nobody(crowd, number, person, dice):
    """A row without a customer, or of one that nobody knows."""
    table, row = dice.pick(crowd.rows_of(crowd.id(number)))
    crowd.world.add(table, **row | {"customer_id": dice.pick(("", " ", "nobody", "*"))})


def _says_no(crowd, number, person, dice):
    points = [
        row["contact_point_id"]
        for table, row in crowd.rows_of(crowd.id(number))
        if table == "raw_contact_points"
    ]
    customer, point = dice.pick(
        ((crowd.id(number), ""), (crowd.id(number), points[0]), ("", points[0]))
    )
    _consent(
        crowd,
        customer,
        contact_point_id=point,
        action=dice.pick(("withdraw", "withdraw", "deny", " Withdraw ")),
        basis="",
        channel=dice.pick(("whatsapp", "*", "", "fax", "WhatsApp", "line")),
        purpose=dice.pick(("marketing", "*", "", "promo", "Marketing", "utility")),
        sender_id=dice.pick(("wa_main", "*", "", "nobody", "wa_partner")),
        occurred_at=_when(dice),
        received_at=_when(dice),
    )


def _says_yes(crowd, number, person, dice):
    _consent(
        crowd,
        crowd.id(number),
        action=dice.pick(("grant", "grant", "request", "confirm")),
        basis=dice.pick(("express", "express_double", *WORDS["basis"])),
        actor=dice.pick(("self", "self", *WORDS["actor"])),
        channel=dice.pick(("whatsapp", "whatsapp", "*", "fax", "")),
        purpose=dice.pick(("marketing", "marketing", "*", "promo", "")),
        sender_id=dice.pick(("wa_main", "*", "", "nobody", "wa_support")),
        occurred_at=_when(dice),
        received_at=_when(dice),
    )


def _no_and_yes(crowd, number, person, dice):
    _says_no(crowd, number, person, dice)
    _says_yes(crowd, number, person, dice)


def _merged(crowd, number, person, dice):
    """Two ids turn out to be one person; at times each is merged into the other."""
    other = number + dice.pick((1, -1, 2, 7, 0))
    pairs = dice.pick((((number, other),), ((number, other), (other, number))))
    for lost, kept in pairs:
        row = crowd.rows_of(crowd.id(lost))[0][1]
        crowd.world.add(
            "raw_customers",
            **row
            | {
                "merged_into_customer_id": dice.pick(
                    (crowd.id(kept), crowd.id(kept), crowd.id(kept), "nobody")
                ),
                "merged_at": _when(dice),
                "received_at": dice.pick((ago(hours=3), ago(days=1), _when(dice))),
            },
        )


def _shares(crowd, number, person, dice):
    """Has the phone of somebody else, spelt in another way."""
    other = number + dice.pick((1, 2, 50))
    rows = [
        row
        for table, row in crowd.rows_of(crowd.id(other))
        if table == "raw_contact_points"
    ]
    phone = rows[0]["address"]
    spelt = dice.pick(
        (
            phone,
            phone,
            f" {phone}",
            phone.replace("+", "00"),
            f"{phone[:4]} {phone[4:]}",
        )
    )
    _contact(crowd, crowd.id(number), spelt, last_seen_at=ago(days=dice.pick((1, 30))))


def _second_phone(crowd, number, person, dice):
    """Another number or user id; at times given up, or of another channel."""
    address = dice.pick(
        (crowd.phone(5000 + number, person.country), f"GB.{number:06d}x", "no")
    )
    _contact(
        crowd,
        crowd.id(number),
        address,
        channel=dice.pick(("whatsapp", "whatsapp", *WORDS["channel"])),
        status=dice.pick(("active", "active", *WORDS["status"])),
        owned_from=dice.pick(("", _when(dice))),
        owned_to=dice.pick(("", "", _when(dice))),
        received_at=dice.pick((ago(days=3), _when(dice))),
    )


def _is_suppressed(crowd, number, person, dice):
    phone = crowd.phone(number, person.country)
    kind, key = dice.pick(
        (
            *(("customer", crowd.id(number)), ("Customer ", f" {crowd.id(number)} ")),
            *(("address", phone), ("address", phone.replace("+", "00"))),
            *(("", phone), ("fingerprint", phone), ("customer", "")),
        )
    )
    changed = {
        "key_type": kind,
        "key_value": key,
        "reason": dice.pick(REASONS),
        "channel": dice.pick(("*", "*", *WORDS["channel"])),
        "purpose": dice.pick(("*", "*", *WORDS["purpose"])),
        "sender_id": dice.pick(("*", "*", *WORDS["sender_id"])),
        "starts_at": dice.pick((ago(days=9), _when(dice))),
        "ends_at": dice.pick(("", "", _when(dice))),
        "received_at": dice.pick((ago(days=9), _when(dice))),
    }
    crowd.world.add("raw_suppressions", **_suppression(crowd, "", **changed))


def _is_erased(crowd, number, person, dice):
    row = crowd.rows_of(crowd.id(number))[0][1]
    erased = dice.pick((ago(days=2), ago(hours=-5), dice.pick(TIMES)))
    received = dice.pick((ago(days=2), ago(days=2), _when(dice)))
    crowd.world.add(
        "raw_customers", **row | {"erased_at": erased, "received_at": received}
    )


def _comes_back(crowd, number, person, dice):
    """Was erased under another id, and is here again: since before it or after."""
    row = crowd.rows_of(crowd.id(number))[0][1]
    phone = crowd.phone(number, person.country)
    erased = ago(days=dice.pick((90, 120, 130)))
    gone = row | {"customer_id": f"g-{number:04d}", "erased_at": erased}
    crowd.world.add("raw_customers", **gone)
    kind, key = dice.pick(
        (
            ("address", phone),
            ("address_hash", hashlib.sha256(phone.encode()).hexdigest()),
        )
    )
    changed = {"key_type": kind, "key_value": key, "reason": "erasure"}
    changed |= {"starts_at": erased, "received_at": erased}
    crowd.world.add("raw_suppressions", **_suppression(crowd, "", **changed))
    row["created_at"] = dice.pick((row["created_at"], erased, ago(days=125), ""))
    row["received_at"] = dice.pick((ago(days=124), ago(days=124), erased))


def _dials_at_home(crowd, number, person, dice):
    """Is known by the number as it is dialled at home, or is on the list by it."""
    phone = crowd.phone(number, person.country)
    prefixes = {"BR": "55", "MX": "52", "ES": "34", "US": "1"}
    codes = {"GB": "44", "FR": "33", "IN": "91", "DE": "49", "ID": "62", "NL": "31"}
    codes |= {"AU": "61", "KR": "82", "JP": "81"}
    code = prefixes.get(person.country) or codes[person.country]
    at_home = ("0" if person.country in codes else "") + phone[1 + len(code) :]
    if dice.pick((True, True, False)):
        for table, row in crowd.rows_of(crowd.id(number)):
            if table == "raw_contact_points":
                row["address"] = at_home
    if dice.pick((False, True)):
        changed = {"key_type": "address", "key_value": at_home}
        crowd.world.add("raw_suppressions", **_suppression(crowd, "", **changed))


def _writes(crowd, number, person, dice):
    """Something said in the chat, STOP among it; at times with a user id as well."""
    text = dice.pick(STOPS)
    when = NOW - timedelta(hours=dice.pick((1, 20, 23, 24, 40, -3, 4000)))
    user_id = dice.pick((None, f"GB.{number:06d}x"))
    _says(crowd, (number, person), text, when, dice.pick(NUMBERS), user_id=user_id)


def _switches(crowd, number, person, dice):
    """Marketing switched off in the app, or on again, or first the one and then the
    other."""
    for word in dice.pick((("stop",), ("stop", "resume"), ("resume", "stop"), ("?",))):
        when = NOW - timedelta(hours=dice.pick((1, 2, 50)))
        phone = crowd.phone(number, person.country)
        change = meta.preference(phone, word, when, dice.pick(NUMBERS))
        crowd.world.webhook(meta.body(change), when + timedelta(minutes=1))


def _torn(crowd, number, person, dice):
    """A webhook cut off, its times unreadable, or received when nobody knows."""
    phone = crowd.phone(number, person.country)
    whole = meta.body(meta.message(f"wamid.{crowd.next()}", NOW, phone=phone))
    text = json.dumps(whole)
    text = dice.pick(
        (
            text[: dice.pick((10, 40, 100, 200))],
            text.replace(str(int(NOW.timestamp())), dice.pick(TIMES)),
            text.replace('"text"', dice.pick(('"image"', '"system"', "null", "[]"))),
            text.replace('"from"', '"form"'),
        )
    )
    crowd.world.add(
        "raw_whatsapp_webhooks",
        received_at=dice.pick((ago(hours=1), _when(dice))),
        payload=text,
        sender_id="",
    )


def _had_one(crowd, number, person, dice):
    """We wrote before."""
    crowd.world.add(
        "history",
        customer_id=crowd.id(number),
        campaign_id=dice.pick(("winback_lapsed", "delivery_update", "newsletter")),
        event=dice.pick(("accepted", "refused", "unknown")),
        attempt=1,
        provider_code=dice.pick(("", "131026", "131056", "1")),
        reason_code="",
        occurred_at=ago(hours=dice.pick((1, 5, 30, 72))),
    )


TROUBLES: dict[str, Any] = {
    each.__name__.strip("_"): each
    for each in (
        *(_junk, _version, _again, _same_id, _nobody, _says_no, _says_yes),
        *(_no_and_yes, _merged, _shares, _second_phone, _is_suppressed, _is_erased),
        *(_writes, _switches, _torn, _had_one, _comes_back, _dials_at_home),
    )
}


class Drawn(list):
    """Prints as its size: hundreds of people are no help in a message."""

    def __repr__(self):
        return f"<{len(self)} people>"


@st.composite
def worlds(draw, size):
    """Draw so many people."""
    return Drawn(draw(people()) for _ in range(size))
