"""
Calls of the channels and providers that are not connected yet, in their real shapes.

LINE: webhook.yml of line-openapi (2026-07-01). Kakao: channel webhook and NHN Cloud's
result hook. WeChat: XML in plain mode. RCS: Google's envelope around base64.
Providers: their own documents, as of 2026-11-23.
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
# Whoever says stop to a provider here is no customer: the demo's own cases say it.
STRANGER = "+447700900999"


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
