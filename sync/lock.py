"""One run per destination: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.errors import LockedError
from sync.patience import once_free

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    Lease = Callable[[str], AbstractContextManager[None]]

SIZE = 4096
# Whoever settles what a dead run left holds its destination for a moment.
MOMENT_SECONDS = 2.0
POLL_SECONDS = 0.1


@dataclass(slots=True)
class Lock:
    """A destination held by this process; its file says by which run."""

    handle: int
    owner: dict[str, Any]

    def note(self, claims: int) -> None:
        """
        Note beside the ledger how many claims the run has made so far.

        A ledger restored from a copy made during the run knows of fewer.
        """
        if claims == self.owner.get("claims"):
            return
        self.owner["claims"] = claims
        text = json.dumps(self.owner).encode()
        os.pwrite(self.handle, text.ljust(SIZE // 4), 0)


@contextmanager
def hold(
    ledger: Path, destination: str, run_id: str, now: datetime, lease: Lease
) -> Iterator[Lock]:
    """
    Hold the destination while inside: on this host, and by `lease` on all others.

    One that is held is asked for again for a moment. The file stays; the kernel drops
    the lock when the process ends, however it ends.

    Raises:
        LockedError: Another run holds it; the message says which.
    """
    with ExitStack() as held:
        handle = _soon(held, ledger, destination, lease)
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "run_id": run_id,
            "since": now.isoformat(sep=" ", timespec="seconds"),
        }
        lock = Lock(handle, owner)
        lock.note(0)
        yield lock


@contextmanager
def if_free(ledger: Path, destination: str, lease: Lease) -> Iterator[bool]:
    """Keep others out of the destination while inside, if nobody is in."""
    with ExitStack() as held:
        try:
            held.enter_context(_taken(ledger, destination, lease))
        except LockedError:
            yield False
        else:
            yield True


def noted(ledger: Path) -> dict[str, int]:
    """Tell how many claims the last run of each destination has noted."""
    found = {}
    for path in ledger.parent.glob(f"{ledger.name}.*.lock"):
        owner = _owner(path.read_bytes())
        if owner.get("run_id"):
            found[str(owner["run_id"])] = int(owner.get("claims", 0))
    return found


def _soon(held: ExitStack, ledger: Path, destination: str, lease: Lease) -> int:
    def take() -> int:
        return held.enter_context(_taken(ledger, destination, lease))

    return once_free(take, MOMENT_SECONDS, POLL_SECONDS)


@contextmanager
def _taken(ledger: Path, destination: str, lease: Lease) -> Iterator[int]:
    with _locked(ledger, destination) as handle, lease(destination):
        yield handle


@contextmanager
def _locked(ledger: Path, destination: str) -> Iterator[int]:
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = ledger.with_name(f"{ledger.name}.{destination}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held = _held(destination, os.pread(handle, SIZE, 0))
            raise LockedError(held) from None
        yield handle
    finally:
        os.close(handle)


def _owner(content: bytes) -> dict[str, Any]:
    try:
        owner = json.loads(content)
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _held(destination: str, content: bytes) -> str:
    owner = _owner(content)
    who = "another run that just started"
    if {"pid", "host", "run_id", "since"} <= owner.keys():
        who = (
            f"process {owner['pid']} on {owner['host']} (run {owner['run_id']}, "
            f"since {owner['since']} UTC)"
        )
    return f"{destination} is held by {who}. Wait for it to end."
