"""What docs/threats.md claims and no other test holds; and that its tests are there."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web

import sync
from sync import config
from sync.destinations import DESTINATIONS
from sync.destinations.contents import Content
from sync.errors import ConfigError
from sync.exchange import client, exchange
from sync.sandbox.settings import settings_for

sys.path.append(str(Path(__file__).parent / "destinations"))

from provider_cases import line, twilio

ROOT = Path(__file__).parents[2]
HERE = "https://provider.example"
SETTINGS = settings_for(HERE)
SECRET = re.compile("(?:keys?|secrets?|token|password|authorization)$")
# Names of rows, accounts and tables.
NO_SECRET = {"delivery_key", "user_key", "data_extension_key"}
SECRETS = {value for name, value in SETTINGS.items() if HERE not in value}


def refusals(env):
    """What each adapter that does not start says."""
    said = []
    for kind in DESTINATIONS.values():
        try:
            kind.from_env(env)
        except ConfigError as error:
            said.append(str(error))
    return said


WITHOUT_FAULT = refusals(SETTINGS)


@pytest.mark.parametrize("name", [n for n in SETTINGS if HERE in SETTINGS[n]])
def test_a_base_url_in_the_clear_stops_the_run(name):
    said = refusals(SETTINGS | {name: "http://evil.example"})

    assert len(said) > len(WITHOUT_FAULT)
    assert not any(secret in text for text in said for secret in SECRETS)


def shown():
    """Every field that the repr of a dataclass of ours shows."""
    for module in walk_packages(sync.__path__, "sync."):
        if module.name.endswith("__main__"):
            continue
        for kind in vars(import_module(module.name)).values():
            if isinstance(kind, type) and is_dataclass(kind):
                yield from ((kind.__name__, f.name) for f in fields(kind) if f.repr)


def test_a_field_that_holds_a_secret_is_in_no_repr():
    found = {(k, n) for k, n in shown() if SECRET.search(n) and n not in NO_SECRET}

    # Vonage's key is the account's name.
    assert found == {("VonageDestination", "api_key")}


def test_a_redirect_takes_nothing_elsewhere():
    asked = []

    async def answer(request):
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async def send():
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        headers = {"Authorization": "Bearer canary"}
        async with client(1) as http:
            request = httpx.Request(
                "POST", f"http://127.0.0.1:{port}/here", headers=headers
            )
            response = await exchange(http, request)
        await runner.cleanup()
        return response

    response = asyncio.run(send())

    assert response.status_code == 307
    assert asked == ["/here"]


def test_a_value_is_never_filled_in_itself():
    values = {"first_name": "{offer} {{1}}", "offer": "10%"}

    filled = Content("text", {"text": "Dear {first_name}"}).filled(values)

    assert filled.body == {"text": "Dear {offer} {{1}}"}


@pytest.mark.parametrize("case", [line.CASES[0], twilio.CASES[0]], ids=["JSON", "form"])
def test_a_value_stays_a_value_in_the_request(case):
    odd = '", "to": "+6590000000", "x": "&To=+659 \r\nX-Injected: 1'
    row = replace(case.row, message_type="free_text", free_text=odd)

    request = case.destination(HERE).request([row])

    said = request.content.decode()
    if "json" in request.headers["Content-Type"]:
        [message] = json.loads(said)["messages"]
        assert message["text"] == odd
    else:
        assert parse_qs(said)["Body"] == [odd]
        assert len(parse_qs(said)["To"]) == 1
    assert "X-Injected" not in request.headers


def test_a_setting_is_never_rendered_itself(tmp_path, monkeypatch):
    (tmp_path / "dbt_project.yml").write_text("profile: ott\n")
    (tmp_path / "profiles.yml").write_text(
        "ott:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n"
        "      path: \"{{ env_var('OTT_DUCKDB_PATH') }}\"\n"
    )
    monkeypatch.chdir(tmp_path)
    odd = "{{ env_var('OTT_SECRET') }}"

    read = config.load(env={"OTT_DUCKDB_PATH": odd, "OTT_SECRET": "canary"})

    assert read.profile.path == odd


@pytest.mark.parametrize("command", ["sandbox", "webhook"])
def test_servers_listen_on_this_machine_only(tmp_path, command):
    folder = str(tmp_path / "raw")
    words = [sys.executable, "-m", "sync", command, "--port", "0", "--dir", folder]
    env = {"OTT_LINE_CHANNEL_SECRET": "secret", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as server:
        said = next(line for line in server.stdout if "listening" in line)
        server.terminate()

    assert re.search(r"listening on http://127\.0\.0\.1:\d+$", said.strip())


def test_every_test_that_is_named_is_there():
    page = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
    written = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )

    for name in set(re.findall(r"`(test_\w+)`", page)):
        assert f"def {name}(" in written, name
