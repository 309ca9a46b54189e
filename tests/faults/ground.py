"""
One destination's ground: a project, its sandbox as a process, and an oracle.

The oracle is the provider's own log of what it accepted. Every row has a recipient of
its own, so that each line tells by its last eight characters whose it is.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import httpx

ROOT = Path(__file__).parents[2]
sys.path[:0] = [
    str(ROOT),
    *(str(ROOT / "tests/sync" / d) for d in ("", "destinations")),
]

from driving import TEMPLATE, cases  # noqa: E402
from sync_project import Project, columns, key, now, watched  # noqa: E402

DONE = ("accepted", "refused", "skipped", "unknown", "held_out")
MOST_RUNS = 12
PATIENCE = 180
LOOK = 0.005
# Of the sandbox and of each row: no trial is about the pace.
RATE = 100_000
STOPS = 3
# These prefixes with eight figures are addresses their providers take.
ADDRESSES = {
    "rcs": "+1416",
    "line": "U" + "0" * 24,
    "line_multicast": "U" + "0" * 24,
    "kakao_event": "ckUy",
    "wechat": "o6_bmjrPTlm6_2sgVt7h",
}
BY_CUSTOMER = ("braze_profiles", "braze_triggers", "braze_canvases")
BY_CUSTOMER += ("sfmc_rows", "sfmc_journey")


@dataclass(slots=True)
class Result:
    """What one campaign came to, counted by the provider's log."""

    rows: int = 0
    kills: int = 0
    kills_in_flight: int = 0
    duplicates: int = 0
    unaccounted: int = 0
    unknown: int = 0
    after_a_stop: int = 0
    missing: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, other):
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def bad(self):
        return self.duplicates + self.unaccounted + self.after_a_stop + self.missing


def chosen_cases():
    """One case for each destination and kind of message, by name."""
    found = {}
    for case in cases():
        name = case.kind.name
        if name in found:
            name += f"_{case.row.message_type}"
        found[name] = case
    return found


class Sandbox:
    """The providers as a process of their own."""

    def __init__(self, folder, env, *words):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "templates.jsonl").write_text(TEMPLATE + "\n")
        command = [sys.executable, "-m", "sync", "sandbox", "--port", "0"]
        command += ["--dir", str(folder), "--undelivered", "0"]
        command += ["--templates", str(folder / "templates.jsonl")]
        command += ["--messages-per-second", str(RATE)]
        command += ["--braze-requests-per-second", str(RATE), *words]
        self._errors = (folder / "errors").open("w")
        self.process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self.url = self.process.stdout.readline().split()[-1]

    def faults(self, *texts):
        httpx.post(f"{self.url}/_sandbox/faults", json=texts).raise_for_status()

    def lines(self):
        """Everything that was accepted, messages and profiles alike."""
        found = []
        for name in ("accepted.jsonl", "braze.jsonl"):
            path = self.folder / name
            whole = path.read_bytes() if path.exists() else b""
            found += whole[: whole.rfind(b"\n") + 1].splitlines()
        return [json.loads(line) for line in found]

    def size(self):
        paths = (self.folder / name for name in ("accepted.jsonl", "braze.jsonl"))
        return sum(path.stat().st_size for path in paths if path.exists())

    def close(self):
        self.process.terminate()
        self.process.communicate(timeout=20)
        self._errors.close()


class Ground(Project):
    """A user's folder for one destination, and all that is done to it."""

    def __init__(self, folder, case, seed=0, *words, beside=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.first = beside.first + 1_000_000 if beside else 0
        self.case, self.kind, self.name = case, case.kind, case.kind.name
        self.dice = random.Random(  # noqa: S311 - moments, not secrets.
            f"{seed} {self.name} {case.row.message_type}"
        )
        self.rows, self.people, self.builds, self.usual_seconds = {}, 0, 0, 1.0
        self.stopped = {}
        self.is_job = hasattr(self.kind, "poll")
        if beside:
            self.sandbox, self.provider = beside.sandbox, beside.provider
            self.folder, self.file = beside.folder, beside.file
            self.ledger, self.printed = beside.ledger, ""
        else:
            self._open(folder, seed, words)
        if self.kind.model not in ("sync_whatsapp", "sync_braze_profiles"):
            made = columns(self.kind.row)
            self.sql(f"create table ott_sync.{self.kind.model} ({made})")

    def _open(self, folder, seed, words):
        given = {
            name: text.replace("{url}", "")
            for case in chosen_cases().values()
            for name, text in case.env.items()
        }
        self.sandbox = Sandbox(
            folder / "sandbox",
            self._clean() | given,
            *("--latency", "0.02", "--seed", str(seed), *words),
        )
        super().__init__(folder / "project", SimpleNamespace(url=self.sandbox.url))
        self.sql(
            "create table ott_marts.fct_campaign_decisions "
            "(delivery_key varchar, channel varchar, country_code varchar)"
        )

    @staticmethod
    def _clean():
        kept = {k: v for k, v in os.environ.items() if k[:4] not in ("OTT_", "DBT_")}
        return kept | {"PYTHONPATH": str(ROOT)}

    def env(self, **more):
        url = self.sandbox.url
        given = {k: v.replace("{url}", url) for k, v in self.case.env.items()}
        given[self.case.base_url] = url + self.case.path
        return self._clean() | given | more

    # What is due.

    def number(self, count):
        """Make so many new people; 000 at the end is a stranger to Kakao."""
        first = self.first + self.people + 1
        found = (n for n in range(first + self.people // 900, 10**8) if n % 1000)
        return [n for n, _ in zip(found, range(count), strict=False)]

    def row(self, number, as_of, build_id):
        tail = f"{number:08d}"
        given = {
            "delivery_key": key(f"{self.name} {tail}"),
            "build_id": build_id,
            # A request carries one campaign's rows; a job is waited for by itself.
            "campaign_id": "spring" if self.is_job else f"spring_{number // 8}",
            "customer_id": f"c{tail}",
            "decided_at": as_of,
            "send_not_before": as_of - timedelta(hours=3),
            "send_not_after": as_of + timedelta(hours=6),
            "send_rank": number,
            "destination": self.name,
            "messages_per_second": 1000,
            "requests_per_second": 1000,
            "kakao_user_id": f"15{tail}",
        }
        if hasattr(self.case.row, "address"):
            country = "+8210" if self.name.startswith("kakao") else "+6591"
            given["address"] = ADDRESSES.get(self.name, country) + tail
        names = {one.name for one in fields(self.kind.row)}
        mine = {k: v for k, v in given.items() if k in names}
        return replace(self.case.row, **mine)

    def night(self, count=0, again=()):
        """Build `count` new rows, and `again` those of earlier nights, as dbt does."""
        self.builds += 1
        as_of, build_id = now(), f"{self.kind.model}-{self.builds}"
        made = [self.row(n, as_of, build_id) for n in self.number(count)]
        self.people += count
        made += [
            replace(one, build_id=build_id, decided_at=as_of, **self._anew(one))
            for one in again
        ]
        self.rows |= {row.delivery_key: row for row in made}
        self.build([], build_id=build_id, as_of=as_of, model=self.kind.model)
        names = [one.name for one in fields(self.kind.row)]
        values = [[getattr(row, name) for name in names] for row in made]
        self.many(f"ott_sync.{self.kind.model}", values)
        self.sql(watched(self.kind.model, keeps_state="states" in names))
        return made

    def _anew(self, row):
        """Values to be kept have another key each night."""
        if not self.kind.keeps_state:
            return {}
        self.rows.pop(row.delivery_key)
        return {"delivery_key": key(f"{row.delivery_key} {self.builds}")}

    def many(self, table, rows):
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            with duckdb.connect(str(self.file)) as connection:
                connection.executemany(f"insert into {table} values ({marks})", rows)

    # Runs.

    def command(self, *more):
        words = ["send", self.name, "--json", "--allow-change", "--in-flight", "4"]
        return [*words, "--wait", "30", *more]

    def run(self, *more, **env):
        """One run to its end; a bug is told at once."""
        done = self.ott(*self.command(*more), **env)
        done.summary = json.loads(done.out) if done.out.startswith("{") else {}
        assert done.returncode != 1, f"{self.name}: {done.out} {done.err}"
        return done

    def drain(self, **env):
        """Run until nothing is due."""
        for _ in range(MOST_RUNS):
            done = self.run(**env)
            if "Too many answers were lost" in done.out + done.err:
                continue
            assert done.returncode in (0, 6), f"{self.name}: {done.out} {done.err}"
            if done.summary["due"] == 0 and not done.summary["not_written_back"]:
                return
        raise AssertionError(f"{self.name} is never drained: {done.out}")

    def kill(self, result):
        """Kill -9 at a random point; True when the run ended before."""
        before = self.sandbox.size()
        begun = time.monotonic()
        process = self.start(*self.command())
        point = self.dice.uniform(0.1, 1.15) * self.usual_seconds
        lines = self.dice.choice([0, 1, 1]) and self.dice.randint(1, 6)
        while process.poll() is None:
            gone = time.monotonic() - begun
            grown = self.sandbox.size() - before
            # An arrival is a moment to be chosen more often than time alone would.
            if (grown > 150 * lines) if lines else (gone > point):
                break
            time.sleep(LOOK)
        if lines and process.poll() is None:
            time.sleep(self.dice.uniform(0, 0.06))
        was_alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=PATIENCE)
        if process.returncode != -signal.SIGKILL:
            assert process.returncode in (0, 6), f"{self.name}: {out} {err}"
            self.usual_seconds = time.monotonic() - begun
            return True
        in_flight = self.sandbox.size() > before
        result.kills += was_alive
        result.kills_in_flight += was_alive and in_flight
        seconds = round(time.monotonic() - begun, 3)
        self.tell("killed", seconds=seconds, lines=lines, arrived=in_flight)
        return False

    def tell(self, what, **more):
        """Log what was done, so that a bad end can be understood."""
        line = {"at": time.time(), "destination": self.name, "what": what, **more}
        with (self.folder.parent / "done.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def stop_some(self, count=STOPS):
        """The warehouse learns of stops of people who have had nothing yet."""
        sent = self.sent()
        states = self.states() if self.ledger.exists() else {}
        waiting = [
            row
            for row in self.rows.values()
            if not sent[tail(row)] and row.delivery_key not in states
        ]
        self.stop(self.dice.sample(waiting, min(count, len(waiting))))

    def stop(self, rows):
        self.many("raw.stops", [[row.delivery_key] for row in rows])
        at = time.time()
        self.stopped |= {tail(row): at for row in rows}

    # The oracle.

    def sent(self):
        """Count what the provider took, by recipient."""
        return Counter(_whose(line) for line in self.sandbox.lines())

    def written(self):
        query = "select delivery_key, event from raw.raw_delivery_events"
        query += " order by occurred_at, attempt"
        return dict(self.sql(query))

    def settle(self):
        """Settle what is unknown by the provider's log; tell how much there was."""
        states, sent = self.states(), self.sent()
        lost = [k for k in self.rows if states.get(k) == "unknown"]
        if self.kind.keeps_state:
            again = [self.rows[k] for k in lost]
        else:
            words = []
            for one in lost:
                was_sent = sent[tail(self.rows[one])]
                words += ["--sent" if was_sent else "--not-sent", one]
            if words:
                done = self.ott("reconcile", *words)
                assert done.returncode in (0, 6), f"{self.name}: {done.err}"
            again = [self.rows[k] for k in lost if not sent[tail(self.rows[k])]]
        self.night(again=again)
        self.drain()
        return len(lost)

    def judge(self, result, *, settles=True):
        """Count what went wrong, before and after unknown rows are settled."""
        self._account(result)
        result.rows += len(self.rows)
        result.unknown += self.settle() if settles else 0
        if settles:
            self._account(result)
        sent, states = self.sent(), self.states()
        for row in self.rows.values():
            whose = tail(row)
            if sent[whose] > 1 and not self.kind.keeps_state:
                result.duplicates += 1
                result.notes.append(f"{self.name} {row.delivery_key} {sent[whose]}x")
            is_lost = not sent[whose] and whose not in self.stopped
            is_lost = is_lost and states.get(row.delivery_key) != "refused"
            if settles and is_lost:
                result.missing += 1
                result.notes.append(f"{self.name} {row.delivery_key} never sent")
        late = [
            line
            for line in self.sandbox.lines()
            if line.get("arrived", 0) > self.stopped.get(_whose(line), float("inf"))
        ]
        result.after_a_stop += len(late)
        result.notes += [f"{self.name} after a stop: {line}" for line in late]

    def _account(self, result):
        """Compare ledger, warehouse and log of each row."""
        sent, states, written = self.sent(), self.states(), self.written()
        for one, row in self.rows.items():
            state, told, was_sent = states.get(one), written.get(one), sent[tail(row)]
            told = state if told == "reconciled" else told
            is_wrong = state not in DONE or told != state
            if not self.kind.keeps_state:
                is_wrong |= state == "accepted" and not was_sent
                is_wrong |= state in ("refused", "skipped") and was_sent > 0
            if is_wrong:
                result.unaccounted += 1
                text = f"{self.name} {one}: {state}, told {told}, {was_sent} arrived"
                result.notes.append(text)

    def close(self):
        self.sandbox.close()


def tail(row):
    """Whose line of the provider's log is this row's?"""
    if row.destination in BY_CUSTOMER:
        return row.customer_id[-8:]
    return (getattr(row, "address", None) or row.kakao_user_id)[-8:]


def _whose(line):
    return str(line.get("to") or line.get("external_id"))[-8:]
