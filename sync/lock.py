"""One run per destination: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sync.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


@contextmanager
def hold(ledger: Path, destination: str, run_id: str, now: datetime) -> Iterator[None]:
    """
    Hold the destination while inside.

    The file stays; the kernel drops the lock when the process ends, however it ends.

    Raises:
        LockedError: Another run holds it; the message says which.
    """
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = ledger.with_name(f"{ledger.name}.{destination}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LockedError(_held(destination, handle)) from None
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "run_id": run_id,
            "since": now.isoformat(sep=" ", timespec="seconds"),
        }
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(owner).encode(), 0)
        yield
    finally:
        os.close(handle)


def _held(destination: str, handle: int) -> str:
    try:
        owner = json.loads(os.pread(handle, 4096, 0))
        who = (
            f"process {owner['pid']} on {owner['host']} (run {owner['run_id']}, "
            f"since {owner['since']} UTC)"
        )
    except (ValueError, KeyError, TypeError):
        who = "another run that just started"
    return f"{destination} is held by {who}. Wait for it to end."
