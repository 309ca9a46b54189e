"""
What a provider's code means to the run, read from the seed SQL uses too.

Every code of the seed, as the answer to a request, means "definitely not sent", but for
those it calls unknown. An answer without a readable code is no refusal at all; the
adapter calls it unknown.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, cast, get_args

from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SEED = "seeds/reference/provider_error_classes.csv"
Action = Literal[
    "refuse",
    "suppress_address",
    "close_window",
    "defer_person",
    "retry",
    "retry_alone",
    "renew_token",
    "pause_template",
    "stop_sender",
    "stop_run",
    "unknown",
]
# Meta's advice for 131056 is to wait 4^x seconds ("About the platform", 2026).
GROWTH = 4.0
DIGITS = re.compile("[0-9]{1,12}")


# Tried again under the same claim; `retry` also slows its sender down.
RETRIES = frozenset({"retry", "retry_alone"})


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """
    What the run does next.

    Attributes:
        suppress_days: None means until the customer says otherwise.
        max_tries: Requests one delivery may cost, the first one included.
        wait_seconds: Before the second request; or how long a person is deferred.
    """

    action: Action
    reason_code: str
    suppress_days: int | None = None
    max_tries: int = 1
    wait_seconds: float = 0.0

    def wait(self, tries: int) -> float:
        """Seconds to wait after `tries` requests (1 or more) were refused."""
        return self.wait_seconds * GROWTH ** (tries - 1)


UNLISTED = ErrorClass("refuse", "provider_refused")
UNPROVEN = ErrorClass("unknown", "outcome_unknown")
# Both answer a fault of theirs as they answer a refusal: only a listed code is a no.
NO_PLAIN_NO = frozenset({"kakao", "wechat"})


@dataclass(frozen=True, slots=True)
class ErrorClasses:
    """All codes of all providers."""

    codes: Mapping[tuple[str, str], ErrorClass]
    ranges: tuple[tuple[str, range, ErrorClass], ...] = ()

    def of(self, provider: str, code: str, *, is_no: bool = True) -> ErrorClass:
        """
        Look up the code itself, then the ranges it may lie in.

        One nobody listed is a refusal where the answer `is_no` otherwise, too.
        """
        if found := self.codes.get((provider, code)):
            return found
        number = int(code) if DIGITS.fullmatch(code) else -1
        for owner, span, kind in self.ranges:
            if owner == provider and number in span:
                return kind
        return UNLISTED if is_no and provider not in NO_PLAIN_NO else UNPROVEN

    @classmethod
    def parse(cls, rows: list[dict[str, str]]) -> Self:
        """
        Take the seed's rows as text.

        Raises:
            ValueError: A number, a range or an action is none.
            KeyError: A column is missing.
        """
        codes: dict[tuple[str, str], ErrorClass] = {}
        ranges: list[tuple[str, range, ErrorClass]] = []
        for row in rows:
            provider, code, kind = row["provider"], row["code"], _error_class(row)
            low, dash, high = code.partition("-")
            if dash and low:
                ranges.append((provider, range(int(low), int(high) + 1), kind))
            elif (provider, code) in codes:
                raise ValueError(f"code {code} is listed twice")
            else:
                codes[provider, code] = kind
        return cls(codes, tuple(ranges))


def load_classes(project_dir: Path) -> ErrorClasses:
    """
    Read the seed of the project at `project_dir`.

    Raises:
        ConfigError: The seed is missing or holds what the run would not understand.
    """
    path = project_dir / SEED
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return ErrorClasses.parse(list(csv.DictReader(file)))
    except OSError:
        raise ConfigError(f"{SEED} is missing. Restore it.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{SEED} is broken: {error}. Correct it.") from error


def _error_class(row: Mapping[str, str]) -> ErrorClass:
    if row["action"] not in get_args(Action):
        raise ValueError(f"{row['action']!r} is not an action")
    days = row["suppress_days"]
    return ErrorClass(
        action=cast("Action", row["action"]),
        reason_code=row["reason_code"],
        suppress_days=int(days) if days else None,
        max_tries=int(row["max_tries"]),
        wait_seconds=float(row["wait_seconds"]),
    )
