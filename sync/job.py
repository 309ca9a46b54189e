"""What one run works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync.quota import Quota

if TYPE_CHECKING:
    from sync.classes import ErrorClasses
    from sync.clock import Clock
    from sync.destinations import Destination
    from sync.ledger import Ledger
    from sync.lock import Lock
    from sync.spool import Spool
    from sync.stops import Stops
    from sync.warehouse import Warehouse

# A run's message where its process was told to end.
INTERRUPTED = "The run was interrupted. Run `ott send` again for the rest."


@dataclass(frozen=True, slots=True)
class Job:
    """Everything the runner needs, made by the steps before it."""

    run_id: str
    destination: Destination[Any]
    classes: ErrorClasses
    ledger: Ledger
    spool: Spool
    stops: Stops
    warehouse: Warehouse
    clock: Clock
    in_flight: int
    lock: Lock
    due: int = 0
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did, added up."""

    run_id: str
    destination: str
    build_id: str
    due: int
    known: int
    outcomes: dict[str, int]
    reasons: dict[str, int]
    not_sent: int
    recovered: int
    exit_code: int
    not_written_back: int = 0
    message: str = ""
    campaigns: dict[str, int] = field(default_factory=dict)
