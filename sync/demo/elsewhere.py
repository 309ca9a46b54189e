"""
Calls of the channels and providers that are not connected yet, in their real shapes.

LINE: webhook.yml of line-openapi (2026-07-01). Kakao: channel webhook and NHN Cloud's
result hook. WeChat: XML in plain mode. RCS: Google's envelope around base64.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sync.demo.people import address
from sync.demo.world import World, instant

if TYPE_CHECKING:
    from sync.demo.people import Person

AGENT = "agent@rbm.goog"


def fill(world: World, crowd: list[Person]) -> None:
    """Add a few calls of each."""
    own = {person.channel: person for person in reversed(crowd)}
    _line(world, own.get("line", crowd[0]))
    _kakao(world, own.get("kakao", crowd[0]))
    _wechat(world, own.get("wechat", crowd[0]))
    _rcs(world, own.get("rcs", crowd[0]))
    _providers(world, crowd[0])


def _line(world: World, person: Person) -> None:
    user = address(world, person, "line")

    def event(kind: str, number: int, when: datetime, **more: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "mode": "active",
            "timestamp": int(when.timestamp() * 1000),
            "source": {"type": "user", "userId": user},
            "webhookEventId": f"01FZ74A0TDDPYRVKNK77XKC3{number:02d}",
            "deliveryContext": {"isRedelivery": False},
        } | more

    followed, said = world.ago(days=40), world.ago(hours=7)
    follow = event("follow", 1, followed, follow={"isUnblocked": False})
    text = {"type": "text", "id": "468789577898262530", "text": "こんにちは"}
    message = event("message", 2, said, message=text, replyToken="nHuyWiB7yP5Zw52F")
    again = message | {"deliveryContext": {"isRedelivery": True}}
    left = event("unfollow", 3, said) | {
        "source": {"type": "user", "userId": "U4af4980629c19d5e0b2f3d6b8a7c1e90"}
    }
    for events, when in (
        ([], followed),
        ([follow], followed),
        ([message, left], said),
        ([again], said + timedelta(minutes=4)),
    ):
        body = {"destination": "Ubf1f6d9d3a1c4a7e8f0b2c4d6e8f0a1b", "events": events}
        world.webhook(body, when, "line")


def _kakao(world: World, person: Person) -> None:
    for word, days in (("added", 50), ("blocked", 5), ("added", 2)):
        when = world.ago(days=days)
        body = {
            "event": word,
            "id": address(world, person, "kakao"),
            "id_type": "app_user_id",
            "channel_public_id": "_acme",
            "channel_uuid": "@acme",
            "updated_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        }
        world.webhook(body, when, "kakao")
    when = world.ago(hours=20)
    hook = {
        "hookId": "202611010000000000",
        "kakaoMessageType": "ALIMTALK",
        "requestId": "20261101000000000000000001",
        "recipientSeq": 1,
        "recipientNo": person.phone,
        "receiveDate": f"{when + timedelta(hours=9):%Y-%m-%dT%H:%M:%S}+09:00",
        "resultCode": "MRC01",
    }
    results = {"event": "MESSAGE_RESULT_UPDATE", "appKey": "acme", "hooks": [hook]}
    world.webhook(results, when, "kakao")


def _wechat(world: World, person: Person) -> None:
    told = (
        (40, "<MsgType>event</MsgType><Event>subscribe</Event>"),
        (
            1,
            (
                "<MsgType>text</MsgType><Content><![CDATA[你好]]></Content>"
                "<MsgId>24000000000000001</MsgId>"
            ),
        ),
        (
            0.5,
            (
                "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event>"
                "<MsgID>200163840</MsgID><Status>failed:user block</Status>"
            ),
        ),
    )
    for days, content in told:
        when = world.ago(days=days)
        body = (
            "<xml><ToUserName>gh_1</ToUserName>"
            f"<FromUserName>{address(world, person, 'wechat')}</FromUserName>"
            f"<CreateTime>{int(when.timestamp())}</CreateTime>{content}</xml>"
        )
        world.webhook(body, when, "wechat")


def _rcs(world: World, person: Person) -> None:
    told: tuple[dict[str, str], ...] = (
        {"messageId": "MxO2xq", "text": "Hello"},
        {"eventType": "DELIVERED", "eventId": "e-1", "messageId": "m-1"},
        {"eventType": "READ", "eventId": "e-2", "messageId": "m-1"},
        {"messageId": "MxO2xr", "text": "STOP"},
        {"eventType": "UNSUBSCRIBE", "eventId": "e-3"},
    )
    for number, content in enumerate(told):
        when = world.ago(hours=30 - number)
        sent = {
            "senderPhoneNumber": person.phone,
            "agentId": AGENT,
            "sendTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        } | content
        data = base64.b64encode(json.dumps(sent).encode()).decode()
        kind = "event" if "eventType" in content else "message"
        attributes = {"type": kind, "product": "RBM"}
        body = {"message": {"data": data, "attributes": attributes}}
        world.webhook(body, when, "rcs")


def _providers(world: World, person: Person) -> None:
    when = world.ago(hours=7)
    told = (
        (
            "twilio",
            urlencode(
                {
                    "MessageSid": "SM00000000000000000000000000000001",
                    "MessageStatus": "undelivered",
                    "ErrorCode": "63016",
                    "To": f"whatsapp:{person.phone}",
                    "From": "whatsapp:+15550001111",
                }
            ),
        ),
        (
            "vonage",
            {
                "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
                "to": person.phone.lstrip("+"),
                "from": "15550001111",
                "timestamp": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                "status": "delivered",
                "client_ref": "demo",
            },
        ),
        (
            "infobip",
            {
                "results": [
                    {
                        "messageId": "m-1",
                        "to": person.phone.lstrip("+"),
                        "doneAt": f"{when:%Y-%m-%dT%H:%M:%S}.000+0000",
                        "status": {"groupId": 3, "groupName": "DELIVERED", "id": 5},
                        "error": {"id": 0, "name": "NO_ERROR", "permanent": False},
                    }
                ]
            },
        ),
    )
    for provider, body in told:
        text = body if isinstance(body, str) else json.dumps(body)
        world.add(
            "raw_provider_webhooks",
            provider=provider,
            received_at=instant(when),
            payload=text,
            sender_id="",
        )
