"""
What must hold of any build, asked of the raw rows in plain Python.

It shares no code with the models and claims little: where the rows leave room, it says
nothing. Each complaint names the rule, the decision and what speaks against it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

PURPOSES = {"marketing", "marketing_night", "utility", "authentication", "service"}
SEED = Path(__file__).parents[2] / "seeds/reference/channels.csv"
with SEED.open(encoding="utf-8") as rows:
    # Which channels there are is data; what an address is there, too.
    CHANNELS = {row["channel"]: row["address_kind"] for row in csv.DictReader(rows)}
STOP = {"stop", "baja"}
YES = {"true", "t", "yes", "y", "on", "1", "1.0"}
ZONES = {each for each in available_timezones() if "/" in each}
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001
HOPS = 5
# How a mobile number begins at home and after the plus, and its number of digits.
AT_HOME = {
    "GB": ("07", "+447", 11),
    "FR": ("0", "+33", 10),
    "ES": ("", "+34", 9),
    "IN": ("0", "+91", 11),
    "BR": ("", "+55", 11),
    "DE": ("01", "+491", (11, 12)),
    "ID": ("08", "+628", (10, 11, 12, 13)),
    "NL": ("06", "+316", 10),
    "MX": ("", "+52", 10),
    "AU": ("04", "+614", 10),
    "KR": ("01", "+821", (10, 11)),
    "US": ("", "+1", 10),
    "JP": ("0", "+81", 11),
}


def said(value):
    return str(value if value is not None else "").strip(" ")


def word(value):
    return said(value).lower()


def instant(value):
    """A naive instant in UTC, or nothing."""
    text = said(value)
    if not re.match(r"(19|2[01])\d\d-\d\d-\d\d", text):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def epoch(value):
    try:
        read = datetime.fromtimestamp(int(value), UTC).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return read if EARLIEST <= read < LATEST else None


def phone(value):
    text = re.sub(r"[-() ./]", "", said(value))
    return "+" + text[2:] if text.startswith("00") else text


def address_of(point):
    kind = CHANNELS.get(word(point["channel"]))
    text, number = said(point["address"]), phone(point["address"])
    if kind == "phone_or_user_key":
        return number if text.startswith("+") and is_an_address(number) else text
    is_user_id = re.match(r"[A-Z][A-Z]\.", str(point["address"]))
    return number if kind in {"phone", "phone_or_bsuid"} and not is_user_id else text


def completed(text, country):
    """A number as it is dialled in a country, or as it is."""
    begins, becomes, length = AT_HOME.get(country, ("", "", ()))
    if text[:1] == "+" or not re.fullmatch(r"[0-9]+", text) or not becomes:
        return text
    if country == "US" and re.fullmatch(r"1[2-9][0-9]{9}", text):
        return "+" + text
    lengths = length if isinstance(length, tuple) else (length,)
    if len(text) in lengths and text.startswith(begins):
        return becomes + text[len(begins) :]
    return text


def is_an_address(text):
    return bool(
        re.fullmatch(r"\+[1-9][0-9]{7,14}", text)
        or re.fullmatch(r"[A-Z][A-Z]\.([A-Z]+\.)?[A-Za-z0-9]{1,128}", text)
    )


class Oracle:
    """The raw rows of one world, and what they say of a person."""

    def __init__(self, tables, as_of):
        self.tables, self.as_of = tables, as_of
        self.customers = self._current("raw_customers", "customer_id")
        self.points = self._current("raw_contact_points", "contact_point_id")
        self.senders = {row["sender_id"]: row for row in self.rows("raw_senders")}
        self.accounts = {row["provider_account"]: row for row in self.senders.values()}
        # Whatever its date, and whatever came after it.
        self.erased = {
            said(row["customer_id"])
            for row in self.rows("raw_customers")
            if said(row["erased_at"]) and self.received(row) <= self.as_of
        }
        self.next = {
            key: self._merged_into(rows) for key, rows in self.customers.items()
        }
        self.ids = defaultdict(set)
        for key in self.customers:
            self.ids[self.person(key)].add(key)
        self.messages, self.preferences = self._webhooks()
        self.withdrawals = [*self._withdrawals(), *self._stops_written()]

    def rows(self, table):
        return self.tables.get(table, [])

    def received(self, row):
        """When we knew of it; in doubt, just now."""
        return instant(row["received_at"]) or self.as_of

    def _current(self, table, key):
        """The versions of each row that were received last: several where they tie."""
        versions = defaultdict(list)
        for row in self.rows(table):
            if said(row[key]) and self.received(row) <= self.as_of:
                versions[said(row[key])].append(row)
        return {
            each: [row for row in rows if self.received(row) == last]
            for each, rows in versions.items()
            for last in [max(map(self.received, rows))]
        }

    # Who is one person.

    def _merged_into(self, rows):
        """Whose id counts instead; a tie leaves it open, and that is said as '?'."""
        found = {
            said(row["merged_into_customer_id"])
            if (instant(row["merged_at"]) or self.as_of) <= self.as_of
            else ""
            for row in rows
        }
        return found.pop() if len(found) == 1 else "?"

    def person(self, customer):
        """The id that stands for this one, or the id itself where none can."""
        at = customer
        for _ in range(HOPS + 1):
            if not self.next.get(at, "?"):
                return at
            if self.next.get(at, "?") == "?" or self.next[at] not in self.customers:
                return customer
            at = self.next[at]
        return customer

    def points_of(self, ids):
        """What is surely theirs today."""
        return {
            key: rows
            for key, rows in self.points.items()
            if all(said(row["customer_id"]) in ids for row in rows)
            and len({address_of(row) for row in rows}) == 1
        }

    def address_of(self, point):
        """With its country, where all that is known of the customer names one."""
        named = {
            word(row["country_code"]).upper()
            for row in self.rows("raw_customers")
            if said(row["customer_id"]) == said(point["customer_id"])
            and self.received(row) <= self.as_of
        } - {""}
        is_phone = word(point["channel"]) in {"whatsapp", "sms", "rcs"}
        address = address_of(point)
        if is_phone and len(named) == 1:
            return completed(address, named.pop())
        return address

    # What people said.

    def _webhooks(self):
        messages, preferences = [], []
        for row in self.rows("raw_whatsapp_webhooks"):
            for value in _values(row["payload"]):
                received = instant(row["received_at"])
                number = _dig(value, "metadata", "phone_number_id")
                beside = _dig(value, "contacts", 0, "wa_id")
                beside_id = _dig(value, "contacts", 0, "user_id")
                for each in _list(_dig(value, "messages")):
                    item = {
                        "id": _dig(each, "id"),
                        "from": _dig(each, "from") or beside,
                        "user_id": _dig(each, "from_user_id") or beside_id,
                        "text": _dig(each, "text", "body"),
                        "number": number,
                        "at": epoch(_dig(each, "timestamp")),
                        "received": received,
                    }
                    messages.append(item)
                for each in _list(_dig(value, "user_preferences")):
                    item = {
                        "wa_id": _dig(each, "wa_id") or beside,
                        "value": _dig(each, "value"),
                        "number": number,
                        "at": epoch(_dig(each, "timestamp")) or received or self.as_of,
                        "received": received or self.as_of,
                    }
                    preferences.append(item)
        return messages, preferences

    def _withdrawals(self):
        """Each as it was received first."""
        versions = defaultdict(list)
        for number, row in enumerate(self.rows("raw_consent_events")):
            if word(row["action"]) in {"withdraw", "deny"}:
                key = said(row["consent_event_id"]) or number
                versions[key, word(row["action"])].append(row)
        for rows in versions.values():
            first = min(instant(row["received_at"]) or datetime.max for row in rows)  # noqa: DTZ901
            firsts = [
                row
                for row in rows
                if (instant(row["received_at"]) or datetime.max) == first  # noqa: DTZ901
            ]
            if any(row != firsts[0] for row in firsts):
                continue
            row = firsts[0]
            received = self.received(row)
            if received > self.as_of:
                continue
            points = self.points.get(said(row["contact_point_id"]), [])
            addresses = {address_of(point) for point in points} - {""}
            channel, purpose = word(row["channel"]), word(row["purpose"])
            sender = self.senders.get(said(row["sender_id"]))
            yield {
                "row": row,
                "customer": said(row["customer_id"]),
                "addresses": addresses if len(addresses) == 1 else set(),
                "channel": channel if channel in CHANNELS else "*",
                "purpose": purpose if purpose in PURPOSES else "*",
                "brand": sender["brand_id"] if sender else "*",
                "names_a_sender": said(row["sender_id"]) not in {"", "*"},
                "at": _plausible(instant(row["occurred_at"]), received),
            }

    def _stops_written(self):
        for each in self.messages:
            text = each["text"] if isinstance(each["text"], str) else ""
            received = each["received"] or self.as_of
            if text.lower().strip(" .!") not in STOP or received > self.as_of:
                continue
            if not each["id"] or not isinstance(each["from"], str):
                continue
            sender = self.accounts.get(each["number"])
            yield {
                "row": each,
                "customer": "",
                "addresses": {"+" + each["from"]},
                "channel": "whatsapp",
                "purpose": "marketing",
                "brand": sender["brand_id"] if sender else "*",
                "names_a_sender": bool(sender),
                "at": _plausible(each["at"], received),
            }

    def yeses(self, ids, channel, sender, purpose):
        """Every yes that might count here, the generous way."""
        for row in self.rows("raw_consent_events"):
            point = said(row["contact_point_id"])
            owners = {
                said(each["customer_id"])
                for each in self.rows("raw_contact_points")
                if said(each["contact_point_id"]) == point
            }
            giver = {said(row["customer_id"])} - {""} or owners
            when, received = instant(row["occurred_at"]), instant(row["received_at"])
            if (
                word(row["action"]) in {"grant", "confirm"}
                and giver & ids
                and word(row["channel"]) in {"*", channel}
                and word(row["purpose"]) in {"*", purpose}
                and said(row["sender_id"]) in {"*", sender}
                and when is not None
                and received is not None
                and when <= self.as_of + timedelta(minutes=5)
                and received <= self.as_of
            ):
                yield row, when

    # What speaks against a decision.

    def against(self, decision):
        """Give each reason why this should not have been sendable."""
        customer = decision["customer_id"]
        if (
            customer not in self.customers
            or self.person(customer) != customer
            or (self.next[customer] not in {"", "?"})
        ):
            yield f"the person is not settled: {self.customers.get(customer)}"
        ids = self.ids[customer] | {customer}
        points = self.points_of(ids)
        addresses = {
            spelling
            for rows in points.values()
            for spelling in (address_of(rows[0]), self.address_of(rows[0]))
        } - {""}
        yield from self._word_against(decision, ids, addresses)
        yield from self._nothing_for(decision, ids)
        yield from self._blocked(decision, ids, addresses)
        yield from self._hours_against(decision, customer)

    def _word_against(self, decision, ids, addresses):
        channel, purpose = decision["channel"], decision["purpose"]
        sender = decision["sender_id"]
        brand = self.senders[sender]["brand_id"]
        yeses = list(self.yeses(ids, channel, sender, purpose))
        for no in self.withdrawals:
            lifted = [
                row
                for row, when in yeses
                if word(row["actor"]) == "self"
                and word(row["basis"]) != "import"
                and when.replace(microsecond=0) > no["at"].replace(microsecond=0)
                and (no["channel"] == "*" or word(row["channel"]) != "*")
                and (no["purpose"] == "*" or word(row["purpose"]) != "*")
                and (not no["names_a_sender"] or said(row["sender_id"]) != "*")
            ]
            if (
                no["channel"] in {"*", channel}
                and no["purpose"] in {"*", purpose}
                and no["brand"] in {"*", brand}
                and (no["customer"] in ids or no["addresses"] & addresses)
                and not lifted
            ):
                yield f"said no: {no['row']}"
        if purpose == "marketing" and channel == "whatsapp":
            account = self.senders[sender]["provider_account"]
            switched = [
                each
                for each in self.preferences
                if each["number"] == account
                and each["received"] <= self.as_of
                and isinstance(each["wa_id"], str)
                and "+" + each["wa_id"] in addresses
            ]
            last = max((each["at"] for each in switched), default=None)
            for each in switched:
                if each["at"] == last and each["value"] == "stop":
                    yield f"switched marketing off: {each}"

    def _nothing_for(self, decision, ids):
        """A yes and an address of their own; for free text, a word from them."""
        channel, purpose = decision["channel"], decision["purpose"]
        sender = decision["sender_id"]
        # Who wrote it down is not asked: the CRM may leave the actor empty.
        explicit = [
            row
            for row, _ in self.yeses(ids, channel, sender, purpose)
            if word(row["action"]) == "confirm"
            or word(row["basis"]) in {"express", "express_double"}
        ]
        if purpose != "service" and not explicit:
            yield "never said yes"
        own = [
            row
            for row in self.points.get(decision["contact_point_id"], [])
            if said(row["customer_id"]) in ids
            and word(row["status"]) == "active"
            and is_an_address(self.address_of(row))
            and (instant(row["owned_to"]) or datetime.max) > self.as_of  # noqa: DTZ901
            and (instant(row["owned_from"]) or self.as_of) <= self.as_of
        ]
        if not own:
            rows = self.points.get(decision["contact_point_id"])
            yield f"no address of their own: {rows}"
        address = decision["address"]
        if address is not None and address not in map(self.address_of, own):
            yield f"an address they do not have: {address}"
        if decision["message_type"] == "free_text" and not self._wrote(decision):
            yield "a free text to somebody who did not write within 24 hours"

    def _wrote(self, decision):
        account = self.senders[decision["sender_id"]]["provider_account"]
        known_as = {decision["address"]}
        for each in self.messages:
            both = {f"+{each['from']}", each["user_id"]}
            if both & known_as:
                known_as |= both
        for each in self.messages:
            at, received = each["at"], each["received"]
            if at is None or received is None or received > self.as_of:
                continue
            opened = min(at, received)
            if (
                each["number"] == account
                and {f"+{each['from']}", each["user_id"]} & known_as
                and self.as_of - timedelta(hours=24) < opened <= self.as_of
            ):
                return True
        return False

    def _blocked(self, decision, ids, addresses):
        for key in ids:
            rows = self.customers.get(key, [])
            if key in self.erased:
                yield f"is erased: {key}"
            if (
                rows
                and decision["purpose"] == "marketing"
                and all(word(row["is_minor"]) in YES for row in rows)
            ):
                yield f"is a minor: {rows}"
        times = Counter(
            said(row["suppression_id"]) for row in self.rows("raw_suppressions")
        )
        for row in self.rows("raw_suppressions"):
            channel, purpose = word(row["channel"]), word(row["purpose"])
            sender, key = said(row["sender_id"]), said(row["key_value"])
            hashes = {hashlib.sha256(each.encode()).hexdigest() for each in addresses}
            if word(row["key_type"]) == "customer":
                is_theirs = key in ids
            elif self._came_back(row, ids):
                is_theirs = False
            else:
                is_theirs = bool(
                    {key, phone(key), key.lower()} & (addresses | hashes)
                ) or (channel in {"*", "whatsapp"} and _dialled(phone(key), addresses))
            if (
                times[said(row["suppression_id"])] == 1
                # Minors still get answers.
                and (word(row["reason"]), decision["purpose"]) != ("minor", "service")
                and is_theirs
                and self.received(row) <= self.as_of
                and (instant(row["starts_at"]) or self.as_of) <= self.as_of
                and (instant(row["ends_at"]) or datetime.max) > self.as_of  # noqa: DTZ901
                and (channel not in CHANNELS or channel == decision["channel"])
                and (purpose not in PURPOSES or purpose == decision["purpose"])
                and (sender not in self.senders or sender == decision["sender_id"])
            ):
                yield f"is on the do-not-contact list: {row}"

    def _came_back(self, row, ids):
        """Whether somebody new said yes after an erasure at their address."""
        if word(row["reason"]) != "erasure":
            return False
        erased_at = _plausible(instant(row["starts_at"]), self.received(row))
        began = [
            instant(each[column])
            for each in self.rows("raw_customers")
            if said(each["customer_id"]) in ids and self.received(each) <= self.as_of
            for column in ("created_at", "received_at")
        ]
        said_yes = [
            instant(each["occurred_at"])
            for each in self.rows("raw_consent_events")
            if said(each["customer_id"]) in ids
            and word(each["action"]) in {"grant", "confirm"}
            and word(each["actor"]) == "self"
            and self.received(each) <= self.as_of
        ]
        return all(each is not None and each > erased_at for each in began) and any(
            each is not None and each > erased_at for each in said_yes
        )

    def _hours_against(self, decision, customer):
        begins, ends = decision["send_not_before"], decision["send_not_after"]
        if not begins < ends:
            yield f"no time to send in: {begins} to {ends}"
        zones = {said(row["time_zone"]) for row in self.customers.get(customer, [])}
        if decision["purpose"] != "marketing" or len(zones) != 1 or not zones <= ZONES:
            return
        zone = ZoneInfo(zones.pop())
        begins = begins.replace(tzinfo=UTC).astimezone(zone)
        ends = ends.replace(tzinfo=UTC).astimezone(zone) - timedelta(microseconds=1)
        if begins.hour < 6 or ends.hour >= 22 or begins.date() != ends.date():
            yield f"at night: {begins} to {ends}"

    # What speaks against a whole build.

    def twice(self, sent):
        """Say who would get two messages; one row each of what leaves."""
        for what, keys in {
            "to one address in one campaign": [
                (each["campaign_id"], each["channel"], address)
                for each in sent
                for address in self._reached(each)
            ],
            "of marketing to one address": [
                (each["channel"], address)
                for each in sent
                if each["purpose"] == "marketing"
                for address in self._reached(each)
            ],
            "of marketing to one person": [
                self.person(each["customer_id"])
                for each in sent
                if each["purpose"] == "marketing"
            ],
            "to one person in one campaign": [
                (each["campaign_id"], self.person(each["customer_id"])) for each in sent
            ],
        }.items():
            for key, count in Counter(keys).items():
                if count > 1:
                    yield f"{count} messages {what}: {key}"

    def _reached(self, decision):
        rows = self.points.get(decision["contact_point_id"], [])
        return {self.address_of(row) for row in rows}


def sums(members, decisions, waterfall):
    """Say where people are lost, counted twice or left without a reason."""
    in_waterfall = Counter()
    for row in waterfall:
        in_waterfall[row["campaign_id"]] += row["customer_count"]
    decided = defaultdict(set)
    reasons = Counter()
    for row in decisions:
        decided[row["campaign_id"]].add(row["customer_id"])
        if not row["reason_code"]:
            yield f"no reason: {row}"
        if row["is_sendable"] is not (row["reason_code"] == "sendable"):
            yield f"sendable and not: {row}"
        if row["is_first_channel"]:
            reasons[row["campaign_id"]] += 1
    for campaign, people in members.items():
        if lost := people - decided[campaign]:
            yield f"{campaign}: no decision on {sorted(lost)[:5]}"
        if extra := decided[campaign] - people:
            yield f"{campaign}: not in the audience: {sorted(extra)[:5]}"
        counts = (in_waterfall[campaign], reasons[campaign])
        if set(counts) != {len(people)}:
            yield f"{campaign}: {len(people)} people, waterfall and decisions: {counts}"


def _dialled(key, addresses):
    """Whether digits are one of the numbers as it is dialled at home."""
    digits = key.lstrip("0")
    return re.fullmatch(r"[0-9]{9,}", key) is not None and any(
        digits in {each[1:], each[2:] if each.startswith("+1") else each[3:]}
        for each in addresses
        if each.startswith("+")
    )


def _plausible(occurred, received):
    """When a no counts from: its own date where that can be."""
    can_be = occurred and EARLIEST <= occurred < received + timedelta(days=1)
    return occurred if can_be else received


def _list(value):
    return value if isinstance(value, list) else []


def _dig(value, *path):
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _values(payload):
    """Every change's value in a body, however broken."""
    try:
        body = json.loads(payload)
    except ValueError:
        return
    for entry in _list(_dig(body, "entry")):
        for change in _list(_dig(entry, "changes")):
            yield _dig(change, "value")
