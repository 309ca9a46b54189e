"""
Everything that can go wrong, by what the run does next.

* SyncError             a bug, or something nobody foresaw      exit 1
  x ConfigError         the run cannot start                    exit 3
  x TrustError          the mart or the ledger is not trusted   exit 4
    + LockedError       somebody else holds it; try later       exit 4
  x GuardError          a limit tripped before or while sending exit 4
  x DiskError           a disk is full or cannot be written     exit 4
  x StoppedError        the account or a sender was stopped     exit 5

What a provider says about one row is an `Outcome`, never an exception: a run goes on.
"""

from __future__ import annotations

from typing import ClassVar


class SyncError(Exception):
    """
    Base of every error this package raises on purpose.

    A message ends with the next step and never holds a secret, an address or a body.
    """

    exit_code: ClassVar[int] = 1


class ConfigError(SyncError):
    """A setting is missing or wrong. Nothing was sent."""

    exit_code = 3


class TrustError(SyncError):
    """The outgoing table or the ledger cannot be trusted. Nothing was sent."""

    exit_code = 4


class LockedError(TrustError):
    """Another process holds the warehouse or the destination."""


class GuardError(SyncError):
    """A limit tripped. What was sent before is recorded."""

    exit_code = 4


class DiskError(SyncError):
    """Ledger or spool could not be written. What was under way is unknown."""

    exit_code = 4


class StoppedError(SyncError):
    """The account or a sender may send nothing more until a person has looked."""

    exit_code = 5


def missing_table() -> TrustError:
    """Tell that a relation is not there."""
    return TrustError("A table or view is missing. Run `dbt build` first.")


def missing_column() -> TrustError:
    """Tell that a relation is not as this version reads it."""
    return TrustError(
        "A table or view is of another version: it lacks a column. "
        "Run `dbt seed --full-refresh` and `dbt build` of this version."
    )


def unreachable() -> LockedError:
    """Tell that the warehouse's server does not answer."""
    return LockedError("The warehouse cannot be reached. Try again later.")


def warehouse_failed(error: Exception) -> TrustError:
    """Tell of a library's error by its type: its words may quote a value."""
    return TrustError(
        f"The warehouse failed ({type(error).__name__}). Run `ott doctor`."
    )
