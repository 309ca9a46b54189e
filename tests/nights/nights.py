"""
Many nights, one after the other: does what the marts say stay true?

    make nights SEED=1 NIGHTS=20 ENGINE=duckdb

Each night has one real `dbt build` and some runs of `ott send --all` toward the real
sandbox, in a folder and with campaigns of its own. Between, before and during them
people say stop, say yes, move, are merged; webhooks come late, twice and never; runs
are killed, answers are lost, ledgers disappear. What left is judged by the sandbox's
log and by what the simulation itself knows (`oracle`, `truth`), not by our tables.

What happens is a function of the seed. When exactly a kill strikes is not, so the
number of messages may differ a little from run to run; which faults there are does not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from campaigns import CAMPAIGNS, FLAGS, HAS_BRAZE, as_message, as_seed, catalogue
from engines import ENGINES
from feed import Files, Tables, text
from home import Home
from oracle import CLOSES, OUTCOMES, Oracle
from quick import QuickBuild
from sending import ALL_GOOD, REFUSED, Sender
from world import DAY, HAPPENINGS, HOUR, World, happen

from sync.destinations import DESTINATIONS

FIRST = datetime.fromisoformat("2026-10-05")
PEOPLE = 160
MINUTE = timedelta(minutes=1)
# Of each kind of violation.
SHOWN = 2
# Done to the first run after a build: it has the most to do.
TO_A_SEND = (
    *("provider", "kill", "locked", "two_at_once", "provider", "kill_early"),
    *("kill", "provider", "locked", "build_meanwhile"),
)
TO_A_DAY = (
    *("second_host", "second_build", "lost_ledger", "broken_build", "old_ledger"),
    *("second_build", "replay", "broken_seed"),
)
# Only a real dbt does these.
REAL_ONLY = ("replay", "broken_seed", "build_meanwhile")
LEDGERS = ("second_host", "lost_ledger", "old_ledger")
BROKEN_TEST = "tests/dbt/singular/assert_nothing_is_synced_tonight.sql"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What to simulate.

    Attributes:
        quick: Only to search many seeds: see `quick`.
        built: The folder of a build whose SQL is used, from the first night on.
        keep: Leave the folder, violations or not.
    """

    seed: int = 1
    nights: int = 20
    engine: str = "duckdb"
    people: int = PEOPLE
    quick: bool = False
    built: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Night:
    """What is planned: the happenings are drawn as they come."""

    number: int
    built_at: datetime
    moments: tuple[datetime, ...]
    to_a_send: str = ""
    to_a_day: str = ""
    is_silent_after: bool = False
    sends_before_build: bool = False

    @property
    def is_quiet(self):
        return not (self.to_a_send or self.to_a_day)


def plan(world, number, without=()):
    """Draw the nights; every third or so is quiet."""
    cards = {}
    for name, all_cards in (("send", TO_A_SEND), ("day", TO_A_DAY)):
        deck = [card for card in all_cards if card not in without]
        world.dice("deck", name).shuffle(deck)
        cards[name] = deck * (1 + number // len(deck))
    for n in range(number):
        dice = world.dice("night", n)
        midnight = FIRST + n * DAY
        built = midnight + dice.choice([0, 90, 120, 240]) * MINUTE
        moments = (
            built + dice.choice([3, 10, 25]) * MINUTE,
            midnight + 7 * HOUR,
            midnight + dice.randint(9 * 60, 21 * 60) * MINUTE,
            midnight + 24 * HOUR - dice.choice([1, 20]) * MINUTE,
        )
        is_quiet = n % 3 == 1
        yield Night(
            n,
            built,
            moments,
            "" if is_quiet else cards["send"].pop(0),
            "" if is_quiet or dice.random() < 0.3 else cards["day"].pop(0),
            dice.random() < 0.4,
            built > midnight and dice.random() < 0.5,
        )


class BuildFailedError(Exception):
    """Nothing can be simulated without a build."""


class Simulation:
    def __init__(self, asked, folder):
        self.counts = Counter()
        self.told = 0
        self.quick, self.quick_build = bool(asked.quick or asked.built), None
        self.nights, self.seed = asked.nights, asked.seed
        (folder / "ledger").mkdir(parents=True)
        self.home = Home(folder, ENGINES[asked.engine](folder))
        self.home.copy_project()
        self.home.seed("campaigns/campaigns", [as_seed(each) for each in CAMPAIGNS])
        self.home.seed(
            "campaigns/campaign_messages", [as_message(each) for each in CAMPAIGNS]
        )
        self.home.hours(CLOSES, "08:00", "20:00")
        if HAS_BRAZE:
            self.home.seed("campaigns/profile_flags", FLAGS)
        if asked.built:
            self.quick_build = QuickBuild.after(self.home, Path(asked.built))
        self._write_catalogue()
        feed = (
            Files(self.home.project, self.home.raw)
            if asked.engine == "duckdb"
            else Tables(self.home.project, self.home.engine.cursor)
        )
        self.world = World(asked.seed, feed, self.home, counts=self.counts)
        self.oracle = Oracle(self.world.truth, counts=self.counts)
        self.sender = Sender(
            self.home, self.oracle, self.counts, self.home.knows("reconcile")
        )
        self.world.begin(FIRST, asked.people)
        self.home.open_sandbox(FIRST, asked.seed)

    def _write_catalogue(self):
        with (self.home.folder / "catalogue.jsonl").open("w") as file:
            file.writelines(json.dumps(each) + "\n" for each in catalogue(text(FIRST)))

    def close(self):
        self.home.close()
        self.home.engine.close()

    def run(self):
        for night in plan(self.world, self.nights, REAL_ONLY if self.quick else ()):
            begun, before = time.monotonic(), Counter(self.counts)
            try:
                self.night(night)
            except BuildFailedError:
                break
            self._tell(night, self.counts - before, time.monotonic() - begun)
        return self.oracle.violations

    # One night.

    def night(self, night):
        midnight = FIRST + night.number * DAY
        if night.sends_before_build and night.number:
            self.at(midnight + 20 * MINUTE, "early")
            self.sender.usual(midnight + 20 * MINUTE)
        self.at(night.built_at, "before the build", 3)
        self.world.tonight(night.built_at, self.world.dice("tonight", night.number))
        self._build_as_planned(night)
        self._first_send(night)
        if not night.is_silent_after or night.to_a_day:
            for number, moment in enumerate(night.moments[1:], 1):
                self._later(night, number, moment)
        if night.is_quiet:
            self._quiet_end(night.moments[-1])
        self.sender.back_up(night.moments[-1])

    def at(self, now, what, most=3):
        """Time has come: things happen, webhooks arrive."""
        self.home.set_clock(now)
        dice = self.world.dice("at", now, what)
        happen(self.world, now, dice, dice.randint(1, most))
        had = {each.customer for each in self.oracle.messages[-400:] if each.customer}
        if dice.random() < 0.15 and had:
            self.world.merges(now, dice, among=sorted(had))
        self.world.pump(now)

    def _build_as_planned(self, night):
        if night.to_a_day not in ("broken_build", "broken_seed"):
            self.build(night.built_at)
            return
        with _Broken(self.home.project, night.to_a_day):
            code, _ = self._dbt(night.built_at, broken=True)
        self.counts[f"{night.to_a_day}s"] += 1
        if code == 0:
            self.oracle.blame("a broken build passed", night.to_a_day, night.built_at)
        at = night.built_at + 1 * MINUTE
        if night.to_a_day == "broken_build" or not night.number:
            self.sender.refused(at, "a broken build")
        else:
            # The tables are still those of the last good build, and on PostgreSQL the
            # view of stops may be gone with the table it was made of.
            self.sender.usual(at, may_lack_a_view=True)
        self.build(at + MINUTE)

    def build(self, as_of):
        code, told = self._dbt(as_of)
        if code:
            (self.home.folder / "build_failed.txt").write_text(told)
            self.oracle.blame("the build failed", told[-3000:], as_of)
            raise BuildFailedError
        self.sender.decided = as_of

    def _dbt(self, as_of, *, broken=False):
        """Build, while things go on happening."""
        dice = self.world.dice("during", as_of)
        pause = dice.uniform(2, 12)
        self.counts["builds"] += 1
        if self.quick and self.quick_build:
            failed = self.quick_build.run(
                as_of, lambda: self._happens_meanwhile(as_of, dice), broken=broken
            )
            return int(broken or bool(failed)), str(failed)
        process = self.home.dbt(as_of)
        time.sleep(pause)
        self._happens_meanwhile(as_of, dice)
        out, _ = process.communicate()
        if self.quick and not process.returncode:
            self.quick_build = QuickBuild(self.home, as_of)
        return process.returncode, out

    def _happens_meanwhile(self, as_of, dice):
        allowed = {
            each: weight
            for each, weight in HAPPENINGS.items()
            # The warehouse is held: the call would wait for it.
            if each is not World.is_stopped_by_us
        }
        for each in dice.choices(list(allowed), list(allowed.values()), k=2):
            each(self.world, as_of + MINUTE, dice)

    def _first_send(self, night):
        moment = max(night.moments[0], self.sender.decided + 2 * MINUTE)
        self.at(moment, "first")
        dice = self.world.dice("send", night.number)
        if night.to_a_send == "build_meanwhile":
            self._build_meanwhile(moment, dice)
        elif night.to_a_send:
            getattr(self.sender, night.to_a_send)(moment, dice)
        else:
            self.sender.usual(moment)

    def _build_meanwhile(self, at, dice):
        """The next build begins while messages still go out."""
        self.home.set_faults(["slow:0.5:1.0"])
        process = self.home.start(
            *self.sender.command("--in-flight", "2", "--wait", "300"), now=at
        )
        grew = self.sender._grows(process, 3)
        # What leaves after the build began was still decided before it.
        code, told = self._dbt(at + MINUTE)
        self.home.set_faults([])
        run = self.sender.finish(process, at)
        self.counts["builds while sending"] += grew
        if run.code == REFUSED:
            # On a server the tables of the next destinations are being swapped.
            self.counts["refused: a build under way"] += 1
        elif run.code not in ALL_GOOD:
            self.oracle.blame("refused without a reason", run.told, at)
        if code:
            self.oracle.blame("the build failed", told[-3000:], at)
            raise BuildFailedError
        self.sender.decided = at + MINUTE
        self.sender.usual(at + 5 * MINUTE)

    def _later(self, night, number, moment):
        moment = max(moment, self.sender.decided + 5 * MINUTE)
        self.at(moment, f"later {number}")
        dice = self.world.dice("later", night.number, number)
        if number == 1:
            self.sender.reconcile(moment, dice)
        if number == 2 and night.to_a_day == "second_build":
            self.build(moment - MINUTE)
            self.counts["second builds"] += 1
        if number == 2 and night.to_a_day in (
            "second_host",
            "lost_ledger",
            "old_ledger",
        ):
            getattr(self.sender, night.to_a_day)(moment, dice)
        elif number == 2 and night.to_a_day == "replay":
            self._replay(moment, dice)
        else:
            self.sender.usual(moment)

    def _replay(self, at, dice):
        before = self.home.engine.fingerprint()
        process = self.home.dbt(at - dice.randint(2, 60) * HOUR, self.home.engine.dev)
        out, _ = process.communicate()
        if process.returncode:
            self.oracle.blame("the replay failed", out[-3000:], at)
        after = self.home.engine.fingerprint()
        changed = {name for name in before if before[name] != after.get(name)}
        if changed or set(after) - set(before):
            text = f"{changed} {set(after) - set(before)}"
            self.oracle.blame("a replay touched something", text, at)
        self.counts["replays"] += 1
        self.sender.usual(at)

    def _quiet_end(self, at):
        """Nothing went wrong tonight, so everything must be where it belongs."""
        known = {
            row[0]
            for row in self.home.engine.rows(
                "select delivery_key from raw.raw_delivery_events "
                "where event in ('accepted', 'unknown', 'reconciled')"
            )
        }
        self.oracle.forgotten(at, known)
        if HAS_BRAZE:
            wanted = self.home.engine.rows(
                "select customer_id, flag_name from ott_intermediate.int_profile_flags "
                "where is_flag_true"
            )
            profiles = self.home.ask_sandbox("/_sandbox/braze/profiles")
            self.oracle.platform(profiles, set(wanted), self.sender.decided, at)
        self.counts["quiet nights"] += 1

    def _tell(self, night, new, seconds):
        did = ", ".join(filter(None, (night.to_a_send, night.to_a_day))) or "quiet"
        numbers = " ".join(f"{name} {new[name]}" for name in OUTCOMES if new[name])
        bad = len(self.oracle.violations)
        for each in self.oracle.violations[self.told :]:
            print(f"  VIOLATION {each.kind} on {each.at}: {each.text[:600]}")
        self.told = bad
        print(
            f"night {night.number:>2} {night.built_at:%m-%d %H:%M} {did}: {numbers}"
            f"{f' VIOLATIONS {bad}' if bad else ''} ({seconds:.0f} s)",
            flush=True,
        )


class _Broken:
    """A project in which tonight's build must not pass."""

    def __init__(self, project, how):
        name = BROKEN_TEST if how == "broken_build" else "seeds/campaigns/campaigns.csv"
        self._path = project / name
        self._how = how

    def __enter__(self):
        self._before = self._path.read_text() if self._path.exists() else None
        if self._how == "broken_build":
            tables = [
                f"select delivery_key from {{{{ ref('{kind.model}') }}}}"
                for kind in DESTINATIONS.values()
            ]
            tables.append("select 'broken'\n")
            self._path.write_text("\nunion all ".join(tables))
        else:
            last = self._before.splitlines()[-1]
            self._path.write_text(f"{self._before}{last}\n")

    def __exit__(self, *_):
        if self._before is None:
            self._path.unlink()
        else:
            self._path.write_text(self._before)


def report(simulation, violations, seconds):
    counts = simulation.counts
    print(f"\n{simulation.nights} nights, seed {simulation.seed}, {seconds:.0f} s")
    for name in sorted(name for name in counts if counts[name]):
        print(f"  {counts[name]:>6} {name}")
    for each in simulation.world.truth.history:
        if each.text.startswith("guard"):
            print(f"  {each.at:%m-%d %H:%M} {each.text}")
    kinds = Counter(each.kind for each in violations)
    for name, number in kinds.most_common():
        print(f"VIOLATION {number:>4} {name}")
    shown = Counter()
    for each in violations:
        shown[each.kind] += 1
        if shown[each.kind] <= SHOWN:
            show(simulation, each)


def show(simulation, violation):
    """Tell a violation, and what happened to whom it is about."""
    print(f"\n{violation.kind} on {violation.at}: {violation.text[:1500]}")
    for line in simulation.world.truth.about(violation.customers, violation.at):
        print(f"    {line.at} {line.text} {line.customers}")
    before = [
        message
        for message in simulation.oracle.messages
        if message.customer in violation.customers and message.at <= violation.at
    ]
    for message in before[-10:]:
        print(f"    {message}")


def simulate(asked, folder):
    begun = time.monotonic()
    simulation = Simulation(asked, folder)
    try:
        violations = simulation.run()
    finally:
        simulation.close()
    report(simulation, violations, time.monotonic() - begun)
    return simulation


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for field in fields(Asked):
        if field.type == "bool":
            options.add_argument(f"--{field.name}", action="store_true")
        else:
            kind = int if field.type == "int" else str
            options.add_argument(f"--{field.name}", type=kind, default=field.default)
    asked = Asked(**vars(options.parse_args()))
    folder = Path(tempfile.mkdtemp(prefix=f"nights-{asked.seed}-"))
    done = simulate(asked, folder / "home")
    if done.oracle.violations or asked.keep:
        print(f"\nEverything is kept in {folder}")
    else:
        shutil.rmtree(folder)
    sys.exit(bool(done.oracle.violations))


if __name__ == "__main__":
    main()
