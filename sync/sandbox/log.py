"""The files the sandbox appends to."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class AcceptedLog:
    """
    One line per message Meta would deliver, on disk before the answer leaves.

    Waiting lines share one fsync, so that the disk does not set the pace.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        whole = path.read_bytes() if path.exists() else b""
        whole = whole[: whole.rfind(b"\n") + 1]
        self.count = whole.count(b"\n")
        self._file = path.open("ab")
        self._file.truncate(len(whole))
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []

    def number(self) -> int:
        """Give out the next sequence number."""
        self.count += 1
        return self.count

    async def append(self, entry: dict[str, Any]) -> None:
        """Return when the line is on disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_line(entry), done))
        async with self._lock:
            if done.done():
                return
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, b"".join(line for line, _ in batch))
            for _, future in batch:
                future.set_result(None)

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


def append_landing(path: Path | None, entries: list[dict[str, Any]]) -> None:
    """Append webhooks to the landing file, when there is one."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"".join(_line(entry) for entry in entries))


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"
