"""
Salesforce Marketing Cloud Engagement: data extension rows, journeys, OTT messages.

Shapes are those of Salesforce's pages "Upsert rows asynchronously", "Insert contacts
into a journey in bulk" and "Send OTT messages" (copies of 2026). The body of a WhatsApp
message was not to be had: it is made after the page for SMS, unconfirmed. What a code
means is `seeds/reference/provider_error_classes.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import quote

import httpx

from sync.destinations.base import Answer, Progress, RowError
from sync.destinations.http import content_json, retry_after, safe_base_url, secret
from sync.destinations.line import USER_ID
from sync.destinations.message import (
    BearerDestination,
    answer_of,
    for_all,
)
from sync.destinations.sfmc_answers import (
    code_of,
    each_member,
    each_row,
    is_over,
    request_id,
    sent_key,
    went_well,
)
from sync.destinations.values import INVALID, Values, check, names, words
from sync.destinations.whatsapp import PHONE
from sync.errors import ConfigError
from sync.messages import BrazeTriggerRow, SendRow, StateRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync.messages import MessageRow

# Put into a host name: anything else would take the secret to another machine.
SUBDOMAIN = r"[a-zA-Z0-9-]+"
KEY = r"[^\s/:]{1,200}"
CONTACT_KEY = r"(?s)(?=.*\S)[^\ud800-\udfff]{1,255}"
COLUMN = r"[A-Za-z][A-Za-z0-9_]{0,127}"
BOOLEANS = {"true": True, "false": False}
LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sfmc(BearerDestination):
    """
    One installed package of one business unit.

    Its tokens live 20 minutes. Without the account id they would be the parent's.
    """

    provider: ClassVar[str] = "sfmc"

    client_id: str
    client_secret: str = field(repr=False)
    account_id: str
    auth_url: str

    @classmethod
    def settings(cls, env: Mapping[str, str]) -> dict[str, Any]:
        """Take OTT_SFMC_CLIENT_ID, _CLIENT_SECRET, _ACCOUNT_ID and _SUBDOMAIN."""
        base = safe_base_url(env, "OTT_SFMC_BASE_URL")
        auth = safe_base_url(env, "OTT_SFMC_AUTH_URL")
        subdomain = env.get("OTT_SFMC_SUBDOMAIN", "").strip()
        if not (base and auth):
            try:
                check(subdomain, SUBDOMAIN)
            except RowError:
                message = "Set OTT_SFMC_SUBDOMAIN to the tenant's own subdomain."
                raise ConfigError(message) from None
        host = f"https://{subdomain}.%s.marketingcloudapis.com"
        return {
            "client_id": secret(env, "OTT_SFMC_CLIENT_ID"),
            "client_secret": secret(env, "OTT_SFMC_CLIENT_SECRET"),
            "account_id": secret(env, "OTT_SFMC_ACCOUNT_ID"),
            "base_url": base or host % "rest",
            "auth_url": auth or host % "auth",
        }

    def token_request(self, now: datetime) -> httpx.Request:
        """Ask for an access token of the business unit."""
        _ = now
        body = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "account_id": self.account_id,
        }
        return httpx.Request("POST", f"{self.auth_url}/v2/token", json=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcRowsDestination(_Sfmc):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcJourneyDestination(_Sfmc):
    """Entries into a journey. Nothing is dropped as a repeat."""

    name: ClassVar[str] = "sfmc_journey"
    model: ClassVar[str] = "sync_sfmc_journey"
    row: ClassVar[type[SendRow]] = BrazeTriggerRow
    batch_size: ClassVar[int] = 100

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of all."""
        return cls(**cls.settings(env))

    def request(self, rows: Sequence[BrazeTriggerRow]) -> httpx.Request:
        """Say the rows as members of their one entry event, or raise RowError."""
        events = {row.provider_campaign_id for row in rows}
        if len(events) != 1 or not all(events):
            raise RowError(
                "The rows of one request need one entry event. "
                "Complete provider_campaign_id.",
                reason_code="template_missing",
            )
        body = {
            # A dot in the key is not taken ("Fire an entry event").
            "eventDefinitionKey": check(events.pop(), r"[^\s.]{1,200}"),
            "members": [_member(row) for row in rows],
        }
        url = f"{self.base_url}/interaction/v1/async/events"
        return httpx.Request("POST", url, json=body)

    def read(
        self, response: httpx.Response, rows: Sequence[BrazeTriggerRow]
    ) -> list[Answer]:
        """Accepted where the count says all are queued; else as each member says."""
        body = content_json(response)
        if response.is_success and (found := each_member(body, len(rows))):
            return found
        wait = retry_after(response)
        code = None if response.is_success else code_of(response, body)
        kind: Literal["refused", "unknown"] = "refused" if code else "unknown"
        return for_all(Answer(kind, code, retry_after=wait), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SfmcOttDestination(_Sfmc):
    """
    Single messages: LINE by /ott/v1/send, WhatsApp by a send definition.

    The message key is unique in a business unit for two days, as the pages for SMS and
    e-mail say; for OTT it is not said, so nothing is repeated on its strength.
    """

    name: ClassVar[str] = "sfmc_ott"
    model: ClassVar[str] = "sync_sfmc_ott"
    carries: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {"line": frozenset({"text"})}
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Take the settings of all."""
        return cls(**cls.settings(env))

    def request(self, rows: Sequence[MessageRow]) -> httpx.Request:
        """Say the one row for its channel, or raise RowError."""
        (row,) = rows
        if row.channel == "line":
            return httpx.Request(
                "POST", f"{self.base_url}/ott/v1/send", json=self._line(row)
            )
        if row.channel == "whatsapp":
            url = f"{self.base_url}/messaging/v1/ott/messages/{row.delivery_key}"
            return httpx.Request("POST", url, json=_whatsapp(row))
        raise RowError(
            "Marketing Cloud sends to LINE and WhatsApp only. Choose another way.",
            reason_code="content_not_supported",
        )

    def _line(self, row: MessageRow) -> dict[str, Any]:
        content = self.content(row)
        if content.kind != "text":
            raise RowError(
                "Marketing Cloud sends text to LINE. Choose another content.",
                reason_code="content_not_supported",
            )
        return {
            "messageKey": row.delivery_key,
            "from": {"senderType": "line", "senderId": row.provider_account},
            "to": {"ottId": check(row.address, USER_ID, reason="address_invalid")},
            "message": {
                "subject": row.campaign_id,
                "contents": [
                    {"type": "text", "text": words(content.body["text"], LONGEST)}
                ],
            },
        }

    def read(
        self, response: httpx.Response, rows: Sequence[MessageRow]
    ) -> list[Answer]:
        """Accepted by a 2xx with a request id and no error beside it."""
        return for_all(answer_of(response, sent_key, code_of), rows)


def _item(row: StateRow) -> dict[str, Any]:
    values = Values.of(row.states)
    item: dict[str, Any] = {"ContactKey": _contact(row)}
    for name in values.by_name:
        if name.startswith("subscription_group:"):
            raise RowError(
                "A data extension has no subscription groups. Correct profile_flags.",
                reason_code=INVALID,
            )
        value = values[name]
        item[check(name, COLUMN)] = BOOLEANS.get(value, value)
    return item


def _member(row: BrazeTriggerRow) -> dict[str, Any]:
    values = Values.of(row.variables)
    data = {name: values[name] for name in names(row.parameters)}
    return {
        "contactKey": _contact(row),
        "data": {**data, "delivery_key": row.delivery_key},
    }


def _whatsapp(row: MessageRow) -> dict[str, Any]:
    values = Values.of(row.variables)
    return {
        "definitionKey": check(row.template_name or "", KEY),
        "recipient": {
            "contactKey": _contact(row),
            "to": check(row.address, PHONE, reason="address_invalid"),
            "attributes": {name: values[name] for name in names(row.body_parameters)},
        },
    }


def _contact(row: SendRow) -> str:
    return check(row.customer_id, CONTACT_KEY, reason="address_invalid")


DESTINATIONS = (SfmcRowsDestination, SfmcJourneyDestination, SfmcOttDestination)
