"""
A made-up world of some hundreds of people, and what happens to them.

Everything that happens is drawn from the seed, and told to three listeners: the raw
tables, the provider (people write to us there), and the simulation's own memory.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from campaigns import CAMPAIGNS, DIRECT, catalogue, senders
from feed import text
from home import lines
from truth import ALL, Merge, Stop, Truth, Yes

COUNTRIES = (("GB", "+4474"), ("FR", "+336"), ("ES", "+346"), ("NL", "+316"))
MARKETERS = [each for each in CAMPAIGNS if each.purpose == "marketing"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Person:
    """The CRM's current record of one id."""

    customer_id: str
    row: dict
    points: list[dict]
    lapsed: bool

    @property
    def address(self):
        return self.points[-1]["address"]


@dataclass(slots=True)
class World:
    seed: int
    feed: object
    home: object
    truth: Truth = field(default_factory=Truth)
    people: dict[str, Person] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    # What people said to the provider, until its webhook arrives.
    said: dict[str, tuple] = field(default_factory=dict)
    under_way: list[tuple[datetime, str, dict]] = field(default_factory=list)
    landed: int = 0
    serial: int = 0

    def dice(self, *key):
        """Draw for one question, whatever else was drawn before."""
        return random.Random(f"{self.seed}|{'|'.join(map(str, key))}")  # noqa: S311

    def number(self):
        self.serial += 1
        return self.serial

    # The beginning.

    def begin(self, now, people):
        before = now - 30 * DAY
        self.feed.add("raw_senders", *senders(text(before)))
        for campaign in CAMPAIGNS:
            self.truth.campaigns[campaign.campaign_id] = campaign
        dice = self.dice("begin")
        for _ in range(people):
            self.joins(before, dice)
        # Some share a phone.
        for a, b in zip(list(self.people)[:4], list(self.people)[4:8], strict=True):
            point = self.people[b].points[-1]["contact_point_id"]
            later = before + HOUR
            self._point(self.people[b], later, self.people[a].address, point)
            self.truth.note(before, f"shares the phone of {a}", a, b)

    def tonight(self, now, dice):
        """What loaders and models do every day."""
        self.feed.add("raw_templates", *catalogue(text(now - timedelta(minutes=5))))
        for person in dice.sample(list(self.people.values()), len(self.people) // 3):
            self._score(person, now - timedelta(minutes=30))
        for person in dice.sample(list(self.people.values()), 20):
            self._order(person, now - timedelta(minutes=dice.randint(10, 600)), now)
        for _ in range(5):
            self.joins(now - HOUR, dice)

    def joins(self, now, dice):
        """Somebody new, who said yes to marketing and to notices."""
        n = self.number()
        customer = f"c-{n:04d}"
        country, prefix = dice.choice(COUNTRIES)
        row = {
            "customer_id": customer,
            "country_code": country,
            "language_code": "en",
            "is_minor": "false",
            "created_at": text(now),
            "attributes": json.dumps({"first_name": f"Name{n}"}),
            "received_at": text(now),
        }
        person = Person(customer, row, [], dice.random() < 0.7)
        self.people[customer] = person
        self.truth.countries[customer] = country
        self.truth.customers.append(customer)
        self.feed.add("raw_customers", row)
        self._point(person, now, f"{prefix}{20000000 + n}")
        self.truth.note(now, "joined", customer)
        self._order(person, now - 60 * DAY, now)
        self._score(person, now)
        self.says_yes(now, person)

    def _point(self, person, now, address, point_id=None):
        point = {
            "contact_point_id": point_id or f"p-{self.number():05d}",
            "customer_id": person.customer_id,
            "channel": "whatsapp",
            "address": address,
            "status": "active",
            "first_seen_at": text(now),
            "last_seen_at": text(now),
            "received_at": text(now),
        }
        person.points.append(point)
        self.feed.add("raw_contact_points", point)
        self.truth.owns(now, person.customer_id, address)

    def _order(self, person, when, now):
        self.feed.add(
            "raw_orders",
            {
                "order_id": f"o-{self.number():06d}",
                "customer_id": person.customer_id,
                "ordered_at": text(when),
                "amount": "10.00",
                "status": "placed",
                "received_at": text(now - timedelta(minutes=1)),
            },
        )

    def _score(self, person, now):
        self.feed.add(
            "raw_lapse_scores",
            {
                "customer_id": person.customer_id,
                "lapse_risk_score": "0.9" if person.lapsed else "0.2",
                "model_version": "nights",
                "scored_at": text(now),
                "received_at": text(now),
            },
        )

    def _consent(self, now, person, **changed):
        row = {
            "consent_event_id": f"e-{self.number():06d}",
            "customer_id": person.customer_id,
            "channel": "whatsapp",
            "purpose": "marketing",
            "sender_id": "*",
            "actor": "self",
            "method": "web_form",
            "text_version": "v1",
            "occurred_at": text(now),
            "received_at": text(now),
        }
        self.feed.add("raw_consent_events", row | changed)

    # What may happen.

    def says_yes(self, now, person):
        for purpose in ("marketing", "utility"):
            self._consent(now, person, purpose=purpose, action="grant", basis="express")
            self.truth.yeses.append(Yes(now, now, person.customer_id, purpose))
        self.truth.note(now, "says yes", person.customer_id)

    def comes_back(self, now, dice):
        """Says yes again, after a stop that a yes may lift."""
        gone = sorted(
            stop.customer
            for stop in self.truth.stops
            if stop.lifted_by == "grant" and stop.customer and stop.known < now
        )
        if gone:
            self.says_yes(now, self.people[dice.choice(gone)])

    def withdraws(self, now, dice):
        person = self._somebody(now, dice)
        said = now - dice.choice([0, 0, 1, 30]) * HOUR
        # A loader may bring today what the CRM had received an hour ago.
        received = max(said, now - dice.choice([0, 0, 1]) * HOUR)
        purpose = dice.choice(["marketing", "marketing", ALL])
        channel = dice.choice(["whatsapp", ALL])
        self._consent(
            said,
            person,
            purpose=purpose,
            channel=channel,
            action="withdraw",
            received_at=text(received),
        )
        self._stopped(
            "withdrawal", now, said, person, purpose=purpose, lifted_by="grant"
        )

    def _stopped(self, kind, now, said, person, **more):
        customer = person.customer_id if person else None
        stop = Stop(kind, now, said, customer, **more)
        self.truth.stops.append(stop)
        self.counts[f"stop: {kind}"] += 1
        about = f"{kind} of {stop.purpose}, said {said:%m-%d %H:%M}"
        who = self.truth.owners_of(stop.address, now) if stop.address else {customer}
        self.truth.note(now, about, *filter(None, {customer, *who}))

    def is_suppressed(self, now, dice):
        person = self._somebody(now, dice)
        purpose = dice.choice([ALL, ALL, "marketing"])
        ends = dice.choice([None, None, now + 2 * DAY])
        by_address = dice.random() < 0.5
        self.feed.add(
            "raw_suppressions",
            {
                "suppression_id": f"s-{self.number():05d}",
                "key_type": "address" if by_address else "customer",
                "key_value": person.address if by_address else person.customer_id,
                "channel": ALL,
                "sender_id": ALL,
                "purpose": purpose,
                "reason": dice.choice(["complaint", "opt_out", "manual"]),
                "starts_at": text(now),
                "ends_at": text(ends) if ends else "",
                "received_at": text(now),
            },
        )
        self._stopped(
            "suppression of an address" if by_address else "suppression",
            now,
            now,
            None if by_address else person,
            purpose=purpose,
            lifted_by="end",
            ends=ends,
            address=person.address if by_address else None,
        )

    def is_erased(self, now, dice):
        person = self._somebody(now, dice)
        self._version(person, now, erased_at=text(now))
        self._stopped("erasure", now, now, person)

    def _version(self, person, now, **changed):
        person.row |= changed | {"received_at": text(now)}
        self.feed.add("raw_customers", dict(person.row))

    def moves(self, now, dice):
        """Has another number from now on; often somebody who had said stop."""
        person = self._somebody(now, dice)
        gone = sorted(
            stop.customer for stop in self.truth.stops if stop.customer and stop.address
        )
        if gone and dice.random() < 0.4:
            person = self.people[dice.choice(gone)]
        old = person.points[-1]
        address = f"{old['address'][:-8]}{30000000 + self.number()}"
        if dice.random() < 0.5:
            # The same record, overwritten.
            self._point(person, now, address, old["contact_point_id"])
        else:
            ended = old | {"owned_to": text(now), "received_at": text(now)}
            self.feed.add("raw_contact_points", ended)
            self._point(person, now, address)
        self.counts["moves"] += 1
        self.truth.note(now, f"moves from {old['address']}", person.customer_id)

    def flips(self, now, dice):
        person = self._somebody(now, dice)
        person.lapsed = not person.lapsed
        self._score(person, now)
        self.counts["flips"] += 1
        self.truth.note(now, f"is lapsed: {person.lapsed}", person.customer_id)

    def merges(self, now, dice, among=None):
        """Two ids turn out to be one person."""
        persons = sorted(
            {self.truth.canonical(each, now) for each in among or self.people}
        )
        if len(persons) < 2:
            return
        lost, kept = dice.sample(persons, 2)
        dated = now - dice.choice([0, 0, 2, 26]) * HOUR
        received = max(dated, now - dice.choice([0, 1]) * HOUR)
        # Never before the record's last version, or that one would count.
        last = datetime.fromisoformat(self.people[lost].row["received_at"])
        received = min(max(received, last + timedelta(seconds=1)), now)
        self._version(
            self.people[lost],
            received,
            merged_into_customer_id=kept,
            merged_at=text(dated),
        )
        self.truth.merges.append(Merge(now, dated, lost, kept))
        self.counts["merges of two who had it" if among else "merges"] += 1
        self.truth.note(now, f"{lost} is merged into {kept}", lost, kept)

    def writes(self, now, dice, said="Hello"):
        """A message to one of our numbers, perhaps STOP."""
        person = self._somebody(now, dice)
        campaign = dice.choice(DIRECT)
        order = {
            "phone_number_id": campaign.number,
            "from": person.address,
            "text": said,
            "at": now.isoformat() + "+00:00",
        }
        message = self.home.tell_sandbox("/_sandbox/inbound", order)["id"]
        self.counts["writes STOP" if said == "STOP" else "writes"] += 1
        self.truth.note(
            now, f"writes {said} to {campaign.sender_id}", person.customer_id
        )
        if said == "STOP":
            self.said[message] = ("STOP", now, person, person.address, None)

    def writes_stop(self, now, dice):
        self.writes(now, dice, "STOP")

    def stops_in_app(self, now, dice):
        person, campaign = self._somebody(now, dice), dice.choice(MARKETERS)
        self._prefers(now, person, campaign, "stop")

    def resumes_in_app(self, now, dice):
        stops = [each for each in self.truth.stops if each.kind == "platform stop"]
        if not stops:
            return
        stop = dice.choice(stops)
        person = self.people[stop.customer]
        if person.address == stop.address:
            [campaign] = [each for each in MARKETERS if each.sender_id == stop.sender]
            self._prefers(now, person, campaign, "resume")

    def _prefers(self, now, person, campaign, word):
        order = {
            "phone_number_id": campaign.number,
            "from": person.address,
            "value": word,
            "at": now.isoformat() + "+00:00",
        }
        self.home.tell_sandbox("/_sandbox/preferences", order)
        self.counts[f"{word}s in the app"] += 1
        self.truth.note(now, f"{word} for {campaign.sender_id}", person.customer_id)
        key = _preference(campaign.number, person.address, word, now)
        self.said[key] = (word, now, person, person.address, campaign.sender_id)

    def is_stopped_by_us(self, now, dice):
        if not (self.home.folder / "target/manifest.json").exists():
            return
        person = self._somebody(now, dice)
        # Its clock runs while it starts; a stop that is known now was not given later.
        given_at = now - timedelta(seconds=30)
        code, out, err = self.home.ott("stop", person.customer_id, now=given_at)
        if code:
            raise RuntimeError(f"ott stop: {code} {out} {err}")
        self._stopped("operator", now, now, person)

    def _somebody(self, now, dice):
        """Somebody, more often a person without a stop."""
        stopped = {each.customer for each in self.truth.stops}
        for _ in range(3):
            person = dice.choice(list(self.people.values()))
            if person.customer_id not in stopped:
                break
        return person

    # The network between the provider and the raw table.

    def pump(self, now):
        """Bring the webhooks that are due: late, twice, in any order, a few never."""
        for line in lines(self.home.landing)[self.landed :]:
            self.landed += 1
            self._send_on(now, line)
        due = [each for each in self.under_way if each[0] <= now]
        self.under_way = [each for each in self.under_way if each[0] > now]
        self.dice("shuffle", now).shuffle(due)
        if due:
            self.feed.add(
                "raw_whatsapp_webhooks",
                *(line | {"received_at": text(now)} for _, _, line in due),
            )
        for _, _, line in due:
            self._heard(now, line)

    def _send_on(self, now, line):
        dice = self.dice("network", line["payload"])
        is_status = '"statuses"' in line["payload"]
        if is_status and dice.random() < 0.03:
            self.counts["webhooks lost"] += 1
            return
        late = dice.random()
        wait = 0 if late < 0.7 else dice.randint(1, 10) if late < 0.95 else 30
        self.under_way.append((now + wait * HOUR, line["payload"], line))
        self.counts["webhooks late"] += wait > 0
        if dice.random() < 0.08:
            again = now + (wait + dice.choice([0, 5])) * HOUR
            self.under_way.append((again, line["payload"], line))
            self.counts["webhooks twice"] += 1

    def _heard(self, now, line):
        for entry in json.loads(line["payload"])["entry"]:
            for change in entry["changes"]:
                self._heard_change(now, change["value"])

    def _heard_change(self, now, value):
        for status in value.get("statuses", ()):
            self.counts[f"status {status['status']}"] += 1
            if status["status"] == "failed":
                key = status.get("biz_opaque_callback_data")
                self.truth.failures.setdefault(key, now)
        for message in value.get("messages", ()):
            self._heard_stop(now, message["id"])
        for each in value.get("user_preferences", ()):
            number = value["metadata"]["phone_number_id"]
            when = datetime.fromtimestamp(each["timestamp"], UTC).replace(tzinfo=None)
            key = _preference(number, f"+{each['wa_id']}", each["value"], when)
            self._heard_stop(now, key)

    def _heard_stop(self, now, key):
        word, said, person, address, sender = self.said.pop(key, (None,) * 5)
        if word == "resume":
            yes = Yes(now, said, person.customer_id, "marketing", sender, address)
            self.truth.yeses.append(yes)
        elif word:
            self._stopped(
                "STOP word" if word == "STOP" else "platform stop",
                now,
                said,
                person,
                purpose="marketing",
                lifted_by="grant" if word == "STOP" else "resume",
                address=address,
                sender=sender,
            )


def _preference(number, address, word, when):
    return f"{number} {address} {word} {when:%Y-%m-%d %H:%M:%S}"


HAPPENINGS = {
    World.withdraws: 6,
    World.comes_back: 5,
    World.is_suppressed: 3,
    World.is_erased: 1,
    World.moves: 4,
    World.flips: 6,
    World.merges: 3,
    World.writes: 8,
    World.writes_stop: 3,
    World.stops_in_app: 3,
    World.resumes_in_app: 2,
    World.is_stopped_by_us: 1,
}


def happen(world, now, dice, number):
    """Let some things happen."""
    chosen = dice.choices(list(HAPPENINGS), list(HAPPENINGS.values()), k=number)
    for each in chosen:
        each(world, now, dice)
