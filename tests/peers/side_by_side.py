"""
The same rows, server and kill points for `ott`, drt-core and dlt, in one table.

    make faults        runs it after our own faults; python tests/peers/side_by_side.py

WhatsApp's API, which knows no repeats. A night's 24 rows are due; the run is killed
after a drawn number of messages, two people who had nothing yet say stop, and it is
run again until it ends by itself. For lost answers nothing is killed: of 200 messages
1 % of answers are lost, 1 % of requests reset, 1 % answered 500 after the message was
taken. Counted is what the provider took.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/faults"))

from ground import PATIENCE, Ground, Result, chosen_cases, tail  # noqa: E402
from on_postgres import Server  # noqa: E402

HERE = Path(__file__).parent
PEERS = ROOT / ".venv-peers/bin/python"
NIGHT, LOST = 24, 200
FAULTS = ("lost_answer:0.01", "reset:0.01", "http_500_after_accept:0.01")
LINE_BYTES = 280
WAYS = ("ott", "drt default", "drt careful", "dlt default", "dlt careful")


@dataclass(slots=True)
class Tool:
    """One way to send what is due on a ground; a folder of its own keeps its state."""

    way: str
    ground: Ground
    folder: Path
    state: dict

    def start(self):
        if self.way == "ott":
            return self.ground.start(*self.ground.command())
        name, how = self.way.split()
        home = str(self.folder / "home")
        Path(home).mkdir(exist_ok=True)
        words = [PEERS, HERE / f"kills_{name}.py", home, str(self.ground.file)]
        return subprocess.Popen(
            [*words, self.ground.sandbox.url, how],
            env=self.ground._clean() | {"STATE": json.dumps(self.state)},
            stdout=(self.folder / "said").open("a"),
            stderr=subprocess.STDOUT,
        )

    @property
    def looks(self):
        """Whether what failed is left to a person rather than run again."""
        return self.way != "ott" and self.way.endswith("careful")

    def finish(self):
        """Run to the end; again while it says that it failed and nobody looks."""
        for _ in range(4):
            process = self.start()
            process.communicate(timeout=PATIENCE)
            if process.returncode in (0, 6) or self.looks:
                return process.returncode
        return process.returncode


def kills(tool, seed, count):
    """Kill so many runs; give what the provider took, and what nobody was told of."""
    ground, result = tool.ground, Result()
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets.
    said = 0
    while result.kills < count:
        rows = ground.night(NIGHT)
        after, pause = dice.randint(1, NIGHT - 4), dice.uniform(0, 0.04)
        before = len(ground.sandbox.lines())
        process = tool.start()
        while process.poll() is None:
            if len(ground.sandbox.lines()) - before >= after:
                time.sleep(pause)
                break
            time.sleep(0.005)
        result.kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        _stop_two(ground, rows, dice)
        code = tool.finish()
        said += _count(ground, rows, result, code)
    return result, said


def _stop_two(ground, rows, dice):
    sent = ground.sent()
    waiting = [row for row in rows if not sent[tail(row)]]
    ground.stop(dice.sample(waiting, min(2, len(waiting))))


def _count(ground, rows, result, code):
    """Count a night; give how many of the missing the tool told of."""
    sent = Counter(str(line["to"])[-8:] for line in ground.sandbox.lines())
    states = ground.states() if ground.ledger.exists() else {}
    told = 0
    for row in rows:
        result.rows += 1
        result.duplicates += max(sent[tail(row)] - 1, 0)
        is_missing = not sent[tail(row)] and tail(row) not in ground.stopped
        is_told = states.get(row.delivery_key) == "unknown" or (not states and code)
        result.unknown += states.get(row.delivery_key) == "unknown"
        result.missing += is_missing and not is_told
        told += bool(is_missing and is_told)
    result.after_a_stop = sum(
        line["arrived"] > ground.stopped.get(str(line["to"])[-8:], float("inf"))
        for line in ground.sandbox.lines()
    )
    return told


def lost(tool):
    """Send once under lost answers."""
    ground, result = tool.ground, Result()
    rows = ground.night(LOST)
    ground.sandbox.faults(*FAULTS)
    code = tool.finish()
    ground.sandbox.faults()
    return result, _count(ground, rows, result, code)


def versions():
    code = "import importlib.metadata as m; "
    code += "print(*(n + ' ' + m.version(n) for n in ('drt-core', 'dlt')), sep=', ')"
    return subprocess.check_output([PEERS, "-c", code], text=True).strip()


def compare(folder, seed, count, tell=print):
    """Print the table; give ours."""
    tell(f"Side by side, {versions()}: {count} kills each, then {LOST} messages.")
    head = ("", "kills", "rows", "twice", "missing, told", "missing, silent")
    shape = "  {:<26}{:>6}{:>6}{:>7}{:>15}{:>17}{:>9}{:>14}"
    tell(shape.format(*head, "unknown", "after a stop"))
    server = Server()
    ours = {}
    try:
        for way in WAYS:
            for what in ("kill -9", "lost answers"):
                place = folder / f"{way} {what}".replace(" ", "_")
                case = chosen_cases()["whatsapp"]
                ground = Ground(place, case, seed)
                try:
                    # One database each: the same people are in all of them.
                    state = server.database(place.name.lower().replace("-", ""))
                    tool = Tool(way, ground, place, state)
                    is_kill = what == "kill -9"
                    made = kills(tool, seed, count) if is_kill else lost(tool)
                finally:
                    ground.close()
                one, said = made
                numbers = (one.kills, one.rows, one.duplicates, said, one.missing)
                numbers += (one.unknown, one.after_a_stop)
                tell(shape.format(f"{way}, {what}", *numbers))
                if way == "ott":
                    ours[what] = one
    finally:
        server.close()
    return ours


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        compare(
            Path(name),
            *map(int, sys.argv[1:] or (1, 15)),
            lambda t: print(t, flush=True),
        )
