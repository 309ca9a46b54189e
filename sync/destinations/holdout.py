"""The destination of people held back to measure a campaign. It sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Never, Self

from sync.destinations.base import Answer, RowError
from sync.messages import HoldoutRow, SendRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx


@dataclass(frozen=True, slots=True)
class HoldoutDestination:
    """Due, rechecked and claimed like a send; the runner records `held_out`."""

    name: ClassVar[str] = "holdout"
    model: ClassVar[str] = "sync_holdout"
    provider: ClassVar[str] = "none"
    row: ClassVar[type[SendRow]] = HoldoutRow
    sends: ClassVar[bool] = False
    batch_size: ClassVar[int] = 1
    answers: ClassVar[Literal["per_row", "batch"]] = "per_row"
    dedupe_seconds: ClassVar[int] = 0
    keeps_state: ClassVar[bool] = False

    base_url: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Need nothing from `env`."""
        del env
        return cls()

    def request(self, rows: Sequence[HoldoutRow]) -> Never:
        """Refuse: nobody in a holdout is ever sent anything."""
        raise RowError(
            f"{len(rows)} held-out rows were about to be sent. Report this bug.",
            reason_code="holdout",
        )

    def read(
        self, response: httpx.Response, rows: Sequence[HoldoutRow]
    ) -> list[Answer]:
        """Know nothing: no request leads to this answer."""
        del response
        return [Answer("unknown") for _ in rows]


DESTINATIONS = (HoldoutDestination,)
