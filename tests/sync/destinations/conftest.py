from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from sync.destinations.whatsapp import WhatsAppDestination
from sync.messages import WhatsAppRow

TEMPLATE = WhatsAppRow(
    delivery_key="key-1",
    build_id="build-1",
    campaign_id="spring",
    occurrence="once",
    customer_id="c1",
    channel="whatsapp",
    sender_id="s1",
    decided_at=datetime(2026, 11, 23, 2),  # noqa: DTZ001 - naive UTC, as in the warehouse
    send_not_before=datetime(2026, 11, 23, 9),  # noqa: DTZ001
    send_not_after=datetime(2026, 11, 23, 20),  # noqa: DTZ001
    send_rank=1,
    purpose="marketing",
    message_type="template",
    destination="whatsapp",
    phone_number_id="1065550001",
    messages_per_second=80,
    address="+6591234567",
    address_type="phone",
    template_name="spring_sale",
    language_code="pt_BR",
    parameter_format="POSITIONAL",
    header_format="NONE",
    header_parameter=None,
    body_parameters="first_name,offer",
    button_parameters="",
    free_text=None,
    content=None,
    content_kind=None,
    variables='{"first_name": "Ana", "offer": "10%"}',
)


@pytest.fixture
def whatsapp():
    return WhatsAppDestination("secret-token")


@pytest.fixture
def row():
    """A row of a template with two positional parameters, or with `changes`."""

    def build(**changes):
        return replace(TEMPLATE, **changes)

    return build


@pytest.fixture
def text_row(row):
    return row(
        message_type="free_text",
        free_text="Your order\nis ready https://example.test",
        template_name=None,
        language_code=None,
        parameter_format=None,
        header_format=None,
        body_parameters="",
        variables="{}",
    )
