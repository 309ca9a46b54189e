"""
The landing in files: `<folder>/<table>/*.jsonl`, append-only, one JSON object a line.

A file is written by one process only and never opened again, so that the torn last line
of a process that died stays the last one. Readers leave torn lines out; a line was
acknowledged only if it is whole.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from sync.errors import ConfigError
from sync.webhook.landing import LandingError, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

ROTATE_BYTES = 64 * 2**20
# Webhooks hold addresses: nobody but our user and its group reads them.
FILE_MODE = 0o640
FOLDER_MODE = 0o750


class AppendedFile:
    """One new file. What is good ends at `size`; behind it may be a torn line."""

    def __init__(self, folder: Path, now: datetime) -> None:
        """Make it, its entry in the folder durable too."""
        name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.jsonl"
        self._path = folder / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(self._path, flags, FILE_MODE)
        self.hour = now.replace(minute=0, second=0, microsecond=0)
        self.size = 0
        _sync_folder(folder)

    def append(self, lines: bytes) -> None:
        """Write and sync, or raise OSError with the file as good as it was."""
        try:
            view = memoryview(lines)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self.size)
                if not self.size:
                    self._path.unlink()
            raise
        self.size += len(lines)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._file)


class Files:
    """The folder `folder`, one more a table below it."""

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        rotate_bytes: int = ROTATE_BYTES,
    ) -> None:
        """Remember where; files are begun anew each hour, and after `rotate_bytes`."""
        self._folder = folder
        self._now = now
        self._rotate_bytes = rotate_bytes
        self._open: dict[str, AppendedFile] = {}

    def prepare(self, tables: Sequence[str]) -> None:
        """Make the folders, each with a file for the build to find."""
        try:
            for table in tables:
                folder = self._folder / table
                folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
                if not any(folder.glob("*.jsonl")):
                    self._file(table)
                elif not os.access(folder, os.W_OK):
                    raise PermissionError
        except OSError:
            raise ConfigError(
                "The landing folder cannot be written to. Give --dir another, or mend "
                "its owner."
            ) from None

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows, table by table."""
        lines: dict[str, list[str]] = {}
        for row in rows:
            lines.setdefault(row.table, []).append(json.dumps(row.columns()))
        for table, several in lines.items():
            self._append(table, ("\n".join(several) + "\n").encode())

    def close(self) -> None:
        """Close every file."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _append(self, table: str, lines: bytes) -> None:
        try:
            self._file(table).append(lines)
        except OSError:
            # After a failed sync nothing is known of that file: a new one follows.
            if broken := self._open.pop(table, None):
                with suppress(OSError):
                    broken.close()
            raise LandingError("the landing folder takes no more") from None

    def _file(self, table: str) -> AppendedFile:
        now = self._now()
        file = self._open.get(table)
        if file and (
            file.size >= self._rotate_bytes
            or file.hour != now.replace(minute=0, second=0, microsecond=0)
        ):
            self._open.pop(table).close()
            file = None
        if file is None:
            file = self._open[table] = AppendedFile(self._folder / table, now)
        return file


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
