"""From a provider's answer to what is written down, and what the run does next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sync.classes import RETRIES, ErrorClass
from sync.errors import LockedError
from sync.exchange import Lost, NotSent
from sync.messages import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.classes import ErrorClasses
    from sync.destinations import Answer

# A provider that cannot be reached at all: nothing was written, so it is tried again.
UNREACHABLE = ErrorClass(
    "retry_alone", "provider_unreachable", max_tries=4, wait_seconds=0.25
)
# A value may be set again, whatever became of the last request.
REPEATED = ErrorClass("retry_alone", "answer_lost", max_tries=4, wait_seconds=0.25)
# A run holds a slot no longer than this; the next run goes on.
LONGEST_WAIT = 120.0
SHORTEST_DEFERRAL = 300.0


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What one exchange leads to.

    Attributes:
        outcome: What is written down if the row is not tried again.
        action: The class table's word for what else stops.
        wait: Seconds until the row may be tried again under the same claim, or None.
        hold: Seconds the provider asked the whole sender to be quiet.
    """

    outcome: Outcome
    action: str = ""
    wait: float | None = None
    hold: float = 0.0


def out_of_reach(
    outcomes: Mapping[str, int], reasons: Mapping[str, int]
) -> LockedError | None:
    """Tell whether the provider was not reached for any row: it is worth a try soon."""
    tried = sum(outcomes.values()) - outcomes.get("skipped", 0)
    if not tried or reasons.get(f"deferred: {UNREACHABLE.reason_code}") != tried:
        return None
    return LockedError("The provider cannot be reached. Try again later.")


def decide(
    answer: Answer | NotSent | Lost,
    classes: ErrorClasses,
    provider: str,
    tries: int,
    now: datetime,
) -> Decision:
    """Judge the answer to the `tries`-th request of a row (1 is the first)."""
    if isinstance(answer, NotSent):
        return _later(UNREACHABLE, tries, now, None, None)
    if isinstance(answer, Lost):
        return Decision(Outcome("unknown", "answer_lost"))
    if answer.kind in ("refused", "failed", "split") and answer.code is not None:
        kind = classes.of(provider, answer.code, is_no=answer.kind != "failed")
        if kind.action in RETRIES:
            return _later(kind, tries, now, answer.code, answer.retry_after)
        return _refused(kind, tries, now, answer.code)
    if answer.kind == "accepted":
        outcome = Outcome("accepted", None, None, answer.provider_message_id)
        return Decision(outcome, hold=min(answer.retry_after or 0.0, LONGEST_WAIT))
    quiet = min(answer.retry_after or 0.0, LONGEST_WAIT)
    return Decision(Outcome("unknown", "answer_unreadable", answer.code), hold=quiet)


def repeated(decision: Decision, tries: int) -> Decision:
    """Ask once more where the last write wins and only its answer was lost."""
    again = decision.outcome.event == "unknown" and tries < REPEATED.max_tries
    return replace(decision, wait=REPEATED.wait(tries)) if again else decision


def _refused(kind: ErrorClass, tries: int, now: datetime, code: str) -> Decision:
    if kind.action == "renew_token":
        return _with_new_token(kind, tries, code)
    if kind.action == "unknown":
        # The provider does not say that nothing was sent.
        outcome = Outcome("unknown", kind.reason_code, code)
    elif kind.action == "defer_person":
        until = now + timedelta(seconds=kind.wait_seconds)
        outcome = Outcome("deferred", kind.reason_code, code, None, until)
    else:
        outcome = Outcome("refused", kind.reason_code, code)
    return Decision(outcome, kind.action)


def _with_new_token(kind: ErrorClass, tries: int, code: str) -> Decision:
    """Ask at once with a new token; a provider that takes none stops the run."""
    outcome = Outcome("refused", kind.reason_code, code)
    if tries < kind.max_tries:
        return Decision(outcome, "renew_token", wait=0.0)
    return Decision(outcome, "stop_run")


def _later(
    kind: ErrorClass,
    tries: int,
    now: datetime,
    code: str | None,
    retry_after: float | None,
) -> Decision:
    wait = kind.wait(tries) if retry_after is None else retry_after
    until = now + timedelta(seconds=max(wait, SHORTEST_DEFERRAL))
    outcome = Outcome("deferred", kind.reason_code, code, None, until)
    again = tries < kind.max_tries and wait <= LONGEST_WAIT
    # What concerns one message alone keeps nobody else quiet.
    hold = retry_after or 0.0 if kind.action == "retry" else 0.0
    return Decision(outcome, kind.action, wait if again else None, hold)
