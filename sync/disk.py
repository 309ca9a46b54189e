"""Whether what went wrong is that a disk takes nothing more."""

from __future__ import annotations

import errno
import sqlite3

from sync.errors import DiskError

SQLITE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)
SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
# SQLite's extended codes keep the plain one in their last byte.
PLAIN = 0xFF


def is_full(error: BaseException) -> bool:
    """Tell whether a disk is full or cannot be written; of a group, any of it."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_full(one) for one in error.exceptions)
    if isinstance(error, OSError):
        return error.errno in SYSTEM
    return (getattr(error, "sqlite_errorcode", None) or 0) & PLAIN in SQLITE


def disk_error(error: BaseException) -> DiskError | None:
    """Say it in our words, if that is what happened."""
    if not is_full(error):
        return None
    return DiskError(
        "The disk of the ledger is full or cannot be written. "
        "Make room and run it again: what was under way is unknown, never resent."
    )
