"""What the sandbox's WeChat and Google call back with is read by the real staging."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import home_profile
import httpx
import pytest
from conftest import AS_OF, Warehouse
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sync.destinations import DESTINATIONS
from sync.messages import MessageRow

NOW = datetime(2026, 11, 18, 10, 5)  # noqa: DTZ001 - naive UTC, as the clock tells it.
ROW = MessageRow(
    delivery_key="0" * 32,
    build_id="build-1",
    campaign_id="spring",
    occurrence="once",
    customer_id="c1",
    channel="wechat",
    sender_id="s1",
    decided_at=NOW,
    send_not_before=NOW,
    send_not_after=NOW,
    send_rank=1,
    purpose="utility",
    message_type="template",
    destination="wechat",
    provider_account="acme@rbm.goog",
    messages_per_second=80,
    address="o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    address_type="openid",
    country_code="CN",
    language_code="zh",
    template_name="t-1",
    parameter_format=None,
    header_format=None,
    header_parameter=None,
    body_parameters="thing1",
    button_parameters="",
    free_text="Hello",
    content=None,
    content_kind=None,
    variables='{"thing1": "巧克力"}',
)
ROWS = {
    "template": ROW,
    "subscribe": replace(ROW, message_type="subscribe"),
    "rcs": replace(
        ROW, destination="rcs", message_type="message", address="+14165550123"
    ),
}
MODELS = [
    f"stg_{channel}__{name}"
    for channel in ("wechat", "rcs")
    for name in ("statuses", "rejected")
]


def settings(url):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    text = json.dumps({"client_email": "a@b.test", "private_key": pem.decode()})
    return {
        "OTT_WECHAT_APP_ID": "wx0123456789abcdef",
        "OTT_WECHAT_APP_SECRET": "sandbox-token",
        "OTT_WECHAT_BASE_URL": f"{url}/wechat",
        "OTT_RCS_KEY": text,
        "OTT_RCS_TOKEN_URL": f"{url}/rcs/token",
        "OTT_RCS_BASE_URL": f"{url}/rcs",
    }


def send(env, row):
    """Send by the real adapter; tell the id of the acceptance."""
    destination = DESTINATIONS[row.destination].from_env(env)
    with httpx.Client(trust_env=False) as http:
        token = destination.read_token(http.send(destination.token_request(NOW)))
        request = destination.authorized(destination.request([row]), token.value)
        [answer] = destination.read(http.send(request), [row])
    assert answer.kind == "accepted"
    return answer.provider_message_id


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Staging over what came back: a half that arrived, a half that did not."""
    home = tmp_path_factory.mktemp("receipts")
    home_profile.write(home / "profiles.yml")
    (home / "raw").mkdir()
    for name in ("raw_templates", "raw_whatsapp_webhooks"):
        (home / "raw" / f"{name}.jsonl").touch()
    warehouse, sent = Warehouse(home), {}
    landing = ("--landing", str(home / "raw/raw_whatsapp_webhooks.jsonl"))
    for share in ("0", "1"):
        with warehouse.sandbox(*landing, "--undelivered", share) as url:
            env = settings(url)
            for name, row in ROWS.items():
                key = f"{name}-{share}".ljust(32, "0")
                sent[name, share] = send(env, replace(row, delivery_key=key))
    warehouse.dbt("run", "--select", *(f"+{model}" for model in MODELS))
    return warehouse, sent


@pytest.mark.parametrize(
    ("name", "share", "channel", "statuses"),
    [
        ("template", "0", "wechat", {"success"}),
        ("template", "1", "wechat", {"failed:user block"}),
        ("subscribe", "0", "wechat", {"success"}),
        ("subscribe", "1", "wechat", {"failed:user refuse"}),
        ("rcs", "0", "rcs", {"delivered", "read"}),
        ("rcs", "1", "rcs", {"expired"}),
    ],
)
def test_a_receipt_is_found_by_the_id_of_its_acceptance(
    told, name, share, channel, statuses
):
    warehouse, sent = told

    found = warehouse.ask(
        f"select status, occurred_at from ott_staging.stg_{channel}__statuses "
        f"where message_id = '{sent[name, share]}'"
    )

    assert {status for status, _ in found} <= statuses
    assert found
    assert {str(at) for _, at in found} == {AS_OF}


@pytest.mark.parametrize("channel", ["wechat", "rcs"])
def test_none_is_set_aside(told, channel):
    warehouse, _ = told

    assert warehouse.ask(f"from ott_staging.stg_{channel}__rejected") == []
