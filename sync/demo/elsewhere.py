"""
Calls of LINE, KakaoTalk, WeChat, RCS and the providers, in their real shapes.

LINE: webhook.yml of line-openapi (2026-07-01). Kakao: channel webhook and NHN Cloud's
result hook. WeChat: XML in plain mode. RCS: Google's envelope, opened by the receiver
or still around base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sync.demo.people import address
from sync.demo.world import AGENT, LINE_BOT, World, instant

if TYPE_CHECKING:
    from sync.demo.people import Person


def fill(world: World, crowd: list[Person]) -> None:
    """Add a few calls of each that repeat, mean nothing or cannot be read."""
    own = {person.channel: person for person in reversed(crowd)}
    _line(world, own.get("line", crowd[0]))
    _kakao(world, own.get("kakao", crowd[0]))
    _wechat(world, own.get("wechat", crowd[0]))
    _rcs(world, own.get("rcs", crowd[0]))
    _providers(world, crowd[0])


def line(
    world: World, user: str, kind: str, when: datetime, **more: Any
) -> dict[str, Any]:
    """Add one call of LINE with one event; returns the event."""
    number = hashlib.sha256(f"{user}{kind}{when}".encode()).hexdigest().upper()
    event = {
        "type": kind,
        "mode": "active",
        "timestamp": int(when.timestamp() * 1000),
        "source": {"type": "user", "userId": user},
        "webhookEventId": f"01{number[:24]}",
        "deliveryContext": {"isRedelivery": False},
    } | more
    world.webhook({"destination": LINE_BOT, "events": [event]}, when, "line")
    return event


def kakao(world: World, user: str, word: str, when: datetime) -> None:
    """Add one call of Kakao: somebody added or blocked the channel."""
    body = {
        "event": word,
        "id": user,
        "id_type": "app_user_id",
        "channel_public_id": "_acme",
        "channel_uuid": "@acme",
        "updated_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
    }
    world.webhook(body, when, "kakao")


def wechat(world: World, user: str, content: str, when: datetime) -> None:
    """Add one call of WeChat."""
    body = (
        "<xml><ToUserName>gh_1</ToUserName>"
        f"<FromUserName>{user}</FromUserName>"
        f"<CreateTime>{int(when.timestamp())}</CreateTime>{content}</xml>"
    )
    world.webhook(body, when, "wechat")


def wechat_event(world: World, user: str, event: str, when: datetime) -> None:
    """Add an event of WeChat without anything in it."""
    content = f"<MsgType>event</MsgType><Event>{event}</Event>"
    wechat(world, user, content, when)


def wechat_text(world: World, user: str, text: str, when: datetime) -> None:
    """Add a message of WeChat."""
    number = int(hashlib.sha256(f"{user}{when}".encode()).hexdigest()[:14], 16)
    content = (
        f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{number}</MsgId>"
    )
    wechat(world, user, content, when)


def rcs(
    world: World,
    phone: str,
    content: dict[str, str],
    when: datetime,
    *,
    is_opened: bool = True,
) -> None:
    """Add one call of Google's."""
    sent = {
        "senderPhoneNumber": phone,
        "agentId": AGENT,
        "sendTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
    } | content
    kind = "event" if "eventType" in content else "message"
    text = json.dumps(sent)
    data: object = sent if is_opened else base64.b64encode(text.encode()).decode()
    attributes = {"type": kind, "product": "RBM"}
    world.webhook({"message": {"data": data, "attributes": attributes}}, when, "rcs")


def _line(world: World, person: Person) -> None:
    user = address(world, person, "line")
    followed, said = world.ago(days=40), world.ago(hours=7)
    world.webhook({"destination": LINE_BOT, "events": []}, followed, "line")
    text = {"type": "text", "id": "468789577898262530", "text": "こんにちは"}
    event = line(world, user, "message", said, message=text)
    again = event | {"deliveryContext": {"isRedelivery": True}}
    body = {"destination": LINE_BOT, "events": [again]}
    world.webhook(body, said + timedelta(minutes=4), "line")
    line(world, "U4af4980629c19d5e0b2f3d6b8a7c1e90", "unfollow", said)


def _kakao(world: World, person: Person) -> None:
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
    content = (
        "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event>"
        "<MsgID>200163840</MsgID><Status>failed:user block</Status>"
    )
    user = address(world, person, "wechat")
    wechat(world, user, content, world.ago(hours=12))


def _rcs(world: World, person: Person) -> None:
    """Calls that still are in their envelope: nothing in them is read."""
    told: tuple[dict[str, str], ...] = (
        {"messageId": "MxO2xq", "text": "Hello"},
        {"eventType": "READ", "eventId": "e-2", "messageId": "m-1"},
    )
    for number, content in enumerate(told):
        when = world.ago(hours=30 - number)
        rcs(world, person.phone, content, when, is_opened=False)


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
