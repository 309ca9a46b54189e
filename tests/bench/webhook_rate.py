"""
How many signed webhooks a second `ott webhook` takes with each durable before its 200.

    make bench-webhook     30,000 webhooks of WhatsApp over 200 connections
    python tests/bench/webhook_rate.py CALLS CONNECTIONS

Beside it, in the same run and by the same caller, a bare server of the same library
that reads a body and says 200. Each is called in turn, several times; figures are a
machine's own and shared with the caller, so use the ratio. Then every webhook that was
acknowledged is looked for in the landing.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/sync/webhook")]

import signing  # noqa: E402
from blasting import timed  # noqa: E402
from receiving import Receiver  # noqa: E402

TABLE = "raw_whatsapp_webhooks"
ROUNDS = 3
BARE = """
import asyncio
from aiohttp import web

async def handle(request):
    await request.read()
    return web.Response()

async def serve():
    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


def status(number: int) -> bytes:
    """A status webhook of Meta's, some 600 bytes, like no other."""
    item = {
        "id": f"wamid.{number:040}",
        "status": "delivered",
        "timestamp": "1795827674",
        "recipient_id": f"6591{number:07}",
        "biz_opaque_callback_data": f"{number:032x}",
        "conversation": {"id": f"{number:032x}", "origin": {"type": "marketing"}},
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "marketing"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": "1"},
        "contacts": [{"wa_id": f"6591{number:07}"}],
        "statuses": [item],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": "100000000000001", "time": 1795827674, "changes": [change]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(body, separators=(",", ":")).encode()


def requests(first: int, calls: int) -> list[tuple[str, bytes]]:
    """So many signed calls, made before the clock starts."""
    numbers = range(first, first + calls)
    return [
        (f"wamid.{number:040}", signing.whatsapp(status(number)).raw())
        for number in numbers
    ]


def run(port: int, pid: int, calls: list[tuple[str, bytes]], connections: int):
    """Returns the keys acknowledged, calls a second, the server's CPU each in us."""
    before = cpu(pid)
    acknowledged, seconds = asyncio.run(timed(port, calls, connections))
    spent = cpu(pid) - before
    return acknowledged, len(acknowledged) / seconds, spent / len(calls) * 1e6


def cpu(pid: int) -> float:
    """Seconds of processor that a process has had, by the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def landed(receiver: Receiver) -> set[str]:
    """Which webhooks are in the landing, by Meta's id."""
    found = set()
    for line in receiver.lines(TABLE):
        [entry] = json.loads(line["payload"])["entry"]
        found.add(entry["changes"][0]["value"]["statuses"][0]["id"])
    return found


def main(calls: int = 30_000, connections: int = 200) -> int:
    """Measure both in turn; 1 if anything that was acknowledged did not land."""
    with tempfile.TemporaryDirectory(prefix="ott-bench-") as home:
        receiver = Receiver(Path(home), "--max-connections", str(connections + 50))
        bare = subprocess.Popen(
            [sys.executable, "-c", BARE], stdout=subprocess.PIPE, text=True
        )
        bare_port = int(bare.stdout.readline())
        taken, ours, floor = set(), [], []
        for number in range(ROUNDS):
            batch = requests(number * calls, calls)
            floor.append(run(bare_port, bare.pid, batch, connections)[1:])
            pid = receiver.process.pid
            keys, *figures = run(receiver.port, pid, batch, connections)
            ours.append(figures)
            taken.update(keys)
        bare.kill()
        # At once after the last 200: nothing may have been on its way still.
        receiver.kill()
        begun = time.perf_counter()
        lost = taken - landed(receiver)
        looked = time.perf_counter() - begun
    for name, figures in (("ott webhook", ours), ("bare server", floor)):
        rates, cpu = zip(*figures, strict=True)
        print(
            f"{name:<12}{statistics.median(rates):>7.0f}/s  "
            f"({', '.join(f'{rate:.0f}' for rate in rates)})  "
            f"CPU {statistics.median(cpu):>4.0f} us each"
        )
    ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, floor, strict=True))
    print(f"ratio {ratio:.2f} of a server that keeps nothing")
    print(
        f"{len(taken)} of {ROUNDS * calls} acknowledged, {len(lost)} of them lost "
        f"(looked for in {looked:.1f} s, after kill -9)"
    )
    return 1 if lost or len(taken) < ROUNDS * calls else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
