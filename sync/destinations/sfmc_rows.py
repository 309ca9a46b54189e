"""
Salesforce Marketing Cloud: flags as rows of a data extension, by a job.

Shapes are those of Salesforce's page "Upsert rows asynchronously" (copy of 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import quote

import httpx

from sync.destinations.base import Answer, Progress, RowError
from sync.destinations.http import content_json, secret
from sync.destinations.message import answer_of, for_all
from sync.destinations.sfmc_account import SfmcAccount, contact_key
from sync.destinations.sfmc_answers import (
    code_of,
    each_row,
    is_over,
    request_id,
    went_well,
)
from sync.destinations.values import INVALID, Values, check
from sync.messages import SendRow, StateRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMN = r"[A-Za-z][A-Za-z0-9_]{0,127}"
BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcRowsDestination(SfmcAccount):
    """
    Flags as rows of one data extension, whose primary key is ContactKey.

    An upsert by primary key: the last write wins. Removal is a `false`, never a delete.
    """

    name: ClassVar[str] = "sfmc_rows"
    model: ClassVar[str] = "sync_sfmc_rows"
    row: ClassVar[type[SendRow]] = StateRow
    # Not in the pages read; connectors go up to 30,000 rows and 5 MB.
    batch_size: ClassVar[int] = 2000
    keeps_state: ClassVar[bool] = True

    data_extension_key: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of all, and OTT_SFMC_DATA_EXTENSION_KEY."""
        key = secret(env, "OTT_SFMC_DATA_EXTENSION_KEY")
        return cls(data_extension_key=key, **cls.settings(env))

    def request(self, rows: Sequence[StateRow]) -> httpx.Request:
        """Say each row as one item, in order, or raise RowError."""
        key = quote(self.data_extension_key, safe="")
        url = f"{self.base_url}/data/v1/async/dataextensions/key:{key}/rows"
        return httpx.Request("PUT", url, json={"items": [_item(r) for r in rows]})

    def read(self, response: httpx.Response, rows: Sequence[StateRow]) -> list[Answer]:
        """Take the job's id: a 202 says only that it was queued."""
        answer = answer_of(response, request_id, code_of)
        if answer.kind == "accepted":
            answer = Answer("pending", None, answer.provider_message_id)
        return for_all(answer, rows)

    def poll(self, job_id: str, step: str) -> httpx.Request:
        """Ask for the status, or for a page of results when `step` is its number."""
        url = f"{self.base_url}/data/v1/async/{quote(job_id, safe='')}"
        if not step:
            return httpx.Request("GET", f"{url}/status")
        return httpx.Request("GET", f"{url}/results", params={"$page": step})

    def read_job(
        self, response: httpx.Response, rows: Sequence[StateRow], told: int
    ) -> Progress:
        """Accepted where all went well; else row by row, in the order they went."""
        body = content_json(response)
        if not response.is_success or body is None:
            # Where the first pages ended is not known any more.
            return Progress((), None) if told else Progress()
        if (answers := each_row(body)) is not None:
            page = told // max(1, len(answers)) + 2
            return Progress(answers, str(page) if answers else None)
        if not is_over(body):
            return Progress()
        if went_well(body):
            return Progress([Answer("accepted") for _ in rows], None)
        return Progress((), "1")


def _item(row: StateRow) -> dict[str, Any]:
    values = Values.of(row.states)
    item: dict[str, Any] = {"ContactKey": contact_key(row)}
    for name in values.by_name:
        if name.startswith("subscription_group:"):
            raise RowError(
                "A data extension has no subscription groups. Correct profile_flags.",
                reason_code=INVALID,
            )
        value = values[name]
        item[check(name, COLUMN)] = BOOLEANS.get(value, value)
    return item


DESTINATIONS = (SfmcRowsDestination,)
