"""What can go wrong between two machines, on demand and repeatable by seed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Nothing was accepted when these strike.
BEFORE = frozenset({"reset", "http_503_before", "rate_429", "html_502", "code"})
# The message is on its way, whatever the caller gets to see.
AFTER = frozenset(
    {
        "lost_answer",
        "slow",
        "drip",
        "http_500_after_accept",
        "truncated_json",
        "wrong_content_type",
        "empty_200",
    }
)
# Accepted, but no caller could read so from the answer.
SILENT = AFTER - {"slow", "drip"}
WITH_VALUE = frozenset({"slow", "drip", "code"})
FORM = re.compile(
    r"(?P<name>[a-z0-9_]+)(?P<parts>(:-?[0-9.]+){0,2})(#(?P<times>[0-9]+))?"
)


@dataclass(slots=True)
class Fault:
    """
    One thing that goes wrong.

    Attributes:
        value: Seconds for `slow` and `drip`, the provider's code for `code`; else 0.
        rate: Share of requests it strikes, 0 to 1.
        left: How often it may still strike; None is without end.
    """

    name: str
    value: float = 0.0
    rate: float = 1.0
    left: int | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """
        Read NAME[:RATE], slow|drip:SECONDS[:RATE] or code:NNN[:RATE], each with #TIMES.

        Raises:
            ValueError: No such fault, or not of that form.
        """
        match = FORM.fullmatch(text.strip())
        if not match or match["name"] not in BEFORE | AFTER:
            raise ValueError(f"no such fault: {text!r}")
        numbers = [float(part) for part in match["parts"].split(":")[1:]]
        fault = cls(match["name"], left=int(match["times"]) if match["times"] else None)
        if fault.name in WITH_VALUE:
            if not numbers:
                raise ValueError(f"{fault.name} needs a number: {fault.name}:4")
            fault.value = numbers.pop(0)
        if len(numbers) > 1 or any(not 0 <= number <= 1 for number in numbers):
            raise ValueError(f"a rate is one number from 0 to 1: {text!r}")
        fault.rate = numbers[0] if numbers else 1.0
        return fault


@dataclass(slots=True)
class Faults:
    """The faults now in force. At most one strikes a request: the first that hits."""

    seed: int = 0
    active: list[Fault] = field(default_factory=list)
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start the dice from the seed."""
        self.dice = random.Random(self.seed)

    def set(self, texts: Iterable[str]) -> None:
        """Replace all faults; an empty list ends them."""
        self.active = [Fault.parse(text) for text in texts]

    def draw(self) -> Fault | None:
        """Say what strikes the next request."""
        for fault in self.active:
            if fault.left != 0 and self.dice.random() < fault.rate:
                fault.left = None if fault.left is None else fault.left - 1
                return fault
        return None
