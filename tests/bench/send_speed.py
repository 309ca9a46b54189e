"""
How fast one `ott send` is while every claim is durable, beside the bare transport.

    make bench         30,000 rows, answers after 300 ms, 1,000 a second allowed
    python tests/bench/send_speed.py ROWS LATENCY RATE IN_FLIGHT

The sandbox's own log says what arrived and when; the kernel says what it cost. Figures
are a machine's own: use the ratios. The reference sends the same bodies by the same
client and limiter, with neither ledger nor spool nor recheck, in the same call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/sync")]

from sync_project import TOKEN, Project, now  # noqa: E402

TEMPLATE = {
    "id": "1",
    "name": "winback_offer",
    "language": "en",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "POSITIONAL",
    "components": [{"type": "BODY", "text": "Hi {{1}}"}],
}


@dataclass(frozen=True)
class Figures:
    """What one sender did: by the sandbox's log and by the kernel's account."""

    accepted: int
    per_second: float
    most_in_a_second: int
    cpu_us: float
    peak_mb: float
    wall: float

    def show(self, name: str) -> None:
        print(
            f"{name:<22}{self.accepted:>8} accepted  {self.per_second:>7.0f}/s  "
            f"most in any second {self.most_in_a_second:>5}  "
            f"CPU {self.cpu_us:>5.0f} us each  peak {self.peak_mb:>4.0f} MB  "
            f"{self.wall:>5.1f} s in all"
        )


# The one row of the build, so many times.
MORE = """
    insert into ott_sync.sync_whatsapp
    select one.* replace (
        md5(n::varchar) as delivery_key,
        'c' || n as customer_id,
        n as send_rank,
        '+6591' || lpad(n::varchar, 7, '0') as address
    )
    from ott_sync.sync_whatsapp as one, range(1, ?) as numbers (n)
"""


class Target:
    """Only what `Project` asks of a provider."""

    url = ""


def sandbox(folder: Path, latency: float, rate: int) -> subprocess.Popen[str]:
    folder.mkdir()
    line = {
        "fetched_at": now().isoformat(),
        "provider": "meta",
        "account_id": "1",
        "payload": json.dumps(TEMPLATE),
    }
    (folder / "templates.jsonl").write_text(json.dumps(line) + "\n")
    words = ["--port", "0", "--undelivered", "0", "--latency", str(latency)]
    # The sandbox refuses only what no limiter may let through.
    words += ["--messages-per-second", str(rate * 2), "--dir", str(folder)]
    words += ["--templates", str(folder / "templates.jsonl")]
    return subprocess.Popen(
        [sys.executable, "-c", PROVIDER, "sandbox", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OTT_WHATSAPP_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        text=True,
    )


def measure(
    folder: Path, command: list[str], cwd: Path, env: dict[str, str]
) -> Figures:
    log = folder / "accepted.jsonl"
    before = log.stat().st_size if log.exists() else 0
    begun = time.monotonic()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *command],
        env | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/sync'}", "BENCH_CWD": str(cwd)},
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - begun
    if status:
        print(f"the sender ended with {os.waitstatus_to_exitcode(status)}")
    with log.open() as file:
        file.seek(before)
        at = sorted(json.loads(line)["arrived"] for line in file)
    most = max(bisect_left(at, first + 1.0) - index for index, first in enumerate(at))
    cpu = (usage.ru_utime + usage.ru_stime) / len(at) * 1e6
    return Figures(
        len(at),
        (len(at) - 1) / (at[-1] - at[0]),
        most,
        cpu,
        usage.ru_maxrss / 1024,
        wall,
    )


# What runs in the measured processes.
SEND = (
    "import os, sys; os.chdir(os.environ['BENCH_CWD']);"
    "sys.argv = ['ott', *sys.argv[1:]];"
    "from sync.cli import main; main()"
)

# A pause of the sandbox's own would be read from its log as a burst.
PROVIDER = "import gc; gc.disable(); from sync.cli import main; main()"


def bare(rows: int, rate: int, in_flight: int) -> None:
    """Send the same bodies by the same client and limiter, and remember nothing."""
    import asyncio

    import httpx
    from sync_project import row

    from sync.clock import SystemClock
    from sync.destinations.whatsapp import WhatsAppDestination
    from sync.exchange import client, exchange
    from sync.limiter import Limiter
    from sync.messages import WhatsAppRow

    destination = WhatsAppDestination.from_env(os.environ)
    limiter = Limiter(SystemClock())
    numbers = iter(range(1_000_000, 1_000_000 + rows))

    async def work(http):
        for number in numbers:
            one = WhatsAppRow(*row(number, address=f"+6581{number:07d}"))
            await limiter.wait("wa_main", rate)
            await limiter.pace("wa_main", rate)
            answer = await exchange(http, destination.request([one]))
            assert isinstance(answer, httpx.Response), answer
            destination.read(answer, [one])

    async def run() -> None:
        async with client(in_flight) as http, asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(work(http))

    asyncio.run(run())


def main(
    rows: int = 30_000, latency: float = 0.3, rate: int = 1000, in_flight: int = 500
) -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        project = Project(folder / "project", Target())
        project.build([{"messages_per_second": rate}])
        project.sql(MORE, rows)
        server = sandbox(folder / "sandbox", latency, rate)
        try:
            assert server.stdout is not None
            project.provider.url = server.stdout.readline().split()[-1] + "/v25.0"
            words = [
                "send",
                "whatsapp",
                "--first-run",
                "--in-flight",
                str(in_flight),
                "--json",
            ]
            cwd, env = project.folder, project.env()
            ours = measure(folder / "sandbox", ["-c", SEND, *words], cwd, env)
            floor = measure(
                folder / "sandbox",
                [__file__, "bare", str(rows), str(rate), str(in_flight)],
                cwd,
                env,
            )
        finally:
            server.terminate()
            server.communicate()
    ours.show("ott send")
    floor.show("bare transport")
    print(
        f"ratios: speed {ours.per_second / floor.per_second:.2f}, "
        f"CPU {ours.cpu_us / floor.cpu_us:.2f}, "
        f"of what is allowed {ours.per_second / rate:.2f}"
    )
    if ours.accepted != rows or ours.most_in_a_second > rate:
        print("NOT as promised")
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare(*map(int, sys.argv[2:]))
    else:
        given = [float(word) if "." in word else int(word) for word in sys.argv[1:]]
        sys.exit(main(*given))
