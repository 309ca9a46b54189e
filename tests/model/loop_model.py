"""
The loop on paper: builds decide, runs send, results come back, the next build counts.

No dbt, no SQLite, no HTTP: only what must hold together. Time is in hours, and every
step takes one. The warehouse cannot be lost; a ledger can, or be put back from a copy.
A run may die anywhere, and anything may happen in the middle of it. `Guards` are the
rules; each can be taken out to see what it is for. `Loop.broken` tells what went wrong,
by the provider's own log.
"""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy

from loop_facts import (
    ADDRESS,
    CAMPAIGNS,
    DAY,
    IDS,
    MAX_CLAIMS,
    MAX_STEP,
    MESSAGED,
    Build,
    Delivery,
    Event,
    Guards,
    Key,
    Killed,
    Ledger,
    Look,
    Row,
    Run,
    Sent,
)


class Loop:
    def __init__(self, guards):
        self.on = guards
        self.now = 0
        # The warehouse: everything with the hour it was received.
        self.merges, self.stops, self.failures, self.events = [], [], [], []
        self.runs = {}
        self.build = self.building = None
        # The machines.
        self.ledgers, self.copy = {}, None
        self.lock_files, self.held = {}, set()
        # The provider's log, and the judge's findings.
        self.sent, self.broken = [], []

    def play(self, steps):
        for name, *values in steps:
            self.now += 1
            getattr(self, name)(*values)
            if self.broken:
                break

    # What was known at an hour.

    def person(self, customer, at):
        for one, into, received_at in self.merges:
            if received_at <= at and customer == one:
                customer = into
        return customer

    def ids(self, customer, at):
        person = self.person(customer, at)
        return [i for i in IDS if self.person(i, at) == person]

    def is_stopped(self, customer, at):
        """A stop holds for all ids of a person, and for all on their addresses."""
        addresses = {ADDRESS[i] for i in self.ids(customer, at)}
        return any(
            received_at <= at and ADDRESS[i] in addresses
            for who, received_at in self.stops
            for i in self.ids(who, at)
        )

    def has_failed(self, key, at):
        return any(key == k and received_at <= at for k, received_at in self.failures)

    # dbt build: who is due.

    def decide(self, order):
        as_of, rows = self.now, []
        marketed = set()
        for name in order:
            campaign, addresses = CAMPAIGNS[name], set()
            for person in IDS:
                if not (row := self.judge(name, person, as_of)):
                    continue
                if campaign.is_marketing and person in marketed:
                    continue
                if self.on.address_history and ADDRESS[person] in addresses:
                    continue
                addresses.add(ADDRESS[person])
                marketed |= {person} if campaign.is_marketing else set()
                rows.append(row)
        return Build(as_of, rows)

    def judge(self, name, person, as_of):
        """Ask every gate; None is a closed one."""
        campaign = CAMPAIGNS[name]
        wanted = Key(name, person, campaign.occurrence(as_of), 0)
        known = [e for e in self.events if e.received_at <= as_of]
        theirs = [e for e in known if self.is_counted(e.key.customer, person, as_of)]
        here = [e for e in known if e.key.is_like(wanted)]
        here = [e for e in here if e in theirs or self.is_near(e.key.customer, person)]
        failed = {e.key for e in here if self.has_failed(e.key, as_of)}
        had = [e for e in theirs if e.event in MESSAGED]
        gates = {
            "canonical": self.person(person, as_of) == person,
            "consent": not self.is_stopped(person, as_of),
            "already_messaged": all(
                e.event not in MESSAGED or e.key in failed for e in here
            ),
            "attempts": sum(e.event in ("refused", "deferred") for e in here)
            < MAX_CLAIMS,
            "steps": len(failed) <= MAX_STEP,
            "cap": not campaign.is_marketing
            or all(
                not e.key.campaign.is_marketing
                or e.at <= as_of - DAY
                or self.has_failed(e.key, as_of)
                for e in had
            ),
        }
        if not all(gates.values()):
            return None
        end = as_of + DAY
        if self.on.occurrence_cut and campaign.is_recurring:
            end = min(end, (wanted.occurrence + 1) * DAY)
        is_held_out = any(i in campaign.drawn for i in self.ids(person, as_of))
        return Row(wanted._replace(step=len(failed)), as_of, end, is_held_out)

    def is_counted(self, customer, person, as_of):
        if self.on.canonical_history:
            customer = self.person(customer, as_of)
        return customer == person

    def is_near(self, customer, person):
        return self.on.address_history and ADDRESS[customer] == ADDRESS[person]

    # sync_stops: a view, so it sees what came after the build.

    def stopped(self, build):
        if not self.on.stops_of_the_runs_build:
            build = self.build
        return {row.key for row in build.rows if self.is_closed_now(row)}

    def is_closed_now(self, row):
        ids = self.ids(row.key.customer, self.now)
        return (
            (self.on.stops_at_send and self.is_stopped(row.key.customer, self.now))
            or (
                self.on.merged_rows_wait
                and ids != self.ids(row.key.customer, row.decided_at)
            )
            or (
                self.on.live_already_messaged
                and any(self.was_missed(event, row, ids) for event in self.events)
            )
        )

    def was_missed(self, event, row, ids):
        """Tell whether the build could not count an event that closes its row."""
        as_of = row.decided_at
        if event.event not in MESSAGED or event.key == row.key:
            return False
        is_theirs = event.key.customer in ids
        is_near = self.is_near(event.key.customer, row.key.customer)
        if event.key.is_like(row.key) and is_near and event.received_at > as_of:
            return True
        was_theirs = self.person(event.key.customer, as_of) == row.key.customer
        if not is_theirs or (event.received_at <= as_of and was_theirs):
            return False
        if event.key.is_like(row.key):
            return True
        both = event.key.campaign.is_marketing and row.key.campaign.is_marketing
        return both and event.at > as_of - DAY

    # What happens around the sync.

    def wait(self):
        self.now += DAY // 2

    def stop(self, customer):
        self.stops.append((customer, self.now))

    def merge(self, one, into):
        one, into = self.person(one, self.now), self.person(into, self.now)
        if one != into:
            self.merges.append((one, into, self.now))

    def fail(self):
        """The provider tells that its last message did not arrive."""
        if self.sent:
            self.failures.append((self.sent[-1].key, self.now))

    def begin_build(self, first="winback"):
        """A marketer may have changed which campaign comes first."""
        self.building = self.decide(sorted(CAMPAIGNS, key=lambda name: name != first))

    def end_build(self):
        self.build, self.building = self.building or self.build, None

    def whole_build(self, first="winback"):
        self.begin_build(first)
        self.end_build()

    def ledger(self, host):
        return self.ledgers.setdefault(host, Ledger(ledger_id=self.now))

    def lose(self, host):
        self.ledgers.pop(host, None)

    def copy_ledger(self, host):
        self.copy = deepcopy(self.ledger(host))

    def restore(self, host):
        if self.copy:
            self.ledgers[host] = deepcopy(self.copy)

    # ott send.

    def send(self, host, destination, fault):
        lock = (host, destination)
        if lock in self.held or not self.build:
            return
        self.held.add(lock)
        with suppress(Killed):
            self.run(self.ledger(host), destination, fault)
        self.held.remove(lock)

    def run(self, ledger, destination, fault):
        if self.strange(ledger):
            return
        self.recover(ledger, destination)
        if self.on.write_back_before_read:
            if fault.is_locked_first:
                return
            self.write_back(ledger)
        build = self.build
        look = Look(self.stopped(build), self.now)
        self.meanwhile(fault, -1)
        run = (destination, self.now, ledger.ledger_id)
        ledger.ended[run] = False
        ledger.untold.append((run, Run(build, destination)))
        self.lock_files[run] = 0
        if self.on.open_before_send:
            self.write_back(ledger)
            if self.on.look_again_after_open and self.strange(ledger):
                self.close(ledger, run)
                return
        rows = [
            row for row in build.rows if row.key.campaign.destination == destination
        ]
        for number, row in enumerate(rows):
            if self.meanwhile(fault, number):
                look = Look(self.stopped(build), self.now)
            self.go(ledger, run, row, look, fault._replace(at=number))
            if row.key not in ledger.deliveries:
                self.broken.append(("not accounted for", row))
        self.close(ledger, run)
        if not fault.is_locked_last:
            self.write_back(ledger)

    def meanwhile(self, fault, number):
        if fault.at == number:
            self.play(fault.meanwhile)
            self.now += 1
        return fault.at == number

    def close(self, ledger, run):
        ledger.ended[run] = True
        ledger.untold.append((run, "closed"))

    def go(self, ledger, run, row, look, fault):
        """Recheck, claim, send, record."""
        if self.is_known(ledger, row):
            return
        late = self.now >= row.not_after or self.knew_too_little(ledger, row)
        if row.key in look.stopped or late:
            self.settle(ledger, run, row, "skipped")
        elif row.is_held_out:
            self.settle(ledger, run, row, "held_out")
            self.judge_held_out(row, look.at)
        else:
            if self.on.claim_durable_first:
                self.claim(ledger, run, row)
            if fault.answer in ("accepted", "lost"):
                self.judge_sent(row, look.at)
            if fault.dies_at == fault.at:
                raise Killed
            if not self.on.claim_durable_first:
                self.claim(ledger, run, row)
            event = "unknown" if fault.answer == "lost" else fault.answer
            self.settle(ledger, run, row, event)

    # The ledger: one a host, durable, told by nobody but itself.

    def is_known(self, ledger, row):
        known = ledger.deliveries.get(row.key)
        if not known or known.state == "deferred":
            return bool(known) and known.claims >= MAX_CLAIMS
        if known.state in ("refused", "skipped"):
            return known.claims >= MAX_CLAIMS or row.decided_at <= known.decided_at
        return known.state != "unknown" or self.on.unknown_never_resent

    def knew_too_little(self, ledger, row):
        """Another customer of the address had it; or marketing came after the build."""
        for key, known in ledger.deliveries.items():
            if key == row.key or known.state not in ("claimed", "accepted", "unknown"):
                continue
            same_customer = key.customer == row.key.customer
            same_address = known.address == ADDRESS[row.key.customer]
            if same_address and not same_customer and key.is_like(row.key):
                return True
            was_seen = known.written_at is not None and (
                max(known.state_at, known.written_at) <= row.decided_at
            )
            both = key.campaign.is_marketing and row.key.campaign.is_marketing
            same = same_customer or same_address
            if self.on.decided_before_last and both and same and not was_seen:
                return True
        return False

    def put(self, ledger, run, row, state, claims=0):
        known = ledger.deliveries.get(row.key)
        ledger.deliveries[row.key] = Delivery(
            state,
            self.now,
            row.decided_at,
            run,
            ADDRESS[row.key.customer],
            (known.claims if known else 0) + claims,
        )

    def claim(self, ledger, run, row):
        self.put(ledger, run, row, "claimed", claims=1)
        ledger.claims[run] += 1
        self.lock_files[run] += 1

    def settle(self, ledger, run, row, event):
        self.put(ledger, run, row, event)
        ledger.unwritten.append(Event(row.key, event, run, self.now))

    def recover(self, ledger, destination):
        """Whoever claimed, and whose lock is free, is dead."""
        dead = {destination}
        if self.on.recover_every_destination:
            dead |= {c.destination for c in CAMPAIGNS.values()} - {
                *(d for host, d in self.held if self.ledgers.get(host) is ledger)
            }
        for key, known in ledger.deliveries.items():
            if known.state == "claimed" and known.run[0] in dead:
                known.state, known.state_at = "unknown", self.now
                ledger.unwritten.append(Event(key, "unknown", known.run, self.now))
        for run, has_ended in [*ledger.ended.items()]:
            if run[0] in dead and not has_ended:
                self.close(ledger, run)

    def write_back(self, ledger):
        """In one transaction; repeating it changes nothing."""
        for event in ledger.unwritten:
            self.events.append(event._replace(received_at=self.now))
            known = ledger.deliveries[event.key]
            if known.state == event.event:
                known.written_at = self.now
        for run, told in ledger.untold:
            if told == "closed":
                self.runs[run].is_closed = True
            elif told == "adopted":
                self.runs[run].adopted_by = ledger.ledger_id
            else:
                self.runs[run] = told
        ledger.unwritten, ledger.untold = [], []

    # Is this the ledger? A lost, restored or second one must never send.

    def strange(self, ledger):
        return [r for r in {**self.runs, **ledger.ended} if self.is_strange(ledger, r)]

    def is_strange(self, ledger, run):
        known = self.runs.get(run)
        if known and known.adopted_by not in (None, ledger.ledger_id):
            return self.on.refuse_strange_runs
        if run not in ledger.ended:
            return self.on.refuse_strange_runs
        if ledger.ended[run]:
            return False
        if known and known.is_closed:
            return self.on.closed_runs_must_be_known
        behind = ledger.claims[run] < self.lock_files[run]
        return self.on.dead_runs_are_counted and behind

    def adopt(self, host):
        """ott reconcile --adopt: what such a run did not tell of is unknown."""
        if self.held:
            return  # The operator's word is that no such run is alive.
        ledger = self.ledger(host)
        strange = [run for run in self.strange(ledger) if run in self.runs]
        others = {self.runs[run].adopted_by for run in strange}
        if others - {None, ledger.ledger_id}:
            return
        for run in strange:
            known = self.runs[run]
            told = [event for event in self.events if event.run == run]
            for event in told:
                self.take_over(ledger, run, event.key, event.event, self.now)
            keys = {event.key for event in told}
            for row in known.build.rows:
                if known.is_closed or row.key.campaign.destination != known.destination:
                    continue
                if self.on.adopt_marks_unknown and row.key not in keys:
                    self.take_over(ledger, run, row.key, "unknown", None)
                    event = Event(row.key, "unknown", run, self.now)
                    ledger.unwritten.append(event)
            ledger.ended[run] = True
            ledger.untold.append((run, "adopted"))
        self.write_back(ledger)

    def take_over(self, ledger, run, key, state, written_at):
        known = ledger.deliveries.get(key)
        if known and known.state in MESSAGED:
            return
        # Whose address it was went with the ledger.
        claims = (known.claims if known else 0) + 1
        ledger.deliveries[key] = Delivery(
            state, self.now, self.now, run, None, claims, written_at
        )

    # The judge: the provider's log, and who was one person when the run last looked.

    def judge_sent(self, row, read_at):
        sent = Sent(row.key, ADDRESS[row.key.customer], self.now)
        ids, campaign = self.ids(row.key.customer, read_at), row.key.campaign
        if self.is_stopped(row.key.customer, read_at):
            self.broken.append(("after a stop", sent))
        for other in self.sent:
            if self.has_failed(other.key, self.now):
                continue
            same = other.key.customer in ids
            again = other.key.name == row.key.name and campaign.occurrence(
                other.at
            ) == campaign.occurrence(self.now)
            if again and (same or other.address == sent.address):
                self.broken.append(("twice", other, sent))
            both = campaign.is_marketing and other.key.campaign.is_marketing
            if both and same and self.now - other.at < DAY:
                self.broken.append(("over the cap", other, sent))
        if sum(other.key == row.key for other in self.sent) >= MAX_CLAIMS:
            self.broken.append(("too often", sent))
        for event in self.events:
            same = event.key.name == row.key.name and event.key.customer in ids
            if same and event.event == "held_out":
                self.broken.append(("held out", event, sent))
        self.sent.append(sent)

    def judge_held_out(self, row, read_at):
        ids = self.ids(row.key.customer, read_at)
        for other in self.sent:
            if self.has_failed(other.key, self.now):
                continue
            if other.key.name == row.key.name and other.key.customer in ids:
                self.broken.append(("held out too late", other, row))


def broken_by(steps, guards=Guards()):  # noqa: B008 - frozen.
    """Play the steps; tell what broke first."""
    loop = Loop(guards)
    loop.play(steps)
    return loop.broken
