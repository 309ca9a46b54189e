"""
The sandbox's other providers: each module has one class named in `PROVIDER`.

A provider's routes begin with its own name, so that no two can meet; its adapter's
base URL in the sandbox is `http://127.0.0.1:PORT/<name>`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol

import sync.sandbox
from sync.sandbox.answers import Api, exchange

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from types import ModuleType

    from aiohttp import web

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World


class Provider(Api, Protocol):
    """One provider's side of the table, with its routes."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing said."""

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        ...


def modules() -> list[ModuleType]:
    """Import every module of the sandbox: what a provider has to say stands in its."""
    return [
        import_module(f"sync.sandbox.{module.name}")
        for module in iter_modules(sync.sandbox.__path__)
    ]


def providers(world: World, settings: Settings) -> list[Provider]:
    """Make every provider there is a module of."""
    return [
        module.PROVIDER(world, settings)
        for module in modules()
        if hasattr(module, "PROVIDER")
    ]


def handler(
    api: Api, take: Callable[[web.Request, Arrival], Awaitable[web.Response]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a route's handler of `take`, with authentication and faults around it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await exchange(request, api, lambda arrival: take(request, arrival))

    return handle
