"""Judges calls, has them kept, answers; bounded in size and time, and says little."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from sync.log import say
from sync.webhook.call import Call, RefusedError, Taken, malformed
from sync.webhook.landing import Landing, LandingError, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.webhook.sources import Source

HEALTH = "/health"
# Meta sends up to 3 MB; a line of the landing stays below what DuckDB reads as one.
MAX_BODY = 3 * 2**20
# Control characters that neither JSON, XML nor a form holds as they are.
CONTROLS = bytes(set(range(32)) - {9, 10, 13})
REPORT_SECONDS = 60.0
HEADERS = {"Server": "ott", "Cache-Control": "no-store"}
# What a status wants beside it.
MORE_HEADERS = {405: {"Allow": "GET, POST"}, 503: {"Retry-After": "5"}}
# The rest of the body is not waited for.
BROKEN_OFF = frozenset({404, 405, 408, 413, 415})


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much is taken.

    `seconds` is for the headers of a request and again for its body; `held` is what all
    bodies that are not yet kept may weigh together, in bytes.
    """

    body: int = MAX_BODY
    connections: int = 500
    seconds: float = 10.0
    held: int = 64 * 2**20


class Receiver:
    """Every source behind one server. Counts what it refuses, and why."""

    def __init__(
        self, sources: Mapping[str, Source], landing: Landing, limits: Limits
    ) -> None:
        """Serve `sources`; whoever makes it opens and closes `landing`."""
        self._sources = sources
        self._landing = landing
        self._limits = limits
        self._held = 0
        self.taken = 0
        self.refused: Counter[tuple[str, str]] = Counter()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        path = request.raw_path.partition("?")[0]
        if path == HEALTH and request.method == "GET":
            return self._health()
        name, _, rest = path.removeprefix("/").partition("/")
        source = self._sources.get(name)
        if source is None:
            return self._refusal("-", RefusedError("unknown path", 404))
        body = bytearray()
        try:
            return await self._take(source, rest, request, body)
        except RefusedError as refused:
            return self._refusal(name, refused)
        except LandingError:
            return self._refusal(name, RefusedError("not kept", 503))
        finally:
            self._held -= len(body)

    def refuse(self, name: str, reason: str) -> None:
        """Count a refusal."""
        self.refused[name, reason] += 1

    def counts(self) -> str:
        """Say in one line what came, without a word of it."""
        refused = ", ".join(
            f"{name} {reason} {count}"
            for (name, reason), count in sorted(self.refused.items())
        )
        return f"Taken {self.taken}. Refused: {refused or 'nothing'}."

    async def report_forever(self) -> None:
        """Say every minute what came, if anything did."""
        told = self.counts()
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            if (counts := self.counts()) != told:
                say(counts)
                told = counts

    async def _take(
        self, source: Source, rest: str, request: web.BaseRequest, body: bytearray
    ) -> web.Response:
        await self._read(request, body)
        now = time.time()
        call = Call(
            request.method, request.raw_path, rest, request.headers, bytes(body), now
        )
        taken = source.check(call)
        if taken.payload is not None:
            await self._landing.append(_row(source, taken.payload, now))
            self.taken += 1
        return _answer(taken)

    async def _read(self, request: web.BaseRequest, body: bytearray) -> None:
        """
        Read into `body`, as far as the limits.

        Raises:
            RefusedError: There is more of it, it is packed, slow, or breaks off.
        """
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise RefusedError("packed", 415)
        if (request.content_length or 0) > self._limits.body:
            raise RefusedError("too large", 413)
        if "Expect" in request.headers:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        content = request.content
        try:
            if content.is_eof():
                # Most are here already, and need no timer.
                self._hold(body, content.read_nowait())
                return
            async with asyncio.timeout(self._limits.seconds):
                async for chunk in content.iter_any():
                    self._hold(body, chunk)
        except TimeoutError:
            raise RefusedError("too slow", 408) from None
        except (web.RequestPayloadError, ConnectionError):
            raise malformed() from None

    def _hold(self, body: bytearray, chunk: bytes) -> None:
        body += chunk
        self._held += len(chunk)
        if len(body) > self._limits.body:
            raise RefusedError("too large", 413)
        if self._held > self._limits.held:
            raise RefusedError("too much at once", 503)

    def _refusal(self, name: str, refused: RefusedError) -> web.Response:
        self.refuse(name, refused.reason)
        headers = HEADERS | MORE_HEADERS.get(refused.status, {})
        text = f"{refused.reason}\n"
        answer = web.Response(text=text, status=refused.status, headers=headers)
        if refused.status in BROKEN_OFF:
            answer.force_close()
        return answer

    def _health(self) -> web.Response:
        is_working = self._landing.is_working
        state = {
            "status": "ok" if is_working else "failing",
            "taken": self.taken,
            "refused": self.refused.total(),
        }
        return web.Response(
            text=json.dumps(state),
            status=200 if is_working else 503,
            content_type="application/json",
            headers=HEADERS,
        )


def _row(source: Source, payload: bytes, now: float) -> Row:
    """
    Make the row of a genuine body.

    Raises:
        RefusedError: It is no text that could be kept unchanged.
    """
    if not payload or len(payload.translate(None, CONTROLS)) != len(payload):
        raise malformed()
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise malformed() from None
    received = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
    return Row(source.table, received, text, source.sender_id, source.provider)


def _answer(taken: Taken) -> web.Response:
    return web.Response(
        text=taken.answer, content_type=taken.content_type, headers=HEADERS
    )
