"""
What travels: the rows of the sync tables and what became of them.

A row's fields are exactly its table's columns, in order; there is no second schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of a row's shape.
from typing import Literal

Event = Literal["accepted", "refused", "deferred", "unknown", "skipped", "held_out"]
EVENTS: tuple[Event, ...] = (
    "accepted",
    "refused",
    "deferred",
    "unknown",
    "skipped",
    "held_out",
)


@dataclass(frozen=True, slots=True)
class SendRow:
    """
    One recipient of one call, as every send table begins.

    Instants are naive UTC. `occurrence` is the campaign's time round, or `once`.
    """

    delivery_key: str
    build_id: str
    campaign_id: str
    occurrence: str
    customer_id: str
    channel: str
    sender_id: str
    decided_at: datetime
    send_not_before: datetime
    send_not_after: datetime
    send_rank: int
    purpose: str
    message_type: str
    destination: str


@dataclass(frozen=True, slots=True)
class WhatsAppRow(SendRow):
    """
    One row of `sync_whatsapp`.

    `address` is E.164 with `+`, or a BSUID; `variables` is one flat JSON object; the
    parameter columns name the variables in order, buttons `index:sub_type:variable`.
    `content` names a file of `seeds/campaigns/content`.
    """

    phone_number_id: str
    messages_per_second: int
    address: str = field(repr=False)
    address_type: str
    template_name: str | None
    language_code: str | None
    parameter_format: str | None
    header_format: str | None
    header_parameter: str | None
    body_parameters: str
    button_parameters: str
    free_text: str | None = field(repr=False)
    content: str | None
    content_kind: str | None
    variables: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageRow(SendRow):
    """
    One message of most send tables: the columns of the macro `message_columns`.

    `provider_account` is the sender as the provider names it; `template_name` the
    provider's own name or id. `content` names a file of `seeds/campaigns/content`,
    `content_kind` its kind. The parameter columns are those of `WhatsAppRow`.
    """

    provider_account: str
    messages_per_second: int
    address: str = field(repr=False)
    address_type: str
    country_code: str | None
    language_code: str | None
    template_name: str | None
    parameter_format: str | None
    header_format: str | None
    header_parameter: str | None
    body_parameters: str
    button_parameters: str
    free_text: str | None = field(repr=False)
    content: str | None
    content_kind: str | None
    variables: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BrazeTriggerRow(SendRow):
    """
    One row of `sync_braze_triggers`: one recipient of campaigns/trigger/send.

    `variables` is one flat JSON object; `parameters` names, in order and with commas,
    those of them the message needs. The recipient's external id is `customer_id`.
    """

    provider_campaign_id: str
    requests_per_second: int
    parameters: str
    variables: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateRow(SendRow):
    """
    One row of a state table, as every one of them begins.

    `states` is one flat JSON object of texts: what is to be set, by name. It is what
    `raw_sync_states` remembers. A withdrawal takes something away: it goes first, and
    no limit on numbers stops it.
    """

    is_withdrawal: bool
    requests_per_second: int
    states: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BrazeProfileRow(StateRow):
    """
    One row of `sync_braze_profiles`: one profile in users/track.

    Of `states`, `subscription_group:<id>` is `unsubscribed` or `subscribed:<consent
    event>`; the other names are custom attributes, and `true` and `false` booleans.
    """


@dataclass(frozen=True, slots=True)
class KakaoCustomerRow(StateRow):
    """
    One row of `sync_kakao_customer_file`: one user of our app in the channel's file.

    `states` names the file's own keys; `true` and `false` become 1 and 0.
    """

    kakao_user_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HoldoutRow(SendRow):
    """One row of `sync_holdout`: decided, and on purpose not sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `reason_code` is ours, `provider_code` the provider's."""

    event: Event
    reason_code: str | None = None
    provider_code: str | None = None
    provider_message_id: str | None = None
    retry_at: datetime | None = None
