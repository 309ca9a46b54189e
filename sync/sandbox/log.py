"""The files the sandbox appends to."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


# Under load a write waits for more lines: a thread and an fsync each cost more.
LINGER_SECONDS = 0.01


class Together:
    """Lets waiting lines share one write, so that the disk does not set the pace."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._busy = False

    async def append(self, lines: bytes) -> None:
        """Return when `lines` are written; they keep the order of the calls."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((lines, done))
        async with self._lock:
            if done.done():
                return
            if self._busy:
                await asyncio.sleep(LINGER_SECONDS)
            batch, self._waiting = self._waiting, []
            self._busy = len(batch) > 1
            await asyncio.to_thread(self._write, b"".join(text for text, _ in batch))
            for _, future in batch:
                future.set_result(None)


class AcceptedLog:
    """One line per message or write a provider took, on disk before it answers."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        whole = path.read_bytes() if path.exists() else b""
        whole = whole[: whole.rfind(b"\n") + 1]
        self.count = whole.count(b"\n")
        self._file = path.open("ab")
        self._file.truncate(len(whole))
        self._together = Together(self._write)

    def number(self) -> int:
        """Give out the next sequence number."""
        self.count += 1
        return self.count

    async def append(self, *entries: dict[str, Any]) -> None:
        """Return when the lines are on disk."""
        await self._together.append(_lines(entries))

    def entries(self) -> list[dict[str, Any]]:
        """Read every line so far."""
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, lines: bytes) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())


class Landing:
    """The landing file of webhooks, when there is one. Others may append to it too."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._together = Together(self._write)

    async def append(self, entries: list[dict[str, Any]]) -> None:
        """Return when the webhooks can be read."""
        if self.path:
            await self._together.append(_lines(entries))

    def _write(self, lines: bytes) -> None:
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.write(lines)


def _lines(entries: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(
        json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in entries
    )
