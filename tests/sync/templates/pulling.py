"""A project made by hand, the sandbox in a thread, and what each provider lists."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from dataclasses import dataclass, field
from typing import Any

import duckdb
import httpx
from aiohttp import web
from click.testing import CliRunner

from sync.cli import main
from sync.sandbox.answers import WORLD
from sync.sandbox.server import Settings, create_app
from sync.sandbox.templates import Catalogue

SECRET = "canary-7f31"
AC = "AC" + "0a" * 16
SETTINGS = {
    "OTT_WHATSAPP_TOKEN": SECRET,
    "OTT_TWILIO_ACCOUNT_SID": AC,
    "OTT_TWILIO_AUTH_TOKEN": SECRET,
    "OTT_INFOBIP_API_KEY": SECRET,
    "OTT_KAKAO_APP_KEY": SECRET + "-app",
    "OTT_KAKAO_SECRET_KEY": SECRET,
    "OTT_WECHAT_APP_ID": "wx" + "0b" * 8,
    "OTT_WECHAT_APP_SECRET": SECRET,
}
PATHS = {
    "OTT_WHATSAPP_BASE_URL": "/v25.0",
    "OTT_TWILIO_BASE_URL": "/twilio",
    "OTT_TWILIO_CONTENT_BASE_URL": "/twilio",
    "OTT_INFOBIP_BASE_URL": "/infobip",
    "OTT_KAKAO_BASE_URL": "/kakao",
    "OTT_WECHAT_BASE_URL": "/wechat",
}


def meta(name):
    body = {"type": "BODY", "text": f"{name} {{{{1}}}}"}
    return {
        "id": "1",
        "name": name,
        "language": "en",
        "status": "APPROVED",
        "category": "MARKETING",
        "components": [body],
    }


def twilio(name):
    return {
        "sid": f"HX{name:0>32}",
        "account_sid": AC,
        "friendly_name": name,
        "language": "en",
        "types": {"twilio/text": {"body": "Hi {{1}}"}},
        "approval_requests": {"status": "approved", "category": "MARKETING"},
    }


def infobip(name):
    return {
        "id": "111",
        "name": name,
        "language": "en",
        "status": "APPROVED",
        "category": "MARKETING",
        "structure": {"body": {"text": "Hi {{1}}"}, "type": "TEXT"},
    }


def nhn(name):
    return {"templateCode": name, "templateContent": "#{이름}님", "status": "TSC03"}


def wechat(name):
    return {"template_id": name, "title": "x", "content": "{{thing1.DATA}}"}


@dataclass(frozen=True)
class Case:
    """One provider: an account of its, its list, and what a change of status is."""

    provider: str
    account: str
    make: Any
    worse: dict[str, Any]
    secret: str
    is_paged: bool = True


CASES = [
    Case("meta", "1001", meta, {"status": "PAUSED"}, "OTT_WHATSAPP_TOKEN"),
    Case(
        "twilio",
        AC,
        twilio,
        {"approval_requests": {"status": "paused"}},
        "OTT_TWILIO_AUTH_TOKEN",
    ),
    Case(
        "infobip",
        "447860099299",
        infobip,
        {"status": "PAUSED"},
        "OTT_INFOBIP_API_KEY",
        is_paged=False,
    ),
    Case("nhn", "sender-1", nhn, {"status": "TSC04"}, "OTT_KAKAO_SECRET_KEY"),
    Case(
        "wechat",
        SETTINGS["OTT_WECHAT_APP_ID"],
        wechat,
        {"title": "y"},
        "OTT_WECHAT_APP_SECRET",
        is_paged=False,
    ),
]


@dataclass
class Spoiler:
    """Cuts the bodies of the requests with these numbers, counted from 0."""

    strikes: set[int] = field(default_factory=set)
    paths: list[str] = field(default_factory=list)

    def make(self):
        @web.middleware
        async def cut(request, handler):
            answer = await handler(request)
            if request.path.startswith("/_sandbox"):
                return answer
            self.paths.append(request.path_qs)
            if len(self.paths) - 1 in self.strikes:
                half = answer.text[: len(answer.text) // 2]
                return web.Response(text=half, content_type="application/json")
            return answer

        return cut


class Sandbox:
    """The sandbox's own server, with a list that a test may change."""

    def __init__(self, folder):
        self.file = folder / "raw_templates.jsonl"
        self.file.write_text("")
        self.spoiler = Spoiler()
        secrets = {name: text for name, text in SETTINGS.items() if SECRET in text}
        self.app = create_app(
            Settings(
                directory=folder, templates=self.file, token=SECRET, secrets=secrets
            )
        )
        self.app.middlewares.append(self.spoiler.make())
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
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def lists(self, *listed):
        """Let it list these from now on: (case, templates)."""
        lines = [
            {"provider": case.provider, "account_id": case.account, "payload": text}
            for case, templates in listed
            for text in map(json.dumps, templates)
        ]
        self.file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.app[WORLD].api.catalogue = Catalogue.read(self.file)

    def faults(self, *texts):
        httpx.post(self.url + "/_sandbox/faults", json=list(texts)).raise_for_status()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


TABLES = """
create schema raw; create schema ott_main;
create table ott_main.int_senders (
    provider varchar, template_account_id varchar, sender_status varchar
);
create table raw.raw_templates (
    fetched_at varchar, provider varchar, account_id varchar, payload varchar
);
create table raw.raw_template_listings (
    provider varchar, account_id varchar, fetched_at timestamp
);
"""
PROFILE = (
    "ott:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n"
    "      path: \"{{ env_var('OTT_DUCKDB_PATH') }}\"\n"
    "      settings: {TimeZone: UTC}\n"
)


class Project:
    """The user's folder after a `dbt build`."""

    def __init__(self, folder, monkeypatch, sandbox):
        self.folder = folder
        self.file = folder / "ott.duckdb"
        self.env = monkeypatch
        (folder / "dbt_project.yml").write_text("name: ott\nprofile: ott\n")
        (folder / "profiles.yml").write_text(PROFILE)
        (folder / "target").mkdir()
        manifest(folder / "target", '"ott".')
        monkeypatch.chdir(folder)
        for name in [name for name in os.environ if name.startswith("OTT_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("OTT_DUCKDB_PATH", str(self.file))
        for name, value in SETTINGS.items():
            monkeypatch.setenv(name, value)
        for name, path in PATHS.items():
            monkeypatch.setenv(name, sandbox.url + path)
        self.printed = ""
        self.sql(TABLES)

    def sql(self, query, *values):
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(query, list(values)).fetchall()

    def sender(self, provider, account, status="active"):
        self.sql(
            "insert into ott_main.int_senders values (?, ?, ?)",
            provider,
            account,
            status,
        )

    def pull(self, *words):
        """Run the command; give what it says of each account, and its exit code."""
        done = CliRunner().invoke(main, ["templates", "pull", "--json", *words])
        self.printed += done.output
        shown = json.loads(done.stdout) if done.stdout.startswith("[") else []
        return shown, done.exit_code

    def rows(self):
        query = "select payload from raw.raw_templates order by fetched_at, payload"
        return [json.loads(row[0]) for row in self.sql(query) if row[0]]

    def listings(self):
        [[count]] = self.sql("select count(*) from raw.raw_template_listings")
        return count


def manifest(folder, database):
    sources = {
        name: {
            "source_name": source,
            "name": name,
            "relation_name": f'{database}"raw"."{name}"',
        }
        for source, name in (
            ("templates", "raw_templates"),
            ("sync", "raw_template_listings"),
        )
    }
    node = {"resource_type": "model", "name": "int_senders"}
    node["relation_name"] = f'{database}"ott_main"."int_senders"'
    content = {"sources": sources, "nodes": {"model.ott.int_senders": node}}
    (folder / "manifest.json").write_text(json.dumps(content))
