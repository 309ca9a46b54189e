"""Runs of `ott send` and what is done to them: kills, locks, rivals, lost ledgers."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

import duckdb
from home import PATIENCE, lines

REFUSED = 4
ALL_GOOD = (0, 6)
# Slow enough to be in the middle of something, and few at once.
SLOWLY = ["slow:0.15:1.0"]
FEW = ("--in-flight", "4")
POLL = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    code: int
    summaries: list[dict]
    told: str
    grown: dict[str, int]


class Sender:
    """Starts runs, and shows each to the oracle."""

    def __init__(self, home, oracle, counts, knows_reconcile):
        self.home, self.oracle, self.counts = home, oracle, counts
        self.knows_reconcile = knows_reconcile
        self.decided = None
        self.seen = 0
        self.backups = []

    @property
    def log(self):
        return self.home.sandbox_dir / "accepted.jsonl"

    def command(self, *options):
        return ("send", "--all", "--first-run", "--json", *options)

    # One run, judged.

    def send(self, at, *options, ledger=None):
        process = self.home.start(*self.command(*options), now=at, ledger=ledger)
        return self.finish(process, at)

    def finish(self, process, at):
        out, err = process.communicate(timeout=PATIENCE)
        grown = self.look(at)
        summaries = [json.loads(line) for line in out.splitlines() if line[:1] == "{"]
        said = [err.strip(), *(each["message"] for each in summaries)]
        run = Run(process.returncode, summaries, " ".join(filter(None, said)), grown)
        self.tally(run)
        if process.returncode >= 0:
            self.oracle.account(summaries, run.code, grown, at, err)
        if run.code == 1:
            self.oracle.blame("a bug", run.told, at)
        return run

    def look(self, at):
        """Show the oracle what is new in the provider's log."""
        new = lines(self.log)[self.seen :]
        self.seen += len(new)
        return self.oracle.judge(new, at, self.decided)

    def tally(self, run):
        self.counts["runs"] += 1
        self.counts[f"exit {run.code}"] += 1
        for each in run.summaries:
            for outcome, number in each["outcomes"].items():
                self.counts[outcome] += number
            for reason, number in each["reasons"].items():
                self.counts[reason] += number
            self.counts["claims of dead runs"] += each["recovered"]

    def refused(self, at, why, *options, ledger=None):
        """A run that must not send anything."""
        run = self.send(at, *options, ledger=ledger)
        self.counts[f"refused: {why}"] += run.code == REFUSED
        if run.code != REFUSED or run.grown:
            text = f"{why}: exit {run.code}, {run.grown} left. {run.told}"
            self.oracle.blame("not refused", text, at)
        return run

    # The ways of a moment.

    def usual(self, at, *options, may_lack_a_view=False):
        """A run without anything done to it."""
        run = self.send(at, *options)
        if may_lack_a_view and "A table or view is missing" in run.told:
            self.counts["refused: a view fell with a broken build"] += 1
            return run
        if run.code == REFUSED and "--allow-change" in run.told:
            self.counts["guard tripped, let through"] += 1
            self.oracle.truth.note(at, f"guard: {run.told}")
            run = self.send(at, "--allow-change", *options)
        if run.code not in (*ALL_GOOD, 1):
            if "hours ago, more than" in run.told:
                self.counts["refused: too old"] += 1
            elif "Too many answers were lost" in run.told:
                self.counts["stopped: too many unknown"] += 1
            else:
                text = f"exit {run.code}: {run.told}"
                self.oracle.blame("refused without a reason", text, at)
        return run

    def provider(self, at, dice):
        """The provider, or the way to it, has a bad hour."""
        faults = dice.sample(
            [
                "lost_answer:0.03",
                "reset:0.03",
                "http_500_after_accept:0.02",
                "slow:0.3:0.2",
                "rate_429:0.1",
                "http_503_before:0.03",
                "truncated_json:0.02",
                "empty_200:0.02",
                "html_502:0.02",
                "code:131000:0.02",
                "code:131049:0.05",
            ],
            4,
        )
        self.home.set_faults(faults)
        self.usual(at)
        self.home.set_faults([])
        for fault in faults:
            self.counts[f"fault {fault.split(':')[0]}"] += 1

    def _slowly(self, at, *options):
        self.home.set_faults(SLOWLY)
        return self.home.start(*self.command(*FEW, *options), now=at)

    def _grows(self, process, number):
        """Wait until the log has so many more lines; False when the run ended first."""
        while process.poll() is None:
            if len(lines(self.log)) >= self.seen + number:
                return True
            time.sleep(POLL)
        return False

    def kill(self, at, dice):
        """Kill -9 in the middle of sending."""
        process = self._slowly(at)
        if self._grows(process, dice.randint(1, 20)):
            self.counts["killed while sending"] += 1
        process.kill()
        self.finish(process, at)
        self.home.set_faults([])

    def kill_early(self, at, dice):
        """Kill -9 at any moment, writing to the warehouse included."""
        process = self._slowly(at)
        with suppress(subprocess.TimeoutExpired):
            process.wait(dice.uniform(0.3, 4))
        self.counts["killed at any moment"] += process.poll() is None
        process.kill()
        self.finish(process, at)
        self.home.set_faults([])

    def locked(self, at, dice):
        """Somebody holds the warehouse when results should be written back."""
        process = self._slowly(at, "--wait", "1")
        if self._grows(process, 1):
            with self._lock():
                run = self.finish(process, at)
            waiting = sum(each.get("not_written_back", 0) for each in run.summaries)
            self.counts["write-back locked out"] += waiting > 0
            # On the locked warehouse the next destination cannot even be read.
            if run.code not in (*ALL_GOOD, REFUSED):
                self.oracle.blame("refused without a reason", run.told, at)
        else:
            self.finish(process, at)
        self.home.set_faults([])

    def _lock(self):
        for _ in range(200):
            try:
                lock = self.home.engine.locked()
                lock.__enter__()
            except duckdb.IOException:
                time.sleep(POLL)
            else:
                return _Held(lock)
        raise RuntimeError("the warehouse is never free")

    def two_at_once(self, at, dice):
        self.home.set_faults(["slow:0.05:1.0"])
        first = self.home.start(*self.command(), now=at)
        time.sleep(dice.uniform(0, 0.3))
        second = self.home.start(*self.command(), now=at)
        codes = []
        told = [process.communicate(timeout=PATIENCE) for process in (first, second)]
        grown = self.look(at)
        summaries = []
        for process, (out, err) in zip((first, second), told, strict=True):
            found = [json.loads(line) for line in out.splitlines() if line[:1] == "{"]
            summaries += found
            codes.append(process.returncode)
            self.tally(Run(process.returncode, found, err, {}))
        self.home.set_faults([])
        self.oracle.left(summaries, grown, at)
        if set(codes) - {0, 6, REFUSED}:
            self.oracle.blame("refused without a reason", f"{codes} {told}", at)
        self.counts["two at once"] += 1
        self.counts["two at once, one held off"] += REFUSED in codes

    def second_host(self, at, dice):
        """Another machine with the same warehouse and a ledger of its own."""
        elsewhere = self.home.folder / f"host-{at:%m%d%H%M}/ledger.sqlite"
        self.refused(at, "a second host", ledger=elsewhere)
        self.usual(at)

    def lost_ledger(self, at, dice):
        place = self.home.folder / f"lost-{at:%m%d%H%M}"
        self.home.take_ledger_away(place)
        self.refused(at, "a lost ledger")
        if self.knows_reconcile:
            code, out, err = self.home.ott("reconcile", "--adopt", now=at)
            self.counts[f"adopted, exit {code}"] += 1
            self.backups.clear()
            if code in ALL_GOOD:
                found = place / "ledger.sqlite"
                self.refused(at, "the ledger that was found again", ledger=found)
            else:
                self.oracle.blame("not adopted", f"exit {code}: {out} {err}", at)
                self.home.bring_ledger_back(place)
        else:
            self.home.bring_ledger_back(place)
        self.usual(at)

    def old_ledger(self, at, dice):
        """Somebody restores a backup that is some runs old."""
        if not self.backups:
            self.usual(at)
            return
        place = self.home.folder / f"newer-{at:%m%d%H%M}"
        self.home.take_ledger_away(place)
        self.backups[0].rename(self.home.ledger)
        self.backups.clear()
        self.refused(at, "an old ledger")
        self.home.bring_ledger_back(place)
        self.usual(at)

    def back_up(self, at):
        if self.home.ledger.exists() and not self.backups:
            path = self.home.folder / f"backup-{at:%m%d%H%M}.sqlite"
            self.home.backup(path)
            self.backups.append(path)

    def reconcile(self, at, dice):
        """The operator's morning; now and then a look into the provider's log."""
        if not self.knows_reconcile:
            return
        code, out, err = self.home.ott("reconcile", "--json", now=at)
        self.counts[f"reconciled, exit {code}"] += 1
        if code not in ALL_GOOD:
            self.oracle.blame("reconcile", f"exit {code}: {out} {err}", at)
            return
        unknown = [each["delivery_key"] for each in json.loads(out)["unknown"]]
        if unknown and dice.random() < 0.3:
            self._give_a_word(at, unknown)

    def _give_a_word(self, at, unknown):
        taken = {entry["delivery_key"] for entry in lines(self.log)}
        words = []
        for key in unknown:
            words += ["--sent" if key in taken else "--not-sent", key]
        code, out, err = self.home.ott("reconcile", *words, now=at)
        self.counts["an operator's words"] += len(unknown)
        if code not in ALL_GOOD:
            self.oracle.blame("reconcile", f"exit {code}: {out} {err}", at)


class _Held:
    def __init__(self, lock):
        self._lock = lock

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._lock.__exit__(*error)
