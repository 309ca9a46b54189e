"""Profile flags over some nights: real models, real runs, judged by the sandbox."""

from __future__ import annotations

import pytest
from home import lines
from nights import FIRST, Asked, Simulation
from quick import BUILT
from world import DAY, HOUR

# Whole builds, night after night: `make long`.
pytestmark = pytest.mark.long

FLAG, UNTIL = "ott_reachable", "ott_reachable_until"
# People by the order they joined in; the first eight share phones.
FLIPS, WAVERS, STAYS = 8, 9, 10
# Who says what before which night, and which answers are lost in it.
SAID = {1: (FLIPS, "no"), 2: (FLIPS, "yes"), 3: (FLIPS, "no")}
SAID |= {4: (WAVERS, "no"), 5: (WAVERS, "yes")}
FAULTS = {4: ["lost_answer:1.0"]}


class Quiet(Simulation):
    """Nothing happens but what a test says."""

    def _happens_meanwhile(self, as_of, dice):
        """Nobody does anything."""


class Nights:
    """What reached the sandbox, and what it then held, night by night."""

    def __init__(self, folder):
        self.simulation = Quiet(Asked(people=12, quick=True, built=BUILT), folder)
        self.people = list(self.simulation.world.people.values())
        self.reached, self.flags = [], []
        try:
            for number in range(6):
                self._pass(number)
        finally:
            self.simulation.close()

    def _pass(self, number):
        simulation, home = self.simulation, self.simulation.home
        evening = FIRST + number * DAY - HOUR
        if said := SAID.get(number):
            self._says(evening, *said)
        home.set_clock(evening)
        simulation.build(evening + 2 * HOUR)
        home.set_faults(FAULTS.get(number, []))
        words = ("send", "braze_profiles", "--allow-change")
        code, _, told = home.ott(*words, now=evening + 3 * HOUR)
        assert code in (0, 6), told
        home.set_faults([])
        log = lines(home.sandbox_dir / "braze.jsonl")
        seen = sum(map(len, self.reached))
        self.reached.append([self._what(write) for write in log[seen:]])
        profiles = home.ask_sandbox("/_sandbox/braze/profiles")
        self.flags.append(
            {person: held["attributes"].get(FLAG) for person, held in profiles.items()}
        )

    def _what(self, write):
        return write["external_id"], frozenset(write["attributes"])

    def _says(self, now, number, word):
        world, person = self.simulation.world, self.people[number]
        if word == "yes":
            world.says_yes(now, person)
        else:
            world._consent(now, person, action="withdraw", purpose="*")

    def flag(self, number):
        """Tell one person's flag as the sandbox held it after each night."""
        return [held[self.people[number].customer_id] for held in self.flags]

    def told(self, number):
        """Tell the names that reached one person, each night."""
        one = self.people[number].customer_id
        return [
            [set(names) for person, names in night if person == one]
            for night in self.reached
        ]


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    return Nights(tmp_path_factory.mktemp("flags") / "home")


def test_a_flag_that_goes_to_and_fro_ends_where_it_belongs(nights):
    assert nights.flag(FLIPS)[:4] == [True, False, True, False]


def test_a_value_whose_fate_is_unknown_is_set_again_when_it_comes_back(nights):
    assert nights.flag(WAVERS)[3:] == [True, False, True]


def test_what_did_not_change_is_not_sent(nights):
    first, second, *_ = nights.told(STAYS)

    assert FLAG in first[0]
    assert second == []


def test_a_changed_attribute_is_sent_alone(nights):
    # Only its end comes too near, two nights later.
    assert nights.told(STAYS)[2] == [{UNTIL}]
