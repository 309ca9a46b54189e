"""What every provider adapter offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, Self, TypeVar

from sync.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import httpx

    from sync.messages import SendRow

RowT_contra = TypeVar("RowT_contra", bound="SendRow", contravariant=True)


class RowError(SyncError):
    """
    This row cannot be said in the provider's words. Nothing was sent for it.

    Attributes:
        reason_code: Our word for it. The marts' seed explains it to marketers.
    """

    def __init__(self, message: str, *, reason_code: str) -> None:
        super().__init__(message)
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one exchange says about one row.

    Attributes:
        kind: `unknown` is every answer that proves neither of the other two.
            `failed` is a fault of the provider's with a code: a no if the code is
            listed as one, or else unknown.
            `pending` is a job's: taken, and `provider_message_id` is the job's id.
            `split` says that the whole request was refused for one of its rows, and
            nobody knows which: it is asked again in halves. Of one row it is a refusal.
        code: The provider's own code, such as "131047"; None for accepted.
        retry_after: The provider's own wait, in seconds. With an accepted row it asks
            for quiet before the next request.
    """

    kind: Literal["accepted", "refused", "failed", "unknown", "pending", "split"]
    code: str | None = None
    provider_message_id: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token with a life, in seconds from when it was given."""

    value: str = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What a job has told so far.

    Attributes:
        answers: For the next rows in their order; empty while nothing is known.
        step: What to ask next; empty is the first question again, after a wait, and
            None that the job has told all it will.
    """

    answers: Sequence[Answer] = ()
    step: str | None = ""


class Destination(Protocol[RowT_contra]):
    """
    One provider, as two pure functions around one HTTP exchange.

    An adapter never connects, sleeps, retries, counts or logs. The runner does.
    What is left is the facts of one API, which fit on one screen.

    Attributes:
        name: The command line's DESTINATION.
        model: The sync table it reads.
        provider: Key into the table of provider codes.
        row: The dataclass of one row, with exactly the contract's columns.
        sends: False for a destination that only records.
        batch_size: Rows one request may carry: of one sender and one campaign, in
            the order of their rank. `BatchDestination` is for narrower ones.
        answers: Whether the provider answers each row or the batch as one.
        dedupe_seconds: How long the provider drops a repeat of the same bytes by the
            key in them; 0 is never. So long a lost answer is asked for again.
        keeps_state: The rows are values to be kept, where the last write wins, so a
            request whose answer was lost may be repeated. False: a message each.
    """

    name: ClassVar[str]
    model: ClassVar[str]
    provider: ClassVar[str]
    row: ClassVar[type[SendRow]]
    sends: ClassVar[bool]
    batch_size: ClassVar[int]
    answers: ClassVar[Literal["per_row", "batch"]]
    dedupe_seconds: ClassVar[int]
    keeps_state: ClassVar[bool]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take this provider's settings from `env`, or raise ConfigError."""
        ...

    @property
    def base_url(self) -> str:
        """Where requests go; empty when nothing is sent."""
        ...

    def request(self, rows: Sequence[RowT_contra]) -> httpx.Request:
        """Say `rows` in the provider's words, or raise RowError."""
        ...

    def read(
        self, response: httpx.Response, rows: Sequence[RowT_contra]
    ) -> list[Answer]:
        """One answer per row, in the rows' order; junk is `unknown`, never an error."""
        ...


class TokenDestination(Destination[RowT_contra], Protocol[RowT_contra]):
    """A provider whose token has a life. The runner gets it, keeps it and renews it."""

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for a new token; `now` is naive UTC, for a signed assertion."""
        ...

    def read_token(self, response: httpx.Response) -> Token | None:
        """Take the token; None is no token, whatever the answer says."""
        ...

    def authorized(self, request: httpx.Request, token: str) -> httpx.Request:
        """Put the token where this provider wants it."""
        ...


class BatchDestination(Destination[RowT_contra], Protocol[RowT_contra]):
    """A provider whose one request cannot carry just any rows of a campaign."""

    def fits(self, first: RowT_contra, row: RowT_contra) -> bool:
        """Whether `row` may travel with `first` and all that fits it; never raises."""
        ...


class KeyedDestination(Destination[RowT_contra], Protocol[RowT_contra]):
    """A provider that drops repeats of some rows only, for `dedupe_seconds`."""

    def has_key(self, row: RowT_contra) -> bool:
        """Tell whether a request for `row` carries a key its repeat is known by."""
        ...


class JobDestination(Destination[RowT_contra], Protocol[RowT_contra]):
    """
    A provider that takes a batch now and tells its outcome later.

    Only for values to be kept: a job whose end nobody saw is repeated. One at a time.
    """

    def poll(self, job_id: str, step: str) -> httpx.Request:
        """Ask how the job is doing; `step` is what `read_job` asked for last."""
        ...

    def read_job(
        self, response: httpx.Response, rows: Sequence[RowT_contra], told: int
    ) -> Progress:
        """Take what the answer tells of `rows` after the first `told` of them."""
        ...
