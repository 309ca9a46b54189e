"""
The fault campaign: kills, lost answers, full disks and the rest, on every destination.

    make faults        500 kills, then each trial, then the peers beside us
    python tests/faults/faults.py --seed 7 --kills 60 --only "disk|locked"

Real processes, sockets and signals; the same seed draws the same people, faults and
kill points, though not the same instants of a machine. What went wrong is counted by
what the provider took, not by our tables. All that was done is in target/faults/.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import kills
from ground import ROOT, Result
from trials import trials

sys.path.insert(0, str(ROOT / "tests/peers"))

AT_ONCE = 3
PEER_KILLS = 15
SHAPE = "  {:<28}{:>7}{:>7}{:>9}{:>7}{:>13}{:>9}{:>14}"
HEAD = ("", "rows", "kills", "unknown", "twice", "unaccounted", "missing")


class Told:
    """What is said goes to the screen and to the log."""

    def __init__(self, path):
        self._file = path.open("w")

    def __call__(self, text):
        print(text, flush=True)
        self._file.write(f"{text}\n")
        self._file.flush()


def line(name, one):
    numbers = (one.rows, one.kills, one.unknown, one.duplicates)
    numbers += (one.unaccounted, one.missing, one.after_a_stop)
    return SHAPE.format(name, *numbers)


def all_trials(folder, seed, only, tell):
    """Run the trials, some at once; give the result of each."""
    chosen = {n: f for n, f in trials().items() if re.search(only, n)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {
            name: pool.submit(trial, folder / re.sub(r"\W+", "_", name), seed)
            for name, trial in sorted(chosen.items())
        }
        return kills.told(running, line, tell)


def main(seed, number, only, *, peers):
    folder = ROOT / "target/faults"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tell, begun = Told(folder / "faults.log"), time.monotonic()
    total = Result()
    tell(f"Seed {seed}: {number} kills of `ott send`, over all destinations.")
    if number:
        tell(SHAPE.format(*HEAD, "after a stop"))
        for one in kills.campaign(folder / "kills", seed, number, line, tell).values():
            total.add(one)
    tell("Trials.")
    tell(SHAPE.format(*HEAD, "after a stop"))
    for one in all_trials(folder / "trials", seed, only, tell).values():
        total.add(one)
    if peers:
        from side_by_side import compare

        for one in compare(folder / "peers", seed, PEER_KILLS, tell).values():
            total.kills += one.kills
            total.duplicates += one.duplicates
            total.after_a_stop += one.after_a_stop
            total.missing += one.missing
    tell(line("all of ours", total))
    minutes = (time.monotonic() - begun) / 60
    is_good = not total.bad and total.kills >= number
    tell(f"{minutes:.0f} minutes. {'As promised.' if is_good else 'NOT as promised.'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--kills", type=int, default=500)
    given.add_argument("--only", default="", help="a pattern of trials' names")
    given.add_argument("--no-peers", dest="peers", action="store_false")
    asked = given.parse_args()
    sys.exit(main(asked.seed, asked.kills, asked.only, peers=asked.peers))
