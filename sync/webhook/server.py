"""aiohttp's low-level server, with an end to everything, and quiet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.log import say, where
from sync.webhook.receiver import HEADERS

if TYPE_CHECKING:
    import asyncio

    from sync.webhook.receiver import Limits, Receiver

MOST_HEADERS = 64
LONGEST_LINE = 8190
OUR_FAULT = 500
TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
    b"Retry-After: 5\r\nConnection: close\r\n\r\n"
)
# aiohttp's own words quote what came.
SILENT = logging.getLogger("sync.webhook.silent")
SILENT.disabled = True


class QuietHandler(web.RequestHandler):
    """One connection, without a word of the caller's in answers or logs."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - nothing of it is shown.
        status: int = OUR_FAULT,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - nor of this.
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or a bug of ours."""
        text = ""
        if status < OUR_FAULT:
            text = "malformed\n"
            if isinstance(self._manager, BoundedServer):
                self._manager.receiver.refuse("-", "malformed")
        else:
            self.log_exception("", exc_info=exc)
        answer = web.Response(text=text, status=status, headers=HEADERS)
        answer.force_close()
        return answer

    def log_exception(self, *_: Any, **told: Any) -> None:
        """Name the place of an error, not its words."""
        error = told.get("exc_info")
        if isinstance(error, BaseException):
            say(f"Error: a bug, {where(error)}. Please report this line.")


class BoundedServer(web.Server):
    """Serves a receiver, and no more connections at once than it may."""

    def __init__(self, receiver: Receiver, limits: Limits) -> None:
        """Nothing listens yet."""
        super().__init__(receiver.handle)
        self.receiver = receiver
        self._limits = limits

    def __call__(self) -> QuietHandler:
        """Make the handler of one connection."""
        return QuietHandler(
            self,
            loop=self._loop,
            # From the first byte of a connection, and between its requests.
            keepalive_timeout=self._limits.seconds,
            lingering_time=0.0,
            # A signature is over what came.
            auto_decompress=False,
            access_log=SILENT,
            logger=SILENT,
            max_headers=MOST_HEADERS,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )

    def connection_made(
        self, handler: web.RequestHandler, transport: asyncio.Transport
    ) -> None:
        """Take a connection, or say that there are too many."""
        super().connection_made(handler, transport)
        if len(self._connections) > self._limits.connections:
            self.receiver.refuse("-", "too many connections")
            transport.write(TOO_MANY)
            handler.force_close()
