"""One adapter, its real talk over real HTTP, and the sandbox in a thread."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import threading
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import provider_cases
from aiohttp import web

from sync.classes import load_classes
from sync.destinations.contents import load_contents
from sync.exchange import client
from sync.messages import MessageRow
from sync.sandbox.server import Settings, create_app
from sync.talk import Talk

ROOT = Path(__file__).parents[3]
MESSAGE = MessageRow(
    delivery_key="0" * 31 + "1",
    build_id="build-1",
    campaign_id="spring",
    occurrence="once",
    customer_id="c1",
    channel="whatsapp",
    sender_id="s1",
    decided_at=datetime(2026, 11, 23, 2),  # noqa: DTZ001 - naive UTC, as in the warehouse
    send_not_before=datetime(2026, 11, 23, 9),  # noqa: DTZ001
    send_not_after=datetime(2026, 11, 23, 20),  # noqa: DTZ001
    send_rank=1,
    purpose="marketing",
    message_type="message",
    destination="",
    provider_account="account-1",
    messages_per_second=80,
    address="+6591234567",
    address_type="phone",
    country_code="SG",
    language_code="en",
    template_name=None,
    parameter_format=None,
    header_format=None,
    header_parameter=None,
    body_parameters="first_name,offer",
    button_parameters="",
    free_text="Hi Ana, 10% for you",
    content=None,
    content_kind=None,
    variables='{"first_name": "Ana", "offer": "10%"}',
)


# The one template Meta has, for all tests of the sandbox.
TEMPLATE = json.dumps(
    {
        "account_id": "100000000000001",
        "payload": json.dumps(
            {
                "name": "spring_sale",
                "language": "en",
                "status": "APPROVED",
                "category": "MARKETING",
                "components": [{"type": "BODY", "text": "Hi {{1}}"}],
            }
        ),
    }
)


@dataclass(frozen=True)
class Case:
    """
    What the shared tests need to know of one destination.

    `env` is its settings but the base URL, `{url}` in any of them is the sandbox's.
    `expires` is the fault that makes it refuse its token, where it has one with a life.
    Without `repeat_tells` it drops a repeat, and never tells what became of the first.
    """

    kind: Any
    row: Any
    env: dict[str, str]
    base_url: str
    path: str = ""
    expires: str = ""
    repeat_tells: bool = True
    # What the sandbox's rate_429 leads to where the provider says 429 otherwise.
    faults_unlike_http: frozenset[str] = field(default_factory=frozenset)

    def destination(self, url):
        env = {name: text.replace("{url}", url) for name, text in self.env.items()}
        made = self.kind.from_env({**env, self.base_url: url + self.path})
        if any(one.name == "contents" for one in fields(made)):
            made = replace(made, contents=load_contents(ROOT))
        return made

    @property
    def repeats(self):
        """Whether a lost answer to this row may be asked for again."""
        made = self.destination("http://127.0.0.1")
        has_key = getattr(made, "has_key", lambda _: True)
        return made.keeps_state or (made.dedupe_seconds > 0 and has_key(self.row))


def cases():
    """Every case of every module in provider_cases."""
    found = []
    for module in pkgutil.iter_modules(provider_cases.__path__):
        found += importlib.import_module(f"provider_cases.{module.name}").CASES
    return found


class Sandbox:
    """The sandbox's own server, in this process."""

    def __init__(self, folder, **settings):
        folder.mkdir(exist_ok=True)
        catalogue = folder / "raw_templates.jsonl"
        catalogue.write_text(TEMPLATE + "\n")
        given = {"directory": folder, "templates": catalogue, "undelivered": 0.0}
        self.settings = Settings(**given | settings)
        self._before = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    def _serve(self):
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self):
        app = create_app(self.settings)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def faults(self, *texts):
        httpx.post(self.url + "/_sandbox/faults", json=list(texts)).raise_for_status()

    def log(self):
        """What arrived, or what has since `forget`."""
        return httpx.get(self.url + "/_sandbox/log").json()[self._before :]

    def forget(self):
        self._before += len(self.log())

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class Clock:
    """Real time; waits are written down, not waited for."""

    def __init__(self):
        self.waits = []

    def now(self):
        return datetime(2026, 11, 23, 10)  # noqa: DTZ001

    def monotonic(self):
        return sum(self.waits)

    async def sleep(self, seconds):
        self.waits.append(seconds)
        await asyncio.sleep(0)


class Run:
    """A run that never stops anybody, and remembers what was asked of it."""

    def __init__(self, clock):
        self.halted = None
        self.clock = clock
        self.actions = []

    async def pace(self, rows):
        pass

    def heed(self, rows, limits):
        pass

    async def wait(self, rows, seconds):
        await self.clock.sleep(seconds)
        return {}

    def react(self, row, decision):
        self.actions.append(decision.action)

    def halt(self, error):
        self.halted = error


def drive(destination, rows):
    """Send `rows` in one talk; give the outcomes and what the run was asked."""
    clock = Clock()
    run = Run(clock)
    job = SimpleNamespace(
        destination=destination, classes=load_classes(ROOT), clock=clock
    )

    async def go():
        async with client(4) as http:
            talk = Talk(job, http, run)
            await talk.ready()
            return await talk.send(rows)

    return asyncio.run(go()), run
