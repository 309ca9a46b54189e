"""
Judges what left by the provider's own log and by the simulation's memory.

Nothing here asks our tables: they are what is being judged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

    from truth import Truth

CAP = timedelta(hours=24)
# The one country of the simulation whose nights are closed.
CLOSES, ITS_ZONE, OPEN = "NL", ZoneInfo("Europe/Amsterdam"), range(8, 20)
OUTCOMES = ("accepted", "refused", "deferred", "unknown", "skipped", "held_out")


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the provider's log, and whose it is."""

    seq: int
    at: datetime
    decided: datetime | None
    campaign: object
    # None where a platform sends: it knows the person by our id.
    address: str | None
    key: str
    customer: str | None

    def __str__(self):
        return (
            f"{self.at:%m-%d %H:%M} {self.campaign.campaign_id} to {self.customer} "
            f"{self.address} (line {self.seq}, decided {self.decided})"
        )


@dataclass(frozen=True, slots=True)
class Violation:
    kind: str
    text: str
    at: datetime
    customers: tuple[str, ...] = ()


@dataclass(slots=True)
class Oracle:
    truth: Truth
    messages: list[Message] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    def blame(self, kind, text, at, *customers):
        self.violations.append(Violation(kind, text, at, customers))

    def judge(self, entries, at, decided):
        """Judge the lines a run added to the provider's log; count them."""
        grown = Counter()
        for entry in entries:
            if message := self._read(entry, at, decided):
                self._once(message)
                self._stopped(message)
                self._capped(message)
                self._held_out(message)
                self._at_night(message)
                self.messages.append(message)
                self.counts[f"to {message.campaign.campaign_id}"] += 1
                grown[message.campaign.destination] += 1
        return grown

    def _read(self, entry, at, decided):
        if person := entry.get("external_user_id"):
            push = self.truth.campaigns["push"]
            key = entry["delivery_key"]
            return Message(entry["seq"], at, decided, push, None, key, person)
        number = entry["path"].split("/")[-2]
        [campaign] = [
            each for each in self.truth.campaigns.values() if each.number == number
        ]
        address, key = entry["to"], entry["delivery_key"]
        owners = self.truth.owners_of(address, at)
        if not owners:
            self.blame("nobody's address", f"{entry}", at)
            return None
        customer = next(iter(owners)) if len(owners) == 1 else None
        # Of some who share an address the key tells whom it was for.
        customer = customer or self._named(campaign, key, owners, at)
        return Message(entry["seq"], at, decided, campaign, address, key, customer)

    def _named(self, campaign, key, owners, at):
        rounds = {campaign.occurrence(at - days * CAP) for days in (0, 1)}
        for owner in sorted(owners):
            for each in {owner, self.truth.canonical(owner, at)}:
                for occurrence in rounds:
                    for step in range(campaign.max_steps):
                        if campaign.key(each, occurrence, step) == key:
                            return owner
        return None

    def _same(self, one, other, at):
        if one.address and one.address == other.address:
            return True
        return bool(one.customer and other.customer) and (
            self.truth.canonical(one.customer, at)
            == self.truth.canonical(other.customer, at)
        )

    def _once(self, message):
        at, campaign = message.at, message.campaign
        had = [
            each
            for each in self.messages
            if each.campaign is campaign
            and campaign.occurrence(each.at) == campaign.occurrence(at)
            and self._same(each, message, at)
        ]
        if not had or self._is_next_step(message, had):
            return
        kind = "twice"
        if not any(self._same(each, message, message.decided) for each in had):
            kind += ", merged after the build"
        elif not any(
            campaign.occurrence(each.decided) == campaign.occurrence(message.decided)
            for each in had
        ):
            kind += ", by the hour of sending"
        kind += self._by_address(message, had)
        told = "; ".join(str(each) for each in [*had, message])
        self.blame(kind, told, at, *self._people(message, *had))

    def _at_night(self, message):
        if message.campaign.purpose != "marketing" or not message.customer:
            return
        person = self.truth.canonical(message.customer, message.decided)
        local = message.at.replace(tzinfo=UTC).astimezone(ITS_ZONE)
        if self.truth.countries.get(person) == CLOSES and local.hour not in OPEN:
            self.blame("at night", str(message), message.at, message.customer)

    def _by_address(self, message, had):
        """Tell apart where only the phone is the same, and several have it."""
        person = self.truth.canonical(message.customer, message.at)
        persons = {self.truth.canonical(each.customer, message.at) for each in had}
        return "" if person in persons else ", several at one address"

    def _people(self, *messages):
        """Whoever may have had these."""
        found = {each.customer for each in messages if each.customer}
        for each in messages:
            if each.address:
                found |= self.truth.owners_of(each.address, each.at)
        return sorted(found)

    def _is_next_step(self, message, had):
        proven = all(self._had_failed(each, message) for each in had)
        self.counts["next steps"] += proven and len(had) < message.campaign.max_steps
        return proven and len(had) < message.campaign.max_steps

    def _had_failed(self, one, later):
        """Tell whether it was known, when the later one was decided."""
        known = self.truth.failures.get(one.key)
        return known is not None and known <= later.decided

    def _stopped(self, message):
        stops = self.truth.standing(
            message.customer, message.address, message.campaign, message.at
        )
        if not stops:
            return
        stop = stops[0]
        kind = f"after a stop ({stop.kind}"
        if stop.address and message.address and stop.address != message.address:
            kind += " at another address"
        if stop.customer and message.customer and stop.customer != message.customer:
            kind += " by another id"
        self.blame(
            kind + ")",
            f"{message}; {stop}",
            message.at,
            *self._people(message),
            *([stop.customer] if stop.customer else []),
        )

    def _capped(self, message):
        if message.campaign.purpose != "marketing":
            return
        had = [
            each
            for each in self.messages
            if each.campaign.purpose == "marketing"
            and message.at - each.at < CAP
            and self._same(each, message, message.at)
            # What the provider said had failed is no contact (R15).
            and not self._had_failed(each, message)
        ]
        if not had:
            return
        before = any(self._same(each, message, message.decided) for each in had)
        kind = "cap" if before else "cap, merged after the build"
        self.blame(
            kind + self._by_address(message, had),
            "; ".join(str(each) for each in [*had, message]),
            message.at,
            *self._people(message, *had),
        )

    def _held_out(self, message):
        campaign = message.campaign
        if not (campaign.holdout_percent and message.customer):
            return
        person = self.truth.canonical(message.customer, message.at)
        ids = self.truth.ids(message.customer, message.at)
        held = sorted(each for each in ids if campaign.holds_out(each))
        if not held:
            return
        kind = "held out" if person in held else "held out by a merged id"
        if not any(
            campaign.holds_out(each)
            for each in self.truth.ids(message.customer, message.decided)
        ):
            kind += ", merged after the build"
        self.blame(kind, f"{message}; {held} of {sorted(ids)}", message.at, *ids)

    # What a run says of itself.

    def account(self, summaries, code, grown, at, told):
        """Compare a run's account with itself, its exit code and the provider's log."""
        for each in summaries:
            done = sum(each["outcomes"].values())
            if each["due"] != done + each["not_sent"]:
                self.blame("account", f"due {each['due']}: {each}", at)
            if set(each["outcomes"]) - set(OUTCOMES):
                self.blame("account", f"an outcome nobody knows: {each}", at)
            if (each["not_sent"] or each["outcomes"].get("unknown")) and not each[
                "exit_code"
            ]:
                self.blame("exit code", f"0 although not all is known: {each}", at)
        if summaries and code not in {each["exit_code"] for each in summaries} | {
            4,
            3,
            5,
        }:
            self.blame("exit code", f"{code}: {summaries} {told}", at)
        self.left(summaries, grown, at, told)

    def left(self, summaries, grown, at, told=""):
        """As many messages must have left as the runs say."""
        for name in ("whatsapp", "braze_triggers"):
            said = Counter()
            for each in summaries:
                said.update(each["outcomes"] if each["destination"] == name else {})
            if (
                not said["accepted"]
                <= grown[name]
                <= said["accepted"] + said["unknown"]
            ):
                text = f"{name}: {grown[name]} left, said {dict(said)} {told}"
                self.blame("account", text, at)

    def platform(self, profiles, wanted, decided, at):
        """
        Compare a platform's profiles with what tonight's build wants of them.

        Who said stop or was merged after the build was not given one.
        """
        has = {
            (person, name)
            for person, profile in profiles.items()
            for name, value in profile["attributes"].items()
            if value is True
        }
        for person, flag in sorted(has - wanted):
            self.blame("a flag too many", f"{person} {flag}", at, person)
        for person, flag in sorted(wanted - has):
            if not self._lost_since(person, flag, decided, at):
                self.blame("a flag is missing", f"{person} {flag}", at, person)
        for person, flag in sorted(has):
            stops = self.truth.standing(person, None, self._asked_by(flag), decided)
            # `ott stop` at the very instant of a build comes a moment after it.
            stops = [
                stop
                for stop in stops
                if stop.kind != "operator" or stop.known < decided
            ]
            if stops:
                text = f"{person} {flag} {stops[0]}"
                self.blame("a flag after a stop", text, at, person)
        self.counts["flags compared"] += len(wanted)

    def _asked_by(self, flag):
        """A campaign of the flag's own sender and purpose."""
        return self.truth.campaigns["deal" if flag == "ott_winback" else "push"]

    def _lost_since(self, person, flag, decided, at):
        return self.truth.ids(person, at) != self.truth.ids(
            person, decided
        ) or self.truth.standing(person, None, self._asked_by(flag), at)

    def forgotten(self, at, known):
        """Blame what left and is in no event of the warehouse."""
        lost = [each for each in self.messages if each.key not in known]
        if lost:
            self.blame(
                "not in the warehouse",
                "; ".join(map(str, lost[:5])),
                at,
                *{each.customer for each in lost[:5] if each.customer},
            )
