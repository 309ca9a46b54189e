"""
AlimTalk by NHN Cloud: news about an order by an approved template, no friendship.

Shapes are those of NHN Cloud's guide "AlimTalk API v2.3", "Request of Sending Replaced
Messages" (2026-06-23).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sync.destinations.base import RowError
from sync.destinations.message import uuid_of
from sync.destinations.nhn import NhnDestination, envelope, keys, recipient
from sync.destinations.values import Values, check, names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from sync.messages import MessageRow

PATH = "alimtalk/v2.3/appkeys/{app_key}/messages"
TEMPLATE_CODE = r"\S{1,20}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KakaoAlimtalkDestination(NhnDestination):
    """
    Templates of one sender profile, many people a call.

    A repeat within 10 minutes fails with -1005: the first call arrived, and nobody says
    what became of it. So a lost answer is asked for again, and stays unknown after that
    code until a webhook, or NHN's list by `recipientGroupingKey`, tells.
    """

    name: ClassVar[str] = "kakao_alimtalk"
    model: ClassVar[str] = "sync_kakao_alimtalk"
    # NHN takes 1,000. A lost answer makes a whole call's rows unknown: not so many.
    batch_size: ClassVar[int] = 100
    dedupe_seconds: ClassVar[int] = 600

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take OTT_KAKAO_APP_KEY, _SECRET_KEY (or _FILE) and _BASE_URL from `env`."""
        return cls(**keys(env))

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the rows as recipients of their one template, or raise RowError."""
        messages = {(row.provider_account, row.template_name) for row in rows}
        if len(messages) != 1:
            raise RowError(
                "The rows of one request need one sender and one template. "
                "Send them apart.",
                reason_code="template_missing",
            )
        [(_, template)] = messages
        body = {
            **envelope(rows[0]),
            "templateCode": check(
                template or "", TEMPLATE_CODE, reason="template_missing"
            ),
            "recipientList": [_recipient(row) for row in rows],
        }
        key = uuid_of(self.name, *(row.delivery_key for row in rows))
        return self.post(PATH, body, {"X-NC-API-IDEMPOTENCY-KEY": key})


def _recipient(row: MessageRow) -> dict[str, Any]:
    if row.purpose == "marketing":
        raise RowError(
            "AlimTalk carries no advertising. Use Brand Message.",
            reason_code="policy_missing",
        )
    if row.content:
        raise RowError(
            "AlimTalk carries its template only. Choose another destination.",
            reason_code="content_not_supported",
        )
    values = Values.of(row.variables)
    named = {name: values[name] for name in names(row.body_parameters)}
    return {**recipient(row), **({"templateParameter": named} if named else {})}


DESTINATIONS = (KakaoAlimtalkDestination,)
