"""
ott beside drt-core, dlt and the bare floor: same server, same rows, in one run.

    make bench              make bench ROWS=2000
    python tests/bench/speed/speed.py --kind messages --latency 0.02 --only ott floor

`rows/s` is from the first arrival at the server to the last, `whole` over the whole
command, its start and its write-back included; CPU and memory are the kernel's account
of the whole command. Figures are a machine's own: use the ratios.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import world
from measure import Figures, measure, server

PEERS = world.ROOT / "tests/peers"
PEERS_PYTHON = world.ROOT / ".venv-peers/bin/python"
NAMES = {
    "ott": "ott send",
    "floor": "bare floor",
    "drt default": "drt-core, its defaults",
    "drt tuned": "drt-core, no rate limit",
    "drt threads": "drt-core, 16 threads",
    "dlt default": "dlt, its defaults",
    "dlt tuned": "dlt, 16 workers",
}
# What `ott` sends one by one; all other numbers below belong to it.
ROWS = 20_000
# In the second of what is slowest here: whoever waits for each answer sends so many.
ALLOWED = 1000


@dataclass(frozen=True)
class Case:
    """One line of senders: `rows` of each; at 300 ms a limit stands over ours."""

    kind: str
    latency: float
    rows: dict[str, int]
    in_flight: int = 64
    per_second: int = world.UNLIMITED


SINGLE, BATCH = "messages", "profiles"
CASES = (
    Case(
        SINGLE,
        0.0,
        {
            **dict.fromkeys(("ott", "floor"), ROWS),
            **dict.fromkeys(("drt tuned", "drt threads"), 10_000),
            **dict.fromkeys(("dlt default", "dlt tuned"), 10_000),
            "drt default": 100,
        },
    ),
    Case(
        SINGLE,
        0.02,
        {
            **dict.fromkeys(("ott", "floor"), ROWS),
            **dict.fromkeys(("drt threads", "dlt tuned"), 5_000),
            "drt tuned": 500,
            "dlt default": 500,
            "drt default": 100,
        },
    ),
    Case(
        SINGLE,
        0.3,
        {
            **dict.fromkeys(("ott", "floor"), ROWS),
            **dict.fromkeys(("drt threads", "dlt tuned"), 500),
            "dlt default": 40,
            "drt default": 40,
        },
        in_flight=500,
        per_second=ALLOWED,
    ),
    *(
        Case(
            BATCH,
            latency,
            {
                **dict.fromkeys(("ott", "floor"), 150_000),
                **dict.fromkeys(("drt tuned", "drt threads", "dlt tuned"), peers),
                **dict.fromkeys(("dlt default", "drt default"), 7_500),
            },
        )
        for latency, peers in ((0.0, 75_000), (0.02, 37_500), (0.3, 7_500))
    ),
)


def command(case: Case, name: str, file: Path, url: str) -> list[str]:
    rows = str(case.rows[name])
    if name == "ott":
        to = {SINGLE: "whatsapp", BATCH: "braze_profiles"}[case.kind]
        words = ["send", to, "--in-flight", str(case.in_flight), "--first-run"]
        return [sys.executable, "-m", "sync", *words]
    if name == "floor":
        words = [case.kind, rows, str(case.per_second), str(case.in_flight)]
        return [sys.executable, str(Path(__file__).with_name("floor.py")), *words]
    peer, how = name.split()
    script = str(PEERS / f"speed_{peer}.py")
    return [str(PEERS_PYTHON), script, str(file), url, case.kind, how, rows]


def run(case: Case) -> dict[str, Figures]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder, log = Path(name), Path(name) / "log"
        log.touch()
        make = getattr(world, case.kind)
        project = make(folder / "project", case.rows["ott"], case.per_second)
        found = {}
        with server(log, case.latency) as url:
            project.provider.url = f"{url}/v25.0"
            for sender in NAMES:
                if sender in case.rows:
                    line = command(case, sender, project.file, url)
                    done = measure(log, line, project.folder, project.env())
                    found[sender] = done
                    show(sender, done, found)
        return found


def show(name: str, done: Figures, found: dict[str, Figures]) -> None:
    beside = found["ott"].while_sending / done.while_sending
    print(
        f"{NAMES[name]:<24}{done.rows:>8}{done.while_sending:>10.0f}"
        f"{done.per_second:>10.0f}{done.cpu_us:>10.0f}{done.peak_mb:>8.0f}"
        f"{beside:>9.2f}",
        flush=True,
    )


def head(case: Case) -> None:
    what = "batch, Braze, 75 a call" if case.kind == BATCH else "single, WhatsApp"
    limit = f", {case.per_second} a second allowed" if case.latency == 0.3 else ""
    print(f"\n{what}, answers after {case.latency * 1000:.0f} ms{limit}")
    print(
        f"{'':<24}{'rows':>8}{'rows/s':>10}{'whole':>10}{'CPU us':>10}{'MB':>8}"
        f"{'ott is':>9}"
    )


def expected(case: Case, found: dict[str, Figures]) -> list[tuple[str, float, float]]:
    """What was promised of this case: in words, found, at least."""
    ours = found["ott"].while_sending
    peers = {n: f.while_sending for n, f in found.items() if n[:3] in ("drt", "dlt")}
    said = [("of the floor", ours / found["floor"].while_sending, 0.7)]
    if case.kind == BATCH and case.latency == 0.0:
        said.append(("rows a second in batches", ours, 20_000))
    if peers:
        least = 1.5 if case.kind == SINGLE and case.latency == 0.0 else 1.0
        said.append(("times the best peer", ours / max(peers.values()), least))
    defaults = [rate for name, rate in peers.items() if name.endswith("default")]
    if case.kind == SINGLE and case.latency == 0.02 and defaults:
        said.append(("times the peers' defaults", ours / max(defaults), 20))
    if case.per_second == ALLOWED:
        said.append(("a second of 1,000 allowed", ours, 950))
        said.append(("1,000 or fewer", ALLOWED / found["ott"].most_in_a_second, 1))
    missing = case.rows["ott"] - found["ott"].rows + found["ott"].twice
    said.append(("all rows once", 0 - missing, 0))
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=(SINGLE, BATCH))
    parser.add_argument("--latency", type=float)
    parser.add_argument(
        "--rows", type=int, default=ROWS, help="Of ott's single sends; others alike."
    )
    parser.add_argument("--only", nargs="*", help="Senders, such as: ott floor")
    given = parser.parse_args()
    short = 0
    for case in CASES:
        if given.kind not in (None, case.kind) or given.latency not in (
            None,
            case.latency,
        ):
            continue
        rows = {
            name: max(20, number * given.rows // ROWS)
            for name, number in case.rows.items()
            if not given.only or name in given.only
        }
        chosen = Case(case.kind, case.latency, rows, case.in_flight, case.per_second)
        head(chosen)
        for words, is_so, least in expected(chosen, run(chosen)):
            short += is_so < least
            print(
                f"{'ok ' if is_so >= least else 'NO '} {is_so:,.2f} {words} ({least})"
            )
    return min(short, 1)


if __name__ == "__main__":
    sys.exit(main())
