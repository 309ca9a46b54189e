"""The sandbox as it is, but somebody outside may set its clock."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from sync.sandbox import server
from sync.sandbox.routes import WORLD

_create_app = server.create_app


async def set_now(request: web.Request) -> web.Response:
    order = await request.json()
    request.app[WORLD].frozen = datetime.fromisoformat(order["now"])
    return web.json_response(order)


def create_app(settings: server.Settings) -> web.Application:
    app = _create_app(settings)
    app.router.add_post("/_nights/now", set_now)
    return app


if __name__ == "__main__":
    server.create_app = create_app
    server.sandbox()
