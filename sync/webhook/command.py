"""`ott webhook`: what is open, where it lands, and the server until it is stopped."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from aiohttp import web

from sync.command import Finite, as_json_option, command, target_option
from sync.config import load
from sync.errors import ConfigError
from sync.log import say
from sync.manifest import Manifest
from sync.warehouse import connect
from sync.webhook.files import Files
from sync.webhook.landing import Landing, Store
from sync.webhook.receiver import Limits, Receiver
from sync.webhook.server import BoundedServer
from sync.webhook.sources import Source, sources
from sync.webhook.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULTS = Limits()
# Two sources of dbt: Meta's webhooks, and those of everybody else.
DBT_SOURCES = {"raw_whatsapp_webhooks": "whatsapp"}
OTHERS = "channels"
# A body of control characters alone is the longest as a line, and is refused.
LARGEST_BODY = 5 * 2**20
BACKLOG = 1024
STOP_SECONDS = 30.0


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8026,
    show_default=True,
    help="0 takes any free one.",
)
@click.option(
    "--dir",
    "folder",
    envvar="OTT_WEBHOOK_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Land in files here: the folder of `raw_location`. [env: OTT_WEBHOOK_DIR]",
)
@click.option(
    "--max-body",
    "body",
    type=click.IntRange(1, LARGEST_BODY),
    default=DEFAULTS.body,
    show_default=True,
    help="Bytes of one webhook.",
)
@click.option(
    "--max-connections",
    "connections",
    type=click.IntRange(1),
    default=DEFAULTS.connections,
    show_default=True,
)
@click.option(
    "--seconds",
    type=Finite(0.1),
    default=DEFAULTS.seconds,
    show_default=True,
    help="For the headers of a request, and again for its body.",
)
@click.option("--check", is_flag=True, help="Say what is open and set; serve nothing.")
@target_option
@as_json_option
@command
def webhook(  # noqa: PLR0913 - one argument an option.
    *,
    host: str,
    port: int,
    folder: Path | None,
    target: str | None,
    check: bool,
    as_json: bool,
    **limits: Any,
) -> int:
    """
    Receive the providers' webhooks, verified and durable before the answer.

    Speaks HTTP: put a proxy with a certificate in front of it.
    """
    opened, closed = sources(os.environ)
    if not opened:
        raise ConfigError(
            "No source is open. Set a provider's secret, see docs/webhooks.md."
        )
    store, place = _store(folder, target)
    store.prepare(sorted({source.table for source in opened.values()}))
    _tell(opened, closed, place, as_json=as_json)
    if not check:
        told = json.dumps if as_json else _listening
        asyncio.run(_serve(opened, store, (host, port), Limits(**limits), told))
    return 0


def _store(folder: Path | None, target: str | None) -> tuple[Store, str]:
    if folder:
        return Files(folder, lambda: datetime.now(UTC)), "files"
    config = load(target)
    if config.profile.type != "postgres":
        raise ConfigError(
            f"Target {config.profile.target} takes no webhooks itself. Give --dir, "
            "the folder of the var `raw_location`: they land in files."
        )
    manifest = Manifest(config.target_dir)
    return Tables(connect(config.profile), _Relations(manifest)), "PostgreSQL"


class _Relations(dict[str, str]):
    """The relation of each raw table, asked of the manifest when it is wanted."""

    def __init__(self, manifest: Manifest) -> None:
        super().__init__()
        self._manifest = manifest

    def __missing__(self, table: str) -> str:
        source = DBT_SOURCES.get(table, OTHERS)
        self[table] = relation = self._manifest.source(table, of=source)
        return relation


def _tell(
    opened: Mapping[str, Source],
    closed: Mapping[str, str],
    place: str,
    *,
    as_json: bool,
) -> None:
    """Say of every source whether it is open, and by which proof."""
    if as_json:
        shown = {name: source.opening.proof for name, source in opened.items()}
        click.echo(json.dumps({"lands_in": place, "open": shown, "closed": closed}))
        return
    for name, source in opened.items():
        click.echo(f"open   /{name}: {source.opening.proof}; {source.table}")
    for name, missing in closed.items():
        click.echo(f"closed /{name}: {missing}")
    click.echo(f"Webhooks land in {place}.")


async def _serve(
    opened: Mapping[str, Source],
    store: Store,
    at: tuple[str, int],
    limits: Limits,
    told: Callable[[dict[str, str]], str],
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Landing(store) as landing:
        receiver = Receiver(opened, landing, limits)
        server = BoundedServer(receiver, limits)
        runner = web.ServerRunner(server, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        report = asyncio.create_task(receiver.report_forever())
        try:
            click.echo(told({"listening": await _listen(runner, at)}))
            await stop.wait()
        finally:
            report.cancel()
            with suppress(asyncio.CancelledError):
                await report
            await runner.cleanup()
            say(receiver.counts())


def _listening(state: dict[str, str]) -> str:
    return f"webhook listening on {state['listening']}"


async def _listen(runner: web.ServerRunner, at: tuple[str, int]) -> str:
    host, port = at
    try:
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    except OSError:
        raise ConfigError(
            f"Nothing can listen on {host}:{port}. Choose another --host or --port."
        ) from None
    return f"http://{host}:{runner.addresses[0][1]}"
