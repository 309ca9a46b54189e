"""A project made by hand: one DuckDB file, a manifest, and a provider that may fail."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from aiohttp import web

from sync.messages import BrazeProfileRow, WhatsAppRow

ROOT = Path(__file__).parents[2]
TOKEN = "canary-token-5dc1"
NAME = "Canaryella"
BODY = "canary body text"
BUILD = "build-1"
SQL = {"str": "varchar", "int": "bigint", "datetime": "timestamp", "bool": "boolean"}

# Up to the third version an event had an id in the ledger, too.
THIRD = """
    create table kept as select * from events;
    drop table events;
    create table events (
        delivery_event_id text primary key, delivery_key text not null,
        run_id text not null, build_id text not null, destination text not null,
        campaign_id text not null, customer_id text not null, channel text not null,
        sender_id text not null, purpose text not null, event text not null,
        reason_code text, provider_code text, provider_message_id text,
        attempt integer not null, occurred_at text not null, written_at text
    );
    create index events_pending on events (occurred_at) where written_at is null;
    insert into events
    select delivery_key || attempt, delivery_key, run_id, build_id, destination,
        campaign_id, customer_id, channel, sender_id, purpose, event, reason_code,
        provider_code, provider_message_id, attempt, occurred_at, written_at
    from kept;
    drop table kept;
    update meta set value = '3' where key = 'schema_version'
"""


def now():
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Provider:
    """A tiny provider in a thread. Its own log is the oracle of what arrived."""

    def __init__(self):
        self.seen = []
        # When each request came, and for whom; headers of the answers to come.
        self.arrived = []
        self.headers = {}
        self.calls = []
        self.profiles = {}
        # Later requests than so many wait for their answers until a test raises it.
        self.most = math.inf
        self.delay = 0.0
        self.answers = {}
        self.default = None
        self._ready = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        assert self._ready.wait(60)

    def _serve(self):
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self):
        app = web.Application()
        app.router.add_get("/_sandbox/health", self._health)
        app.router.add_post("/{tail:.*}", self._message)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/v25.0"

    async def _health(self, _):
        return web.json_response({"sandbox": "ott"})

    async def _message(self, request):
        body = await request.json()
        if request.path == "/users/track":
            return await self._track(request, body["attributes"])
        key = body["biz_opaque_callback_data"]
        self.seen.append(key)
        self.arrived.append((time.monotonic(), body.get("to")))
        await self._wait(len(self.seen))
        answers = self.answers.get(key) or []
        answer = answers.pop(0) if answers else self.default
        if answer == "drop":
            request.transport.abort()
            return web.Response()
        if answer:
            error = {"code": answer, "message": f"no, not to {body.get('to')}"}
            return web.json_response({"error": error}, status=400, headers=self.headers)
        wamid = f"wamid.{len(self.seen)}"
        return web.json_response(
            {"messaging_product": "whatsapp", "messages": [{"id": wamid}]},
            headers=self.headers,
        )

    async def _wait(self, number):
        """Wait; a test may change how long meanwhile, from its own thread."""
        began = time.monotonic()
        while number > self.most or time.monotonic() < began + self.delay:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _track(self, request, profiles):
        """Set the values; an answer planted for a profile is the whole call's."""
        planted = [self.answers.get(one["external_id"]) or [None] for one in profiles]
        answer = next((one.pop(0) for one in planted if one[0]), self.default)
        if isinstance(answer, int):
            return web.json_response({"message": "no"}, status=answer)
        self.calls.append([one["external_id"] for one in profiles])
        await self._wait(len(self.calls))
        for one in profiles:
            self.profiles.setdefault(one["external_id"], {}).update(one)
        if answer == "drop":
            request.transport.abort()
            return web.Response()
        done = {"message": "success", "attributes_processed": len(profiles)}
        return web.json_response(done, status=201)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)


class Project:
    """The user's folder after a `dbt build`."""

    def __init__(self, folder, provider):
        self.folder = folder
        self.provider = provider
        self.file = folder / "ott.duckdb"
        self.ledger = folder / ".ott" / "ledger.sqlite"
        self.printed = ""
        folder.mkdir(exist_ok=True)
        (folder / "dbt_project.yml").write_text("name: ott\nprofile: ott\n")
        (folder / "profiles.yml").write_text(
            "ott:\n  target: dev\n  outputs:\n"
            + "".join(
                f"    {name}:\n      type: duckdb\n"
                "      path: \"{{ env_var('OTT_DUCKDB_PATH', "
                "flags.PROFILES_DIR ~ '/ott.duckdb') }}\"\n"
                "      schema: ott\n"
                "      settings: {TimeZone: UTC, "
                'file_search_path: "{{ flags.PROFILES_DIR }}"}\n'
                for name in ("dev", "test")
            )
        )
        seed = folder / "seeds" / "reference"
        seed.mkdir(parents=True)
        source = ROOT / "seeds/reference/provider_error_classes.csv"
        (seed / source.name).write_text(source.read_text())
        self._manifest()
        self._tables()

    def _manifest(self):
        raw = ("ott_build_log", "raw_delivery_events", "raw_sync_runs")
        raw = (*raw, "raw_sync_states")
        sources = {
            name: {
                "source_name": "sync",
                "name": name,
                "relation_name": f'"ott"."raw"."{name}"',
            }
            for name in (*raw, "raw_operator_stops")
        }
        nodes = {
            f"model.ott.{name}": {
                "resource_type": "model",
                "name": name,
                "relation_name": f'"ott"."{schema}"."{name}"',
            }
            for schema, name in (
                ("ott_sync", "sync_stops"),
                ("ott_sync", "sync_settlements"),
                ("ott_sync", "sync_decided"),
                ("ott_sync", "sync_braze_profiles"),
                ("ott_marts", "fct_campaign_decisions"),
                ("ott_marts", "fct_consent_states"),
                ("ott_marts", "fct_reply_windows"),
                ("ott_marts", "dim_templates"),
            )
        }
        (self.folder / "target").mkdir()
        content = json.dumps({"sources": sources, "nodes": nodes})
        (self.folder / "target" / "manifest.json").write_text(content)

    def _tables(self):
        self.sql(
            "create schema raw; create schema ott_sync; create schema ott_marts;"
            f"create table ott_sync.sync_whatsapp ({columns(WhatsAppRow)});"
            f"create table ott_sync.sync_braze_profiles ({columns(BrazeProfileRow)});"
            "create table ott_sync.sync_decided (delivery_key varchar,"
            "build_id varchar, campaign_id varchar, occurrence varchar,"
            "customer_id varchar, sender_id varchar, channel varchar,"
            "purpose varchar, destination varchar, states varchar,"
            "decided_at timestamp);"
            "create table ott_sync.sync_settlements (delivery_key varchar,"
            "provider_message_id varchar, reason_code varchar,"
            "provider_code varchar, occurred_at timestamp);"
            "create table raw.ott_build_log (build_id varchar, as_of timestamp,"
            "target_name varchar, sync_model varchar, node_id varchar,"
            "node_type varchar, status varchar, relation_name varchar,"
            "logged_at timestamp);"
            "create table raw.raw_delivery_events (delivery_event_id varchar,"
            "delivery_key varchar, run_id varchar, build_id varchar,"
            "destination varchar, campaign_id varchar, customer_id varchar,"
            "channel varchar, sender_id varchar, purpose varchar, event varchar,"
            "reason_code varchar, provider_code varchar, provider_message_id varchar,"
            "attempt bigint, occurred_at timestamp, received_at timestamp);"
            "create table raw.raw_sync_runs (run_id varchar, ledger_id varchar,"
            "build_id varchar, destination varchar, event varchar,"
            "occurred_at timestamp, received_at timestamp);"
            "create table raw.raw_sync_states (delivery_event_id varchar,"
            "destination varchar, customer_id varchar, attribute varchar,"
            "value varchar, event varchar, occurred_at timestamp,"
            "received_at timestamp);"
            "create table raw.raw_operator_stops (operator_stop_id varchar,"
            "customer_id varchar, address_hash varchar, channel varchar,"
            "purpose varchar, reason varchar, occurred_at timestamp,"
            "received_at timestamp);"
            "create table raw.stops (delivery_key varchar);"
            "create view ott_sync.sync_stops as select distinct delivery_key,"
            "build_id, 'consent_withdrawn' as reason_code from ott.raw.stops,"
            "ott.raw.ott_build_log;"
        )

    def sql(self, query, *values):
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(query, list(values)).fetchall()

    def build(  # noqa: PLR0913 - a build has as many sides.
        self,
        rows,
        *,
        build_id=BUILD,
        as_of=None,
        target="dev",
        tests=None,
        model="sync_whatsapp",
    ):
        """Do what dbt and its hook do at the end of a build."""
        as_of = as_of or now()
        relation = f'"ott"."ott_sync"."{model}"'
        nodes = {
            f"model.ott.{model}": ("model", "success", relation),
            "model.ott.fct_campaign_decisions": ("model", "success", None),
            "test.ott.assert_nobody_who_said_stop": ("test", "pass", None),
        }
        for node, status in (tests or {}).items():
            nodes[node] = ("test", status, None)
        log = [
            (
                build_id,
                as_of,
                target,
                model,
                node,
                *found[:2],
                found[2],
                now(),
            )
            for node, found in nodes.items()
        ]
        with duckdb.connect(str(self.file)) as connection:
            connection.executemany(
                "insert into raw.ott_build_log values (?, ?, ?, ?, ?, ?, ?, ?, ?)", log
            )
            connection.execute(f"delete from ott_sync.{model}")
            for one in rows:
                make = row if model == "sync_whatsapp" else state_row
                values = make(**{"build_id": build_id, "decided_at": as_of, **one})
                marks = ", ".join("?" for _ in values)
                connection.execute(
                    f"insert into ott_sync.{model} values ({marks})", values
                )
            keeps_state = model == "sync_braze_profiles"
            connection.execute(watched(model, keeps_state=keeps_state))
        return as_of

    def env(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OTT_")}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "OTT_WHATSAPP_BASE_URL": self.provider.url,
            "OTT_WHATSAPP_TOKEN": TOKEN,
            "OTT_BRAZE_BASE_URL": self.provider.url.removesuffix("/v25.0"),
            "OTT_BRAZE_API_KEY": TOKEN,
            **more,
        }

    def start(self, *words, **env):
        return subprocess.Popen(
            [sys.executable, "-m", "sync", *words],
            cwd=self.folder,
            env=self.env(**env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ott(self, *words, stdin="", **env):
        """Run one command; remember all it printed."""
        process = self.start(*words, **env)
        out, err = process.communicate(stdin, timeout=120)
        self.printed += out + err
        process.out, process.err = out, err
        return process

    def send(self, *words, name="whatsapp", **env):
        done = self.ott("send", name, "--json", "--wait", "0", *words, **env)
        done.summary = json.loads(done.out) if done.out.startswith("{") else {}
        return done

    def states(self):
        connection = sqlite3.connect(self.ledger)
        try:
            return dict(
                connection.execute("select delivery_key, state from deliveries")
            )
        finally:
            connection.close()

    @contextmanager
    def warehouse_held(self):
        """Hold the file as `dbt build` does, from another process."""
        code = (
            "import duckdb, sys; held = duckdb.connect(sys.argv[1]);"
            "print('held', flush=True); sys.stdin.read()"
        )
        holder = subprocess.Popen(
            [sys.executable, "-c", code, str(self.file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate("")


def watched(model, *, keeps_state=False):
    """Keep what a build is about to send, so that stops are asked for it."""
    states = "states" if keeps_state else "null"
    return (
        "insert into ott_sync.sync_decided select delivery_key, build_id,"
        "campaign_id, occurrence, customer_id, sender_id, channel, purpose,"
        f"destination, {states}, decided_at from ott_sync.{model}"
    )


def key(number):
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def row(number=0, **given):
    """The values of one row of sync_whatsapp, in the contract's order."""
    values = {
        "delivery_key": key(number),
        "build_id": BUILD,
        "campaign_id": "winback",
        "occurrence": "once",
        "customer_id": f"c{number}",
        "channel": "whatsapp",
        "sender_id": "wa_main",
        "decided_at": now(),
        "send_not_before": now() - timedelta(hours=1),
        "send_not_after": now() + timedelta(hours=6),
        "send_rank": number,
        "purpose": "marketing",
        "message_type": "template",
        "destination": "whatsapp",
        "phone_number_id": "1001",
        "messages_per_second": 1000,
        "address": f"+65900{number:05d}",
        "address_type": "phone",
        "template_name": "winback_offer",
        "language_code": "en",
        "parameter_format": "POSITIONAL",
        "header_format": "NONE",
        "header_parameter": None,
        "body_parameters": "first_name",
        "button_parameters": "",
        "free_text": None,
        "content": None,
        "content_kind": None,
        "variables": json.dumps({"first_name": NAME}),
        **given,
    }
    return [values[field.name] for field in fields(WhatsAppRow)]


def columns(kind):
    return ", ".join(f"{f.name} {SQL[f.type.split(' |')[0]]}" for f in fields(kind))


def state_row(number=0, *, states=None, is_withdrawal=False, **given):
    """The values of one row of sync_braze_profiles, in the contract's order."""
    identity = f"{number}|{given.get('build_id', BUILD)}|{is_withdrawal}"
    values = {
        "delivery_key": key(identity),
        "build_id": BUILD,
        "campaign_id": "braze_profiles",
        "occurrence": "once",
        "customer_id": f"c{number}",
        "channel": "*",
        "sender_id": "braze",
        "decided_at": now(),
        "send_not_before": now() - timedelta(hours=1),
        "send_not_after": now() + timedelta(hours=6),
        "send_rank": number + (0 if is_withdrawal else 1000),
        "purpose": "state",
        "message_type": "profile",
        "destination": "braze_profiles",
        "is_withdrawal": is_withdrawal,
        "requests_per_second": 500,
        "states": json.dumps(states or {"ott_winback": "true"}),
        **given,
    }
    return [values[field.name] for field in fields(BrazeProfileRow)]


def people(number, **given):
    return [{"number": n, **given} for n in range(number)]


def wait_until(true, seconds=120):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def insist(project, query, *values):
    """Do it while a run reads the warehouse now and then."""

    def is_done():
        try:
            project.sql(query, *values)
        except duckdb.IOException:
            return False
        return True

    wait_until(is_done)


def changed(project, code):
    """The environment of an `ott` in which `code` runs before anything else."""
    site = project.folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}
