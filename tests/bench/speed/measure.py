"""What one sender did: by the server's log and by the kernel's account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).parent
ACCOUNT = HERE.parent / "account.py"


@dataclass(frozen=True)
class Figures:
    """
    One sender's run.

    `per_second` counts rows over the whole command, its start and its end included;
    `while_sending` from the first arrival to the last.
    """

    rows: int
    twice: int
    seconds: float
    while_sending: float
    most_in_a_second: int
    cpu_us: float
    peak_mb: float

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds


@contextmanager
def server(log: Path, latency: float) -> Iterator[str]:
    """Serve as the provider; tell where."""
    command = [sys.executable, str(HERE / "server.py"), str(log), str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def account(
    command: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> dict[str, float]:
    """Run a command; tell its exit code, seconds, CPU seconds and peak memory."""
    words = [sys.executable, "-S", str(ACCOUNT), os.devnull, *command]
    told = subprocess.run(words, cwd=cwd, env=env, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))


def measure(
    log: Path, command: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> Figures:
    """Run one sender to its end."""
    before = log.stat().st_size
    usage = account(command, cwd, env)
    if usage["code"]:
        print(f"{command[-1]} ended with {usage['code']}")
    at, keys = arrivals(log, before)
    return Figures(
        len(keys),
        len(keys) - len(set(keys)),
        usage["seconds"],
        len(keys) / max(at[-1] - at[0], 1e-9),
        max(bisect_left(at, first + 1.0) - index for index, first in enumerate(at)),
        usage["cpu"] / len(keys) * 1e6,
        usage["peak_mb"],
    )


def arrivals(log: Path, start: int) -> tuple[list[float], list[str]]:
    """Tell when requests arrived and for whom, from a place of the log on."""
    at: list[float] = []
    keys: list[str] = []
    with log.open() as lines:
        lines.seek(start)
        for line in lines:
            arrived, *found = line.split()
            at.append(float(arrived))
            keys += found
    return sorted(at), keys
