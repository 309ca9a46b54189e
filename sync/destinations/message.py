"""What most adapters have in common: one sender, one message a request, no dedupe."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID, uuid5

from sync.destinations.base import Answer, RowError, Token
from sync.destinations.contents import Content, content_of
from sync.destinations.http import content_json, rate_wait
from sync.destinations.values import Values
from sync.messages import MessageRow, SendRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

# Ours, for ids that providers want as a UUID. Never change it.
NAMESPACE = UUID("6b1f4a4e-6c39-5d0e-9f58-0c2b6d1f7a10")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDestination:
    """
    Defaults of an adapter for single messages.

    Attributes:
        carries: Kinds of content by channel, beside free text. `content_support.csv`
            says the same to SQL; a test holds the two together.
        contents: The project's content files, put in by whoever makes the adapter.
    """

    row: ClassVar[type[SendRow]] = MessageRow
    sends: ClassVar[bool] = True
    batch_size: ClassVar[int] = 1
    answers: ClassVar[Literal["per_row", "batch"]] = "per_row"
    dedupe_seconds: ClassVar[int] = 0
    keeps_state: ClassVar[bool] = False
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType({})

    base_url: str
    contents: Mapping[str, Content] = field(default_factory=dict, repr=False)

    def content(self, row: MessageRow) -> Content:
        """Say what the row's message is, filled with its values, or raise RowError."""
        return content_of(self.contents, row, Values.of(row.variables))


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerDestination(MessageDestination):
    """An adapter whose token has a life: given as OAuth does, carried as a bearer."""

    def read_token(self, response: httpx.Response) -> Token | None:
        """Take the token of a 2xx in the shape of RFC 6749, 5.1."""
        match content_json(response):
            case {"access_token": str(value), "expires_in": int(seconds)} if (
                response.is_success and value
            ):
                return Token(value, float(seconds))
        return None

    def authorized(self, request: httpx.Request, token: str) -> httpx.Request:
        """Carry the token in the header (RFC 6750, 2.1)."""
        request.headers["Authorization"] = f"Bearer {token}"
        return request


def uuid_of(*parts: str) -> str:
    """Make a UUID that is the same for the same parts, such as a delivery key."""
    return str(uuid5(NAMESPACE, "|".join(parts)))


def is_template(row: MessageRow) -> bool:
    """Whether the row is a template of the provider's, no text or content of ours."""
    return row.message_type == "template" or bool(row.template_name)


def not_carried(what: str) -> RowError:
    """Make the error of what an adapter has no words for."""
    return RowError(
        f"This destination carries no {what}. Choose another content.",
        reason_code="content_not_supported",
    )


def answer_of(
    response: httpx.Response,
    accepted: Callable[[object], str | None],
    refused: Callable[[httpx.Response, object], str | None],
) -> Answer:
    """
    Read the answer to one message.

    Args:
        response: What came.
        accepted: Finds the provider's message id in a 2xx body (empty for none given),
            or None where the body is not the one of a success.
        refused: Finds the provider's code where the answer says "not sent", or None.
    """
    body, wait = content_json(response), rate_wait(response)
    if response.is_success and (found := accepted(body)) is not None:
        return Answer("accepted", None, found or None, wait)
    code = refused(response, body) if body is not None else None
    return Answer("refused" if code else "unknown", code, retry_after=wait)


def for_all(answer: Answer, rows: Sequence[SendRow]) -> list[Answer]:
    """Give each row of a request the one answer there is."""
    return [answer for _ in rows]
