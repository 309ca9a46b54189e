"""The sandbox's HTTP server: 127.0.0.1 only, the providers' routes and its own."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from sync.destinations.http import secret
from sync.errors import ConfigError
from sync.sandbox import control, routes
from sync.sandbox.answers import WORLD
from sync.sandbox.faults import Fault
from sync.sandbox.providers import providers
from sync.sandbox.world import DEFAULT_BRAZE_KEY, DEFAULT_TOKEN, Settings, build

__all__ = ["Settings", "create_app", "run", "sandbox"]

HOST = "127.0.0.1"


def create_app(settings: Settings) -> web.Application:
    """Build the server from `settings`; nothing listens yet."""
    app = web.Application()
    app[WORLD] = world = build(settings)

    async def close(_: web.Application) -> None:
        world.close()

    app.on_cleanup.append(close)
    app.router.add_routes(routes.ROUTES)
    app.router.add_routes(control.ROUTES)
    for provider in providers(world, settings):
        app.router.add_routes(provider.routes())
    return app


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, settings.port).start()
        port = runner.addresses[0][1]
        click.echo(f"sandbox listening on http://{HOST}:{port}")
        await stop.wait()
    finally:
        await runner.cleanup()


def _instant(
    _: click.Context, __: click.Parameter, text: str | None
) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("Give an ISO instant: 2026-11-23T06:00:00Z.") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _faults(
    _: click.Context, __: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    try:
        for text in texts:
            Fault.parse(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}. See --help.") from None
    return texts


def _token(name: str, default: str) -> str:
    try:
        return secret(os.environ, name)
    except ConfigError:
        return default


def _several(
    _: click.Context, __: click.Parameter, texts: tuple[str, ...]
) -> frozenset[str]:
    return frozenset(texts)


FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--port", default=8025, show_default=True, help="0 takes any free one.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".ott/sandbox"),
    show_default=True,
    help="Where accepted.jsonl and braze.jsonl go.",
)
@click.option("--templates", type=FILE, help="raw_templates.jsonl")
@click.option("--webhooks", type=FILE, help="raw_whatsapp_webhooks.jsonl")
@click.option(
    "--landing",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append webhooks of what happens here to this file.",
)
@click.option("--now", callback=_instant, help="Freeze the clock at this ISO instant.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    callback=_faults,
    help="NAME[:RATE], slow|drip:SECONDS[:RATE], code:NNN[:RATE]; #N: N times.",
)
@click.option("--seed", default=0, show_default=True, help="Of faults and outcomes.")
@click.option(
    "--latency", default=0.0, show_default=True, help="Seconds an answer takes."
)
@click.option(
    "--messages-per-second",
    type=click.IntRange(min=1),
    default=80,
    show_default=True,
    help="Throughput of one number.",
)
@click.option(
    "--undelivered",
    type=click.FloatRange(0, 1),
    default=0.02,
    show_default=True,
    help="Share that fails by webhook.",
)
@click.option(
    "--phone-number-id",
    "numbers",
    multiple=True,
    callback=_several,
    help="A number that exists; all do when none is given.",
)
@click.option(
    "--braze-requests-per-second",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="What Braze takes in one second.",
)
@click.option(
    "--braze-campaign-id",
    "braze_campaigns",
    multiple=True,
    callback=_several,
    help="A Braze campaign that exists; all do when none is given.",
)
@click.option(
    "--braze-external-id",
    "braze_people",
    multiple=True,
    callback=_several,
    help="A person Braze knows; it knows everybody when none is given.",
)
@click.option(
    "--braze-refuse",
    "braze_refused",
    multiple=True,
    callback=_several,
    help="An external id whose profile is an error inside a 201.",
)
def sandbox(**options: Any) -> None:
    """
    Run a local server that behaves as the providers do.

    It wants the adapters' own secrets from the environment, and "sandbox-token" for
    each that is not set ("sandbox-braze-key" for OTT_BRAZE_API_KEY).
    """
    token = _token("OTT_WHATSAPP_TOKEN", DEFAULT_TOKEN)
    key = _token("OTT_BRAZE_API_KEY", DEFAULT_BRAZE_KEY)
    secrets = {name: value for name, value in os.environ.items() if name[:4] == "OTT_"}
    run(Settings(**options, token=token, braze_key=key, secrets=secrets))
