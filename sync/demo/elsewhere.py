"""
Calls of LINE, KakaoTalk, WeChat, RCS and the providers, in their real shapes.

LINE: webhook.yml of line-openapi (2026-07-01). Kakao: channel webhook and NHN Cloud's
result hook. WeChat: XML in plain mode. RCS: Google's envelope, opened by the receiver
or still around base64.
Providers: their own documents, as of 2026-11-23.
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

# Whoever says stop to a provider here is no customer: the demo's own cases say it.
STRANGER = "+447700900999"


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
    for provider, bodies in (
        ("twilio", _twilio(person.phone)),
        ("vonage", _vonage(person.phone, when)),
        ("infobip", _infobip(person.phone, when)),
        ("braze", _braze(person, when)),
        ("sfmc", _sfmc(person, when)),
    ):
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            world.add(
                "raw_provider_webhooks",
                provider=provider,
                received_at=instant(when),
                payload=text,
                sender_id="",
            )


def _twilio(phone: str) -> tuple[str, ...]:
    """Twilio's status, message and stop, in forms; and a form that was torn."""
    ours, stranger = "whatsapp:+15550001111", f"whatsapp:{STRANGER}"
    status = {
        "MessageSid": "SM00000000000000000000000000000001",
        "MessageStatus": "undelivered",
        "ErrorCode": "63016",
        "To": f"whatsapp:{phone}",
        "From": ours,
    }
    message = {
        "MessageSid": "SM00000000000000000000000000000002",
        "SmsStatus": "received",
        "From": f"whatsapp:{phone}",
        "To": ours,
        "Body": "¿Cuándo llega? 👍",
        "NumMedia": "0",
    }
    stop = message | {
        "MessageSid": "SM00000000000000000000000000000003",
        "From": stranger,
        "Body": "STOP",
        "OptOutType": "STOP",
    }
    torn = urlencode(message)[:-8] + "&ProfileName=%F0%9F"
    return (*(urlencode(form) for form in (status, message, stop)), torn)


def _vonage(phone: str, when: datetime) -> tuple[dict[str, Any], ...]:
    """Vonage's status, of one that left and one that did not, and a message."""
    sent = {
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
        "to": phone.lstrip("+"),
        "from": "15550001111",
        "timestamp": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "status": "delivered",
        "channel": "whatsapp",
        "client_ref": "demo",
    }
    error = {
        "type": "https://developer.vonage.com/api-errors/messages#1240",
        "title": "1240",
        "detail": "The recipient has opted out.",
    }
    refused = sent | {
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ac",
        "to": STRANGER.lstrip("+"),
        "status": "rejected",
        "error": error,
    }
    message = {
        "channel": "whatsapp",
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ad",
        "to": "15550001111",
        "from": phone.lstrip("+"),
        "timestamp": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "message_type": "text",
        "text": "Hello",
    }
    return sent, refused, message


def _infobip(phone: str, when: datetime) -> tuple[dict[str, Any], ...]:
    """Infobip's reports and messages, in lists; and WhatsApp's marketing switch."""
    at = f"{when:%Y-%m-%dT%H:%M:%S}.000+0000"
    reports = [
        {
            "messageId": "m-1",
            "to": phone.lstrip("+"),
            "doneAt": at,
            "status": {"groupId": 3, "groupName": "DELIVERED", "id": 5},
            "error": {"id": 0, "name": "NO_ERROR", "permanent": False},
        },
        {
            "messageId": "m-2",
            "to": phone.lstrip("+"),
            "doneAt": at,
            "status": {"groupId": 5, "groupName": "REJECTED", "id": 12},
            "error": {"id": 7010, "name": "EC_NO_SESSION", "permanent": True},
        },
    ]
    seen = {
        "messageId": "m-1",
        "from": "15550001111",
        "to": phone.lstrip("+"),
        "sentAt": at,
        "seenAt": at,
    }
    message = {
        "from": phone.lstrip("+"),
        "to": "15550001111",
        "integrationType": "WHATSAPP",
        "receivedAt": at,
        "messageId": "ABEGOFl3VCQoAhBalbc6rTQT6mgS29EmGZ7a",
        "message": {"type": "TEXT", "text": "Hello"},
        "contact": {"name": "Ana"},
    }
    switch = {
        "from": "15550001111",
        "content": {
            "sender": "15550001111",
            "from": STRANGER.lstrip("+"),
            "notificationMessagesStatus": "stop",
            "description": "User has stopped marketing messages.",
        },
        "createdAt": at,
    }
    return {"results": reports}, {"results": [seen]}, {"results": [message]}, switch


def _braze(person: Person, when: datetime) -> tuple[dict[str, Any], ...]:
    """Send a batch of Braze Currents, as its HTTP connector does."""

    def event(kind: str, number: int, **properties: Any) -> dict[str, Any]:
        return {
            "event_type": f"users.{kind}",
            "id": f"a1234567-89ab-cdef-0123-45678900{number:04d}",
            "time": int(when.timestamp()),
            "user": {
                "user_id": "0123456789abcdef01234567",
                "external_user_id": person.customer_id,
            },
            "properties": properties,
        }

    batch = {"dispatch_id": "d-1", "to_phone_number": person.phone}
    words = {"user_phone_number": person.phone, "inbound_phone_number": "+15550001111"}
    left = {"channel": "email", "subscription_group_id": "news"}
    return (
        {
            "events": [
                event("messages.whatsapp.Send", 1, **batch),
                event("messages.whatsapp.Delivery", 2, **batch),
                event(
                    "messages.whatsapp.InboundReceive", 3, **words, message_body="Hi"
                ),
                event(
                    "behaviors.subscriptiongroup.StateChange",
                    4,
                    **left,
                    subscription_status="Unsubscribed",
                ),
                event("messages.email.Open", 5),
            ]
        },
    )


def _sfmc(person: Person, when: datetime) -> tuple[list[dict[str, Any]], ...]:
    """Send a batch of Marketing Cloud's Event Notification Service."""
    own = {"mid": 1234567, "eid": 7654321, "timestampUTC": int(when.timestamp() * 1000)}
    delivered = own | {
        "eventCategoryType": "EngagementEvents.OttDelivered",
        "senderType": "WhatsApp",
        "messageKey": "mk-1",
        "contactKey": person.customer_id,
    }
    message = own | {
        "eventCategoryType": "EngagementEvents.OttMobileOriginated",
        "senderType": "WhatsApp",
        "messageType": "text",
        "channelId": "15550001111",
        "messageId": "wamid.demo",
        "mobileNumber": person.phone.lstrip("+"),
        "messageBody": {"text": {"body": "Hello"}},
    }
    left = own | {
        "eventCategoryType": "EngagementEvents.EmailUnsubscribe",
        "compositeId": "1.2.3.4.5",
        "info": {"subscriberKey": person.customer_id, "to": "someone@example.com"},
    }
    return ([delivered, message, left],)
